// The workloads, as text: run once as a plain script and once as cells of a session. `ray` is there in both.
// Each prints one line: BENCH {"name": …, "value": …}.
const bench = (name, value) => console.log("BENCH " + JSON.stringify({ name, value }));
const msSince = (start) => performance.now() - start;
const collect = async () => { globalThis.gc?.(); await new Promise((turn) => setTimeout(turn, 50)); };

await ray.init({ numCpus: 2 });
const noop = ray.remote(() => undefined, { name: "noop" });
await ray.get(noop.remote());
bench("first_result", Date.now());

const pid = ray.remote(async () => { await new Promise((r) => setTimeout(r, 200)); return process.pid; }, { name: "pid" });
for (const up = new Set(); up.size < 2; ) for (const p of await ray.get([pid.remote(), pid.remote()])) up.add(p);
await new Promise((settled) => setTimeout(settled, 3500));
bench("idle", process.pid);
await new Promise((measured) => setTimeout(measured, 700));

async function rate(n, run) { const start = performance.now(); await run(n); return (1000 * n) / msSince(start); }

async function taskSync(n) { for (let i = 0; i < n; i++) await ray.get(noop.remote()); }
async function taskAsync(n) { await ray.get(Array.from({ length: n }, () => noop.remote())); }
await taskSync(500);
bench("tasks_sync", await rate(2000, taskSync));
for (let i = 0; i < 8; i++) await taskAsync(10_000);
bench("tasks_async", await rate(40_000, async (n) => { for (let k = 0; k < n; k += 10_000) await taskAsync(10_000); }));

const echo = ray.remote((x) => x, { name: "echo" });
const kib = new Uint8Array(1024);
async function taskKib(n) { await ray.get(Array.from({ length: n }, () => echo.remote(kib))); }
await taskKib(10_000);
bench("tasks_1KiB", await rate(20_000, taskKib));

class Actor { n = 0; small() { return undefined; } }
const actor = ray.remote(Actor).remote();
await ray.get(actor.small.remote());
async function actorSync(n) { for (let i = 0; i < n; i++) await ray.get(actor.small.remote()); }
async function actorAsync(n) { await ray.get(Array.from({ length: n }, () => actor.small.remote())); }
await actorSync(500);
bench("actor_sync", await rate(2000, actorSync));
for (let i = 0; i < 5; i++) await actorAsync(10_000);
bench("actor_async", await rate(40_000, async (n) => { for (let k = 0; k < n; k += 10_000) await actorAsync(10_000); }));

async function putSmall(n) { for (let i = 0; i < n; i++) ray.put(0); }
await putSmall(20_000);
bench("put_small", await rate(50_000, putSmall));
const small = ray.put(0);
async function getSmall(n) { for (let i = 0; i < n; i++) await ray.get(small); }
await getSmall(20_000);
bench("get_small", await rate(50_000, getSmall));

const big = new Float64Array(13_107_200).fill(1);
for (let i = 0; i < 4; i++) { ray.put(big); await collect(); await collect(); }
const puts = [];
for (let i = 0; i < 5; i++) { const start = performance.now(); ray.put(big); puts.push(msSince(start)); await collect(); await collect(); }
bench("put_100MiB_GiBps", 100 / 1024 / (puts.sort((a, b) => a - b)[2] / 1000));
const gets = [];
for (let i = 0; i < 5; i++) { const ref = ray.put(big); const start = performance.now(); const value = await ray.get(ref); gets.push(msSince(start)); if (value[1] !== 1) throw new Error("wrong value"); await collect(); }
bench("get_100MiB_ms", gets.sort((a, b) => a - b)[2]);
const ref = ray.put(big);
const sum = ray.remote((xs) => { let s = 0; for (let i = 0; i < xs.length; i++) s += xs[i]; return s; }, { name: "sum" });
const local = []; for (let k = 0; k < 5; k++) { const start = performance.now(); let s = 0; for (let i = 0; i < big.length; i++) s += big[i]; local.push(msSince(start)); }
bench("local_sum_100MiB_ms", local.sort((a, b) => a - b)[2]);
await ray.get(sum.remote(ref));
const sums = [];
for (let i = 0; i < 5; i++) { const start = performance.now(); await ray.get(sum.remote(ref)); sums.push(msSince(start)); }
bench("pass_100MiB_ref_ms", sums.sort((a, b) => a - b)[2]);
await ray.shutdown();
