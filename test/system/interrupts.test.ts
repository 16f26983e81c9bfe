/** Interrupts that fall into the runtime's own calls: whatever is cut, the session goes on and nothing has leaked. */
import { FrontProcess } from "../fixtures/front-process.ts";
import { Sandbox } from "../fixtures/sandbox.ts";

const sandbox = new Sandbox();
afterAll(() => sandbox.close());

const TIMES = 50;

/** Runs the loop and interrupts it, after a different while each time. */
async function interruptOften(front: FrontProcess, loop: string): Promise<void> {
  for (let i = 0; i < TIMES; i++) {
    const cell = front.cell(`await new Promise((r) => setTimeout(r, ${i % 5})); ${loop}`, true);
    await front.running();
    await new Promise((later) => setTimeout(later, 5 + ((i * 7) % 40)));
    front.interrupt();
    const done = await cell;
    if (done.status !== "error" || !done.interrupted || done.sessionDied) throw new Error(`Interrupt ${i} gave ${JSON.stringify(done)}`);
  }
}

/** Heap and store after collection, in a cell. */
const MEASURE = `for (let i = 0; i < 8; i++) { globalThis.gc?.(); await new Promise((r) => setTimeout(r, 60)); }
  const fs = require("node:fs"); const path = require("node:path");
  const shm = process.env.RAY_TS_SHM_DIR; let store = 0;
  for (const d of fs.readdirSync(shm)) for (const f of fs.readdirSync(path.join(shm, d))) store += fs.statSync(path.join(shm, d, f)).blocks * 512;
  JSON.stringify({ heap: process.memoryUsage().heapUsed, store })`;

async function works(front: FrontProcess): Promise<void> {
  const done = await front.cell(`const h = ray.remote(class { n = 0; inc() { return ++this.n; } }).remote();
    JSON.stringify([await ray.get(f.remote(20)), await ray.get(h.inc.remote()), (await ray.get(ray.put(new Float64Array(50_000).fill(3))))[49_999], x])`);
  expect(done.text).toBe("'[21,1,3,7]'");
}

const SETUP = `let x = 7; const f = ray.remote((n) => n + 1); const big = new Float64Array(20_000).fill(1); await ray.get(f.remote(1));`;

test.each([
  ["for (;;) f.remote(1);"],
  ["for (;;) ray.put(big);"],
  ["for (;;) console.log(1);"],
])("interrupting `%s` 50 times leaves a session in which everything works and nothing has leaked", async (loop) => {
  const front = new FrontProcess(sandbox);
  await front.cell(SETUP);
  await interruptOften(front, loop);
  await works(front);
  const first = JSON.parse((await front.cell(MEASURE)).text!.slice(1, -1)) as { heap: number; store: number };
  await interruptOften(front, loop);
  await works(front);
  const second = JSON.parse((await front.cell(MEASURE)).text!.slice(1, -1)) as { heap: number; store: number };
  expect(second.heap - first.heap).toBeLessThan(15e6);
  expect(second.store).toBeLessThanOrEqual(Math.max(first.store * 1.5, 300e6));
  await front.close();
}, 120_000);
