// A million tasks and a hundred thousand calls of an actor: what the processes hold does not grow with them.
const { readFileSync, readdirSync } = await import("node:fs");
const SIZE = 10_000;
class Counter { n = 0; add() { return ++this.n; } }
const counter = ray.remote(Counter).remote();
const array = ray.remote((n) => new Float64Array(n).fill(n), { name: "array" });
const heapMiB = async () => { for (let i = 0; i < 3; i++) await collect(); return process.memoryUsage().heapUsed / 2 ** 20; };
const workerHeapMiB = ray.remote(async () => { for (let i = 0; i < 3; i++) { globalThis.gc?.(); await new Promise((r) => setTimeout(r, 50)); } return process.memoryUsage().heapUsed / 2 ** 20; }, { name: "heap" });
const rssMiB = () => [process.pid, ...descendants(process.pid)].reduce((sum, pid) => sum + Number(/^Rss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, "utf8"))?.[1] ?? 0) / 1024, 0);
function descendants(of) {
  const parents = readdirSync("/proc").filter((name) => /^\d+$/.test(name)).flatMap((pid) => { try { return [[Number(pid), Number(readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1].split(" ")[1])]]; } catch { return []; } });
  const children = parents.filter(([, parent]) => parent === of).map(([pid]) => pid);
  return [...children, ...children.flatMap(descendants)];
}
async function report(done) {
  const [{ tasks }, store] = [{ tasks: (await ray.state.tasks({ limit: 1e6 })).length }, (await ray.state.objects({ limit: 1e6 })).length];
  bench(`${done}: driver heap MiB`, await heapMiB());
  bench(`${done}: worker heap MiB`, await ray.get(workerHeapMiB.remote()));
  bench(`${done}: all processes RSS MiB`, rssMiB());
  bench(`${done}: rows of tasks`, tasks);
  bench(`${done}: objects`, store);
}
const start = performance.now();
for (let done = 0; done < 1_000_000; done += SIZE) {
  await ray.get(Array.from({ length: SIZE }, () => noop.remote()));
  if (done % 100_000 === 0) {
    // what is larger than a message goes through the arena
    await ray.get(Array.from({ length: 100 }, () => array.remote(20_000)));
    if (done === 100_000) await report("after 100,000 tasks");
  }
}
bench("1,000,000 tasks s", msSince(start) / 1000);
await report("after 1,000,000 tasks");
for (let done = 0; done < 100_000; done += SIZE) await ray.get(Array.from({ length: SIZE }, () => counter.add.remote()));
if ((await ray.get(counter.add.remote())) !== 100_001) throw new Error("wrong count");
await report("after 100,000 calls of an actor more");
