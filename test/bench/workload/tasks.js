async function taskSync(n) { for (let i = 0; i < n; i++) await ray.get(noop.remote()); }
async function taskAsync(n) { await ray.get(Array.from({ length: n }, () => noop.remote())); }
bench("tasks_sync", await rate(5000, taskSync));
bench("tasks_async", await rate(40_000, async (n) => { for (let k = 0; k < n; k += 10_000) await taskAsync(10_000); }));
bench("tasks_async_1000", await rate(20_000, async (n) => { for (let k = 0; k < n; k += 1000) await taskAsync(1000); }));

const echo = ray.remote((x) => x, { name: "echo" });
const kib = new Uint8Array(1024);
async function taskKib(n) { await ray.get(Array.from({ length: n }, () => echo.remote(kib))); }
bench("tasks_1KiB", await rate(20_000, async (n) => { for (let k = 0; k < n; k += 10_000) await taskKib(10_000); }));

const fan = ray.remote(async (n) => (await ray.get(Array.from({ length: n }, () => noop.remote()))).length, { name: "fan" });
bench("nested_fanout_100_ms", await medianMs(() => ray.get(fan.remote(100)), { warm: 10, times: 15 }));

async function waitOneByOne(n) { let left = Array.from({ length: n }, () => noop.remote()); while (left.length > 0) [, left] = await ray.wait(left); }
bench("wait_1k_one_by_one_ms", await medianMs(() => waitOneByOne(1000), { warm: 3 }));

// fib(16) is 3,193 tasks that wait for each other, fib(18) 8,361
const fib = ray.remote(async (n) => (n < 2 ? n : (await ray.get([fib.remote(n - 1), fib.remote(n - 2)])).reduce((a, b) => a + b)), { name: "fib" });
async function fibIs(n, value) { if ((await ray.get(fib.remote(n))) !== value) throw new Error("wrong fib"); }
bench("fib_16_nested_ms", await medianMs(() => fibIs(16, 987), { warm: 1, times: 1 }));
bench("fib_18_nested_ms", await medianMs(() => fibIs(18, 2584), { warm: 0, times: 1 }));
