/** `ray.progress`: one live bar over refs, in cells and in scripts. */
import { FrontProcess } from "../fixtures/front-process.ts";
import { Sandbox } from "../fixtures/sandbox.ts";

const sandbox = new Sandbox();
afterAll(() => sandbox.close());

const GATE = `
  class Gate { opened: (() => void)[] = []; isOpen = false; async wait() { if (!this.isOpen) await new Promise<void>((go) => this.opened.push(go)); } open() { this.isOpen = true; for (const go of this.opened) go(); } }
  const gate = ray.remote(Gate, { maxConcurrency: 10 }).remote();
  const part = ray.remote(async (gate: any, i: number) => { if (i >= 2) await ray.get(gate.wait.remote()); if (i === 3) throw new RangeError("bad part"); return i; }, { name: "part" });`;

interface Shown { readonly output?: { readonly type: string; readonly displayId?: string; readonly update?: boolean; readonly data?: Record<string, string> }; readonly cell: number }

describe("in cells", () => {
  let front: FrontProcess;
  const bars = (): Shown[] => front.process.stdout.split("\n").filter((line) => line.includes("░") || line.includes("█")).map((line) => JSON.parse(line) as Shown).filter(({ output }) => output?.data !== undefined);

  beforeAll(async () => {
    front = new FrontProcess(sandbox);
    await front.cell(`await ray.init({ numCpus: 4 });${GATE}`);
  });
  afterAll(() => front.close());

  test("as a cell's value it is one bar that lives: done, running, failed, and for how long (row 94)", async () => {
    await front.cell("const refs = [0, 1, 2, 3].map((i) => part.remote(gate, i));");
    const cell = await front.cell(`ray.progress(refs, { label: "parts" })`);
    expect(cell.text).toBeUndefined();
    expect(bars()[0]?.output?.data?.["text/plain"]).toMatch(/^parts [█░]{20} \d of 4 done/);
    const id = bars()[0]?.output?.displayId;
    await front.process.output(/parts █{10}░{10} 2 of 4 done, 2 running, [\d.]+ m?s/);
    await front.cell("await ray.get(gate.open.remote())");
    await front.process.output(/parts █{20} 3 of 4 done, 1 failed, [\d.]+ m?s: RangeError: bad part/);
    const shown = bars();
    expect(new Set(shown.map(({ output }) => output?.displayId))).toEqual(new Set([id]));
    expect(shown.map(({ output }) => [output?.type, output?.update])).toEqual([["display", false], ...shown.slice(1).map(() => ["display", true])]);
    expect(shown.at(-1)?.output?.data?.["text/html"]).toContain('title="3 done"');
    // in another cell it is asked for again
    await front.cell(`const bar = ray.progress(refs, { label: "kept" }); 0`);
    expect((await front.cell("bar")).text).toMatch(/^kept █{20}/);
    expect((await front.cell(`ray.display("x")`)).text).toBeUndefined();
  });

  test("in the middle of a cell it stands there while the cell waits (row 94)", async () => {
    const before = bars().length;
    const cell = await front.cell(`const more = [0, 1].map((i) => part.remote(gate, i)); ray.progress(more, { label: "two" }); await ray.get(more)`);
    expect(cell.text).toBe("[ 0, 1 ]");
    await front.process.output(/two █{20} 2 of 2 done/);
    const shown = bars().slice(before);
    expect(shown[0]?.output).toMatchObject({ type: "display", update: false, data: { "text/plain": expect.stringMatching(/^two /) } });
    expect(shown.at(-1)?.output?.data?.["text/plain"]).toMatch(/^two █{20} 2 of 2 done/);
  });
});

test("a script has it on its stderr: in a pipe a line each tenth, the last one when all is over (row 94)", async () => {
  const finished = await sandbox.script(`
    import ray from "ray-ts";
    await ray.init({ numCpus: 2 });
    const square = ray.remote(function square(x) { if (x === 7) throw new RangeError("seven"); return x * x; });
    const refs = Array.from({ length: 40 }, (_, i) => square.remote(i));
    ray.progress(refs);
    const results = await Promise.allSettled(refs.map((ref) => ref.value()));
    console.log(results.filter(({ status }) => status === "fulfilled").length);
    await ray.shutdown();
  `);
  expect(finished.stdout).toBe("39\n");
  const lines = finished.stderr.trimEnd().split("\n");
  expect(lines.length).toBeLessThanOrEqual(11);
  expect(lines.at(-1)).toMatch(/^(square|progress) █{20} 39 of 40 done, 1 failed, [\d.]+ m?s/);
});

test("what is no array of refs is said (row 94)", async () => {
  expect(await sandbox.scriptValue(`
    import ray from "ray-ts";
    const said = [];
    for (const args of [[1], [[1]], [[], { label: "" }], [[], { labels: "x" }]]) try { ray.progress(...args); } catch (error) { said.push(error.message); }
    report(said);
    await ray.shutdown();
  `)).toEqual([
    "ray.progress wants an array of ObjectRefs; got 1 (number)",
    "ray.progress wants an array of ObjectRefs; its element 0 is 1 (number)",
    'ray.progress option "label" must not be empty',
    'ray.progress has no option "labels"; did you mean "label"? Its options: label',
  ]);
});
