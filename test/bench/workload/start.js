// The workloads, as text: run as a plain script and as cells of a session, one file after the other. `ray` is there in both.
// Each prints one line: BENCH {"name": …, "value": …}. peers/ray_peer.py has the same ones under the same names.
const bench = (name, value) => console.log("BENCH " + JSON.stringify({ name, value }));
const msSince = (start) => performance.now() - start;
const collect = async () => { globalThis.gc?.(); await new Promise((turn) => setTimeout(turn, 50)); };
const medianOf = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
/** The median of five runs, after a second of the same: as many a second as it stays at. */
async function rate(n, run) {
  for (const start = performance.now(); msSince(start) < 1000; ) await run(n);
  const all = [];
  for (let i = 0; i < 5; i++) { const start = performance.now(); await run(n); all.push((1000 * n) / msSince(start)); }
  return medianOf(all);
}
/** Median time of some runs, after some that are not counted. */
async function medianMs(run, { times = 5, warm = 2, pause } = {}) {
  for (let i = 0; i < warm; i++) { await run(); await pause?.(); }
  const all = [];
  for (let i = 0; i < times; i++) { const start = performance.now(); await run(); all.push(msSince(start)); await pause?.(); }
  return medianOf(all);
}

await ray.init({ numCpus: 2 });
const noop = ray.remote(() => undefined, { name: "noop" });
await ray.get(noop.remote());
bench("first_result", Date.now());

const pid = ray.remote(async () => { await new Promise((r) => setTimeout(r, 200)); return process.pid; }, { name: "pid" });
for (const up = new Set(); up.size < 2; ) for (const p of await ray.get([pid.remote(), pid.remote()])) up.add(p);
await new Promise((settled) => setTimeout(settled, 3500));
bench("idle", process.pid);
await new Promise((measured) => setTimeout(measured, 700));
