/**
 * Faults at random, seeded: tasks, nested tasks, actors and large objects while workers and actors are killed. Every get ends
 * in its value or a documented error, none hangs, no value is wrong, nothing is left behind.
 */
import { Sandbox } from "../fixtures/sandbox.ts";

const sandbox = new Sandbox();
afterAll(() => sandbox.close(), 30_000);

const RUN_MS = Number(process.env["RAY_TS_FAULTS_MS"] ?? 20_000);

const workload = (seed: number): string => `
  import ray from "ray-ts";
  import { readdirSync, readFileSync } from "node:fs";
  let state = ${seed};
  const random = (below) => { state = (state + 0x6d2b79f5) >>> 0; let t = state; t = Math.imul(t ^ (t >>> 15), t | 1); t ^= t + Math.imul(t ^ (t >>> 7), t | 61); return Math.floor(((t ^ (t >>> 14)) >>> 0) / 4294967296 * below); };
  await ray.init({ numCpus: 2 });

  const square = ray.remote((x) => x * x, { name: "square" });
  const sleepy = ray.remote(async (x, ms) => { await new Promise((r) => setTimeout(r, ms)); return x + 1; }, { name: "sleepy" });
  const large = ray.remote((n, fill) => new Float64Array(n).fill(fill), { name: "large" });
  const sum = ray.remote((xs) => { let s = 0; for (const x of xs) s += x; return s; }, { name: "sum" });
  const nested = ray.remote(async (x) => { const parts = await ray.get([square.remote(x), sleepy.remote(x, 5)]); return parts[0] + parts[1]; }, { name: "nested" });
  const boxed = ray.remote(async (box) => (await ray.get(box.ref))[0], { name: "boxed" });
  const broken = ray.remote((x) => { throw new RangeError("no " + x); }, { name: "broken" });
  class Tally { n = 0; add(by) { this.n += by; return this.n; } keep(ref) { this.kept = ref; return true; } async kept0() { return this.kept ? (await ray.get(this.kept.ref))[0] : -1; } }
  const RemoteTally = ray.remote(Tally);

  const documented = new Set(["WorkerCrashedError", "ActorDiedError", "ActorUnavailableError", "ObjectLostError", "OwnerDiedError"]);
  const counts = { ok: 0, failed: 0, kills: 0, wrong: [] };
  const pending = new Set();
  const expectValue = (what, ref, check) => {
    const one = ray.get(ref, { timeoutMs: 45_000 }).then(
      (value) => { if (check(value)) counts.ok++; else counts.wrong.push(what + " gave " + String(value).slice(0, 80)); },
      (error) => {
        if (what === "broken" && error instanceof RangeError && error.message.startsWith("no ")) counts.ok++;
        else if (documented.has(error.name) || (error.cause && documented.has(error.cause.name))) counts.failed++;
        else counts.wrong.push(what + " failed with " + error.name + ": " + error.message);
      },
    ).finally(() => pending.delete(one));
    pending.add(one);
  };

  const workerPids = () => readdirSync("/proc").filter((p) => /^\\d+$/.test(p)).filter((p) => { try { return readFileSync("/proc/" + p + "/cmdline", "utf8").includes("worker.js") && readFileSync("/proc/" + p + "/environ", "latin1").includes(process.env.RAY_TS_TEST_MARK); } catch { return false; } }).map(Number);

  let actors = [];
  const until = Date.now() + ${RUN_MS};
  while (Date.now() < until) {
    for (let i = 0; i < 10; i++) {
      const x = random(1000);
      switch (random(10)) {
        case 0: case 1: expectValue("square", square.remote(x), (v) => v === x * x); break;
        case 2: expectValue("sleepy", sleepy.remote(x, random(30)), (v) => v === x + 1); break;
        case 3: { const n = 1000 + random(60_000); expectValue("large", large.remote(n, x), (v) => v.length === n && v[0] === x && v[n - 1] === x); break; }
        case 4: { const n = 9000 + random(50_000); expectValue("sum", sum.remote(large.remote(n, 2)), (v) => v === 2 * n); break; }
        case 5: expectValue("nested", nested.remote(x), (v) => v === x * x + x + 1); break;
        case 6: { const ref = ray.put(new Float64Array(20_000).fill(x)); expectValue("boxed", boxed.remote({ ref }), (v) => v === x); break; }
        case 7: expectValue("broken", broken.remote(x), () => false); break;
        case 8: {
          if (actors.length < 3) actors.push({ handle: RemoteTally.remote(), n: 0 });
          const actor = actors[random(actors.length)];
          const wanted = (actor.n += x);
          expectValue("tally", actor.handle.add.remote(x), (v) => v === wanted);
          if (random(4) === 0) { const ref = ray.put(new Float64Array(12_000).fill(x)); expectValue("keep", actor.handle.keep.remote({ ref }), (v) => v === true); expectValue("kept", actor.handle.kept0.remote(), (v) => v === x); }
          break;
        }
        case 9: if (random(6) === 0) actors.splice(0, 1); break;
      }
    }
    if (random(4) === 0) {
      const pids = workerPids();
      if (pids.length > 0) { try { process.kill(pids[random(pids.length)], "SIGKILL"); counts.kills++; } catch (error) { if (error.code !== "ESRCH") throw error; } actors = []; }
    }
    if (random(3) === 0) gc();
    await new Promise((r) => setTimeout(r, 20 + random(60)));
    while (pending.size > 400) await Promise.race(pending);
  }
  await Promise.all(pending);
  report(counts);
  await ray.shutdown();
`;

test.each([1, 2])("random faults, seed %i", async (seed) => {
  const counts = (await sandbox.scriptValue(workload(seed), {}, ["--expose-gc"])) as { ok: number; failed: number; kills: number; wrong: string[] };
  expect(counts.wrong).toEqual([]);
  expect(counts.kills).toBeGreaterThan(10);
  expect(counts.ok).toBeGreaterThan(200);
  expect(await sandbox.leftovers(5000)).toEqual({ processes: [], files: [] });
}, RUN_MS * 2 + 90_000);
