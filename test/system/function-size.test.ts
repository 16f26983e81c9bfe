/** Functions and classes that capture much: a word in the cell that submits them, and an error when it is too much. */
import { FrontProcess } from "../fixtures/front-process.ts";
import { Sandbox } from "../fixtures/sandbox.ts";

const sandbox = new Sandbox();
afterAll(() => sandbox.close());

test("in cells: over 10 MB the submitting cell is told what is captured, over 95 MiB the call throws; ray.put is the way out (row 40)", async () => {
  const front = new FrontProcess(sandbox);
  await front.cell(`const table = new Float64Array(1_500_000).fill(2); const huge = new Uint8Array(101_000_000);`);
  const large = await front.cell(`const second = ray.remote(() => table[1]); await ray.get([second.remote(), second.remote()])`);
  expect([large.text, large.stderr]).toEqual(["[ 2, 2 ]", "ray: second is large: 11 MiB with what it captures go to each worker that runs it. It captures table (11 MiB). Put large values once and pass their refs: const tableRef = ray.put(table); second.remote(tableRef)\n"]);
  const again = await front.cell(`await ray.get(second.remote())`);
  expect([again.text, again.stderr]).toEqual(["2", ""]);
  const actor = await front.cell(`class Model { look() { return table.length; } }; await ray.get(ray.remote(Model).remote().look.remote())`);
  expect([actor.text, actor.stderr]).toEqual(["1500000", expect.stringContaining("ray: Model is large: 11 MiB")]);
  const tooLarge = await front.cell(`const length = ray.remote(() => huge.length); length.remote()`);
  expect(tooLarge.error).toBe("CaptureError: length is too large to send: 96 MiB with what it captures, and 95 MiB are the most. It captures huge (96 MiB). Put large values once and pass their refs: const hugeRef = ray.put(huge); length.remote(hugeRef)");
  const put = await front.cell(`const tableRef = ray.put(table); await ray.get(ray.remote((values: Float64Array) => values[1]).remote(tableRef))`);
  expect([put.text, put.stderr]).toEqual(["2", ""]);
  await front.close();
}, 60_000);

test("in a plain script too, and in a task, whose cell is told (row 40)", async () => {
  const ran = await sandbox.script(`
    import ray from "ray-ts"; await ray.init({ numCpus: 2 });
    const huge = new Uint8Array(101_000_000);
    const length = ray.remote(() => huge.length);
    try { length.remote(); } catch (error) { console.log(error.name, error.message); }
    await ray.shutdown();
  `);
  expect(ran.stdout).toMatch(/^CaptureError script-\w+\.mjs:4 is too large to send: 96 MiB .* It captures huge \(96 MiB\)/);
  const front = new FrontProcess(sandbox);
  const nested = await front.cell(`
    const outer = ray.remote(async () => { const made = new Float64Array(1_500_000); const inner = ray.remote(() => made.length); return ray.get(inner.remote()); });
    const result = await ray.get(outer.remote());
    result`);
  expect(nested.text).toBe("1500000");
  await front.process.output(/inner is large: 11 MiB/);
  await front.close();
}, 60_000);
