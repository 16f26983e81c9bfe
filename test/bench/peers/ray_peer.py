"""The same workloads on Ray. Prints one line each: BENCH {"name": ..., "value": ...}."""
import gc
import json
import os
import random
import time
from collections import Counter

import numpy as np
import ray


def bench(name, value):
    print("BENCH " + json.dumps({"name": name, "value": value}), flush=True)


def rate(n, run):
    """As of the other engines: a second of the same, then the median of five runs."""
    begun = time.perf_counter()
    while time.perf_counter() - begun < 1:
        run(n)
    rates = []
    for _ in range(5):
        start = time.perf_counter()
        run(n)
        rates.append(n / (time.perf_counter() - start))
    return sorted(rates)[2]


def median_ms(run, times=5, warm=1):
    all_ms = []
    for i in range(warm + times):
        start = time.perf_counter()
        keep = run()
        if i >= warm:
            all_ms.append((time.perf_counter() - start) * 1e3)
        del keep
        time.sleep(0.05)
    return sorted(all_ms)[times // 2]


ray.init(address="local", num_cpus=2, include_dashboard=False, log_to_driver=False, logging_level="ERROR",
         object_store_memory=2 * 1024**3, _node_ip_address="127.0.0.1")


@ray.remote
def noop():
    return None


ray.get(noop.remote())
bench("first_result", time.time() * 1e3)


@ray.remote
def pid():
    time.sleep(0.2)
    return os.getpid()


up = set()
while len(up) < 2:
    up |= set(ray.get([pid.remote(), pid.remote()]))
time.sleep(3.5)
bench("idle", os.getpid())
time.sleep(0.7)
if os.environ.get("RAY_TS_BENCH_PARTS") == "start":
    raise SystemExit


def task_sync(n):
    for _ in range(n):
        ray.get(noop.remote())


def task_async(n):
    ray.get([noop.remote() for _ in range(n)])


bench("tasks_sync", rate(300, task_sync))
bench("tasks_async", rate(2000, task_async))
bench("tasks_async_1000", rate(1000, task_async))


@ray.remote
def echo(x):
    return x


kib = np.zeros(1024, dtype=np.uint8)
bench("tasks_1KiB", rate(1000, lambda n: ray.get([echo.remote(kib) for _ in range(n)])))


@ray.remote
def fan(n):
    return len(ray.get([noop.remote() for _ in range(n)]))


bench("nested_fanout_100_ms", median_ms(lambda: ray.get(fan.remote(100)), warm=2))


@ray.remote
def fib(n):
    return n if n < 2 else sum(ray.get([fib.remote(n - 1), fib.remote(n - 2)]))


def fib_is(n, value):
    assert ray.get(fib.remote(n)) == value


bench("fib_16_nested_ms", median_ms(lambda: fib_is(16, 987), warm=0, times=1))
if os.environ.get("RAY_TS_BENCH_ROUND", "1") == "1":  # a minute and more
    bench("fib_18_nested_ms", median_ms(lambda: fib_is(18, 2584), warm=0, times=1))


def wait_one_by_one(n):
    left = [noop.remote() for _ in range(n)]
    first = True
    while left:
        _, left = ray.wait(left, fetch_local=first)
        first = False


bench("wait_1k_one_by_one_ms", median_ms(lambda: wait_one_by_one(1000), times=3))


@ray.remote(num_cpus=0)
class Actor:
    def small(self):
        return None


@ray.remote(num_cpus=0)
class AsyncActor:
    async def small(self):
        return None


def create_ms():
    start = time.perf_counter()
    made = Actor.remote()
    ray.get(made.small.remote())
    ms = (time.perf_counter() - start) * 1e3
    ray.kill(made)
    return ms


def created_after(pause, times):
    all_ms = []
    for _ in range(times):
        time.sleep(pause)
        all_ms.append(create_ms())
    return sorted(all_ms)[times // 2]


# what it has a spare process for is the first one; the others start one
bench("actor_create_warm_ms", create_ms())
bench("actor_create_ms", created_after(0.3, 5))
actor = Actor.remote()
ray.get(actor.small.remote())


def actor_sync(n):
    for _ in range(n):
        ray.get(actor.small.remote())


def actor_async(n):
    ray.get([actor.small.remote() for _ in range(n)])


bench("actor_sync", rate(500, actor_sync))
bench("actor_async", rate(3000, actor_async))
bench("actor_async_1000", rate(1000, actor_async))
async_actor = AsyncActor.remote()
ray.get(async_actor.small.remote())


def async_actor_async(n):
    ray.get([async_actor.small.remote() for _ in range(n)])


bench("async_actor_async_1000", rate(1000, async_actor_async))
ray.kill(async_actor)


def put_small(n):
    for _ in range(n):
        ray.put(0)


bench("put_small", rate(1000, put_small))
small = ray.put(0)


def get_small(n):
    for _ in range(n):
        ray.get(small)


bench("get_small", rate(2000, get_small))



def put_get_tiny():
    if ray.get([ray.put(i) for i in range(10_000)])[-1] != 9999:
        raise ValueError("wrong value")


bench("put_get_10k_tiny_ms", median_ms(put_get_tiny, times=1, warm=0))


@ray.remote
def holder():
    return [ray.put(1) for _ in range(10_000)]


held = holder.remote()
ray.wait([held])
bench("get_obj_with_10k_refs_ms", median_ms(lambda: len(ray.get(held)), times=3))
del held

big = np.ones(13_107_200)
for _ in range(3):
    ray.put(big)
    gc.collect()
    time.sleep(0.05)
bench("put_100MiB_GiBps", 100 / 1024 / (median_ms(lambda: ray.put(big)) / 1e3))
ref = ray.put(big)
bench("get_100MiB_ms", median_ms(lambda: ray.get(ref)))
bench("get_again_100MiB_ms", median_ms(lambda: ray.get(ref)))


@ray.remote
def total(xs):
    return float(xs.sum())


@ray.remote
def size_of(xs):
    return len(xs)


@ray.remote
def make100():
    return np.ones(13_107_200)


bench("local_sum_100MiB_ms", median_ms(lambda: float(big.sum())))
bench("task_sum_100MiB_by_ref_ms", median_ms(lambda: ray.get(total.remote(ref))))
bench("task_len_100MiB_by_ref_ms", median_ms(lambda: ray.get(size_of.remote(ref))))
bench("task_len_100MiB_by_value_ms", median_ms(lambda: ray.get(size_of.remote(big))))
bench("task_returns_100MiB_ms", median_ms(lambda: ray.get(make100.remote())))
del ref

# ---- Monte Carlo Pi, word count


@ray.remote(num_cpus=0)
class Progress:
    def __init__(self):
        self.done = {}

    def report(self, i, k):
        self.done[i] = k

    def get(self):
        return sum(self.done.values())


def samples_inside(n):
    inside = 0
    for _ in range(n):
        x, y = random.uniform(-1, 1), random.uniform(-1, 1)
        if x * x + y * y <= 1:
            inside += 1
    return inside


@ray.remote
def sample(n, i, progress):
    inside = samples_inside(n)
    progress.report.remote(i, n)
    return inside


progress = Progress.remote()
ray.get(progress.get.remote())
bench("pi_10x1M_ms", median_ms(lambda: ray.get([sample.remote(1_000_000, i, progress) for i in range(10)]), times=1, warm=0))

VOCABULARY = ["w%03d" % i for i in range(500)]
DOCUMENTS = [" ".join(random.choices(VOCABULARY, k=50_000)) for _ in range(8)]
REDUCERS = 3


@ray.remote(num_returns=REDUCERS)
def map_task(text):
    out = [Counter() for _ in range(REDUCERS)]
    for word in text.split():
        out[int(word[1:]) % REDUCERS][word] += 1
    return out


@ray.remote
def reduce_task(*parts):
    counts = Counter()
    for part in parts:
        counts.update(part)
    return counts


def word_count():
    maps = [map_task.remote(text) for text in DOCUMENTS]
    counts = ray.get([reduce_task.remote(*[parts[r] for parts in maps]) for r in range(REDUCERS)])
    if sum(sum(count.values()) for count in counts) != 400_000:
        raise ValueError("wrong count")


bench("wordcount_8x50k_ms", median_ms(word_count))
ray.shutdown()
