// The same calls on piscina, one worker thread a core: node piscina_peer.mjs FOLDER [TASKS A THREAD], without it as piscina comes. Prints one line each: BENCH {"name": …, "value": …}.
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const { Piscina } = createRequire(join(process.argv[2], "package.json"))("piscina");
const bench = (name, value) => console.log("BENCH " + JSON.stringify({ name, value }));
const medianOf = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
/** As of the other engines: a second of the same, then the median of five runs. */
async function rate(n, run) {
  for (const start = performance.now(); performance.now() - start < 1000; ) await run(n);
  const all = [];
  for (let i = 0; i < 5; i++) { const start = performance.now(); await run(n); all.push((1000 * n) / (performance.now() - start)); }
  return medianOf(all);
}

const pool = new Piscina({ filename: fileURLToPath(new URL("./piscina_worker.mjs", import.meta.url)), minThreads: 2, maxThreads: 2, ...(process.argv[3] ? { concurrentTasksPerWorker: Number(process.argv[3]) } : {}) });
const sync = async (n) => { for (let i = 0; i < n; i++) await pool.run(undefined, { name: "noop" }); };
const all = async (n) => { await Promise.all(Array.from({ length: n }, () => pool.run(undefined, { name: "noop" }))); };
const kib = new Uint8Array(1024);

bench("tasks_sync", await rate(5000, sync));
bench("tasks_async", await rate(40_000, async (n) => { for (let k = 0; k < n; k += 10_000) await all(10_000); }));
bench("tasks_async_1000", await rate(20_000, async (n) => { for (let k = 0; k < n; k += 1000) await all(1000); }));
const echoes = async (n) => { for (let k = 0; k < n; k += 10_000) await Promise.all(Array.from({ length: 10_000 }, () => pool.run(kib, { name: "echo" }))); };
bench("tasks_1KiB", await rate(20_000, echoes));
const big = new Float64Array(13_107_200).fill(1);
const bigMs = [];
for (let i = 0; i < 7; i++) {
  const start = performance.now();
  if ((await pool.run(big, { name: "sizeOf" })) !== big.length) throw new Error("wrong size");
  bigMs.push(performance.now() - start);
}
bench("task_len_100MiB_by_value_ms", medianOf(bigMs.slice(2)));
await pool.destroy();
