/** Live views of refs, actors and the cluster: they change while and after their cell ran, also when nothing else holds what they show. */
import { FrontProcess } from "../fixtures/front-process.ts";
import { Sandbox } from "../fixtures/sandbox.ts";

const sandbox = new Sandbox();
afterAll(() => sandbox.close());

test("a pending ref that only its view holds ends with its value, its worker and its pid (row 49)", async () => {
  const front = new FrontProcess(sandbox);
  await front.cell(`const slow = ray.remote(async (ms: number) => { await new Promise((r) => setTimeout(r, ms)); return "made"; });`);
  await front.cell("slow.remote(300)");
  // the front's lines are JSON, so the quotes around the value are escaped
  const [line] = await front.process.output(/^.*ready \\"made\\".*$/m);
  expect(line).toMatch(/"update":true/);
  expect(line).toMatch(/pid \d+/);
  await front.close();
});

describe("what Ray's dashboard shows stands in the notebook", () => {
  interface Shown { readonly output?: { readonly displayId?: string; readonly update?: boolean; readonly data?: Record<string, string> } }
  let front: FrontProcess;
  beforeAll(async () => {
    front = new FrontProcess(sandbox);
    await front.cell("await ray.init({ numCpus: 2 });");
  });
  afterAll(() => front.close());

  /** The updates of the view that a cell's value is, once one of them has this on its page. */
  async function livesTo(code: string, then: string, page: RegExp): Promise<string> {
    const first = await front.cell(code);
    const shown = (): Shown[] => front.process.stdout.split("\n").filter((line) => line.startsWith('{"output"')).map((line) => JSON.parse(line) as Shown);
    const id = shown().filter(({ output }) => output?.data?.["text/plain"] === first.text).at(-1)?.output?.displayId;
    await front.cell(then);
    for (;;) {
      const update = shown().findLast(({ output }) => output?.update === true && output.displayId === id && page.test(output.data?.["text/html"] ?? ""));
      if (update) return update.output?.data?.["text/html"] as string;
      await front.cell("0"); // what is known at a cell's end is drawn before it
    }
  }

  test("an array of refs: how many are where, what came of each, the first error (row 108)", async () => {
    await front.cell(`
      class Gate { opened: (() => void)[] = []; isOpen = false; async wait() { if (!this.isOpen) await new Promise<void>((go) => this.opened.push(go)); } open() { this.isOpen = true; for (const go of this.opened) go(); } }
      const gate = ray.remote(Gate, { maxConcurrency: 10 }).remote();
      const part = ray.remote(async (gate: any, i: number) => { await ray.get(gate.wait.remote()); if (i === 1) throw new RangeError("bad part"); return i; }, { name: "part" });`);
    const page = await livesTo("[0, 1].map((i) => part.remote(gate, i))", "gate.open.remote();", /1 ready, 1 error/);
    expect(page).toMatch(/RangeError: bad part/);
  });

  test("an actor: alive, where, its calls, and what it died of (row 108)", async () => {
    const page = await livesTo("class Counter { n = 0; add() { return ++this.n; } }\nconst counter = ray.remote(Counter, { name: 'shown' }).remote();\ncounter", "await ray.get([counter.add.remote(), counter.add.remote()]); await ray.kill(counter);", />dead</);
    expect(page).toMatch(/Counter[\s\S]*shown[\s\S]*2 done[\s\S]*ray\.kill/);
  });

  test("the cluster: CPUs in use, store, workers, actors, tasks (row 108)", async () => {
    const page = await livesTo("await ray.init()", "const many = Array.from({ length: 200 }, () => ray.remote(() => 1).remote()); await ray.get(many);", /2\d\d finished/);
    for (const text of [/CPU/, /object store/, /workers/, /actors/]) expect(page).toMatch(text);
  });
});
