"""The same workloads on Ray. Prints one line each: BENCH {"name": ..., "value": ...}."""
import gc
import json
import os
import time

import numpy as np
import ray


def bench(name, value):
    print("BENCH " + json.dumps({"name": name, "value": value}), flush=True)


def rate(n, run):
    start = time.perf_counter()
    run(n)
    return n / (time.perf_counter() - start)


def median_ms(run, times=5):
    all_ms = []
    for _ in range(times):
        start = time.perf_counter()
        keep = run()
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


def task_sync(n):
    for _ in range(n):
        ray.get(noop.remote())


def task_async(n):
    ray.get([noop.remote() for _ in range(n)])


task_sync(50)
bench("tasks_sync", rate(300, task_sync))
task_async(1000)
bench("tasks_async", rate(2000, task_async))


@ray.remote
def echo(x):
    return x


kib = np.zeros(1024, dtype=np.uint8)
bench("tasks_1KiB", rate(1000, lambda n: ray.get([echo.remote(kib) for _ in range(n)])))


@ray.remote(num_cpus=0)
class Actor:
    def small(self):
        return None


actor = Actor.remote()
ray.get(actor.small.remote())


def actor_sync(n):
    for _ in range(n):
        ray.get(actor.small.remote())


def actor_async(n):
    ray.get([actor.small.remote() for _ in range(n)])


actor_sync(100)
bench("actor_sync", rate(500, actor_sync))
actor_async(1000)
bench("actor_async", rate(3000, actor_async))


def put_small(n):
    for _ in range(n):
        ray.put(0)


put_small(100)
bench("put_small", rate(1000, put_small))
small = ray.put(0)


def get_small(n):
    for _ in range(n):
        ray.get(small)


get_small(100)
bench("get_small", rate(2000, get_small))

big = np.ones(13_107_200)
for _ in range(3):
    ray.put(big)
    gc.collect()
    time.sleep(0.05)
bench("put_100MiB_GiBps", 100 / 1024 / (median_ms(lambda: ray.put(big)) / 1e3))
ref = ray.put(big)
bench("get_100MiB_ms", median_ms(lambda: ray.get(ref)))


@ray.remote
def total(xs):
    return float(xs.sum())


bench("local_sum_100MiB_ms", median_ms(lambda: float(big.sum())))
ray.get(total.remote(ref))
bench("pass_100MiB_ref_ms", median_ms(lambda: ray.get(total.remote(ref))))
ray.shutdown()
