/** The front's side of the checker, with real checker processes and a clock that the test moves. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type CheckedCell, TypeChecker } from "../../../runtime/front/type-checker.ts";
import { distFolder } from "../../fixtures/dist-folder.ts";
import { ManualClock } from "../../fixtures/manual-clock.ts";

const STUCK_MS = 60_000;
// stopping a process without ending it is for Unix
const onUnix = process.platform === "win32" ? test.skip : test;

let folder: string;
let clock: ManualClock;
let notes: string[];
let checker: TypeChecker;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "rt-checker-"));
  clock = new ManualClock();
  notes = [];
  checker = open(join(distFolder(), "checker.js"));
});
afterEach(async () => {
  await checker.end();
  expect(clock.isIdle).toBe(true);
  rmSync(folder, { recursive: true });
});

const open = (program: string): TypeChecker => new TypeChecker({ folder, env: process.env, onNote: (text) => notes.push(text), program, clock });
const cell = (name: string, code: string): CheckedCell => ({ name, code, reports: true, onlyRunsRight: false });
const codes = async (found: ReturnType<TypeChecker["check"]>): Promise<string[] | undefined> => (await found)?.map(({ code }) => code);

test("cells that came before the process are told to it when it starts", async () => {
  const first = checker.check(cell("In[1]", "const n: number = 'a'"));
  const second = checker.check(cell("In[2]", "n.foo"));
  checker.start();
  expect(await codes(first)).toEqual(["TS2322"]);
  expect(await codes(second)).toEqual(["TS2339"]);
});

onUnix("one that answers nothing is ended, and another answers", async () => {
  checker.start();
  await checker.check(cell("In[1]", "const n = 1"));
  const stuck = checker.pid as number;
  process.kill(stuck, "SIGSTOP");
  const found = checker.check(cell("In[2]", "n.foo"));
  clock.advance(STUCK_MS - 1);
  expect(checker.pid).toBe(stuck);
  clock.advance(1);
  expect(await codes(found)).toEqual(["TS2339"]);
  expect(checker.pid).not.toBe(stuck);
  expect(() => process.kill(stuck, 0)).toThrow("ESRCH");
});

onUnix("about code that is being written it has five seconds", async () => {
  checker.start();
  await checker.check(cell("In[1]", "const n = 1"));
  const stuck = checker.pid as number;
  process.kill(stuck, "SIGSTOP");
  const completed = checker.complete("n.", 2, 60_000);
  const found = checker.check(cell("In[2]", "n.foo"));
  clock.advance(5000);
  expect(await completed).toBeUndefined();
  expect(await codes(found)).toEqual(["TS2339"]);
  expect(checker.pid).not.toBe(stuck);
});

onUnix("a question at which two processes died is not asked a third time; the others are", async () => {
  checker.start();
  process.kill(checker.pid as number, "SIGSTOP");
  const poison = checker.check(cell("In[1]", "const n = 1"));
  const after = checker.check(cell("In[2]", "const m: number = 'a'"));
  for (let deaths = 1; deaths <= 2; deaths++) {
    const pid = checker.pid as number;
    process.kill(pid, "SIGKILL");
    while (checker.pid === pid || checker.pid === undefined) await new Promise((turn) => { setImmediate(turn); });
    // before it can answer anything
    if (deaths === 1) process.kill(checker.pid, "SIGSTOP");
  }
  expect(await poison).toBeUndefined();
  expect(await codes(after)).toEqual(["TS2322"]);
});

test("where no checker can be had that is said once, and nobody waits", async () => {
  await checker.end();
  checker = open(join(folder, "no-such-program.js"));
  checker.start();
  expect(await checker.check(cell("In[1]", "const n: number = 'a'"))).toBeUndefined();
  expect(await checker.check(cell("In[2]", "1"))).toBeUndefined();
  expect(await checker.complete("1", 1, 1000)).toBeUndefined();
  expect(notes).toEqual([expect.stringMatching(/^Types are not checked any more: the checker ended 3 times \(/)]);
});

test("1,100 cells with names of their own, and then 1,200 that declare the same ones again", async () => {
  checker.start();
  const all: Promise<unknown>[] = [];
  for (let i = 1; i <= 1100; i++) all.push(checker.check({ ...cell(`In[${i}]`, `interface T${i} { id: ${i} }\nconst v${i}: T${i} = { id: ${i} }`), reports: i % 50 === 0 }));
  for (let i = 1101; i <= 2300; i++) all.push(checker.check({ ...cell(`In[${i}]`, `const same = ${i}; const twice = () => same * 2`), reports: i % 50 === 0 }));
  expect((await Promise.all(all)).every((found) => Array.isArray(found) && found.length === 0)).toBe(true);
  expect(await codes(checker.check(cell("In[2301]", "v1.id; v1100.id; const t: T2 = v2; twice().toFixed(); v1099.nope; twice().nope")))).toEqual(["TS2339", "TS2339"]);
});
