import { objectId, type ObjectId, type ProcessName } from "../../../runtime/ids.ts";
import { Lineage } from "../../../runtime/local/lineage.ts";
import { Task } from "../../../runtime/local/task.ts";
import type { WireValue } from "../../../runtime/wire/hot-records.ts";
import { seededRandom } from "../../fixtures/seeded-random.ts";

const self = "d00000001" as ProcessName;
const id = (n: number): ObjectId => objectId(self, n);
const inline = (bytes: number): WireValue => ({ kind: "inline", bytes: new Uint8Array(bytes), refs: [] });
const task = (n: number, argBytes = 0): Task =>
  new Task(n, { meta: { name: `f${n}` } as Task["meta"], code: undefined, actor: undefined, maxRetries: 3, retryExceptions: undefined, submitter: undefined }, inline(argBytes), [], [], n, [id(n)]);
const inputs = (...refs: (ObjectId | [ObjectId, WireValue])[]) => () => new Map(refs.map((ref) => (typeof ref === "string" ? [ref, undefined] : ref)));

describe("recipes of objects in blocks (row 55)", () => {
  let lineage: Lineage;
  beforeEach(() => void (lineage = new Lineage(100_000)));
  afterEach(() => lineage.assertInvariants());

  test("are there as long as the object is known", () => {
    const f = task(1);
    lineage.made(f, [id(1)], inputs());
    expect(lineage.of(id(1))?.task).toBe(f);
    lineage.forgotten(id(1));
    expect([lineage.of(id(1)), lineage.size, lineage.keptBytes]).toEqual([undefined, 0, 0]);
  });

  test("of the middle of a chain stay as long as its end is known, and go with it", () => {
    for (let n = 1; n <= 3; n++) lineage.made(task(n), [id(n)], n === 1 ? inputs() : inputs(id(n - 1)));
    lineage.forgotten(id(1));
    lineage.forgotten(id(2));
    expect([1, 2, 3].map((n) => lineage.of(id(n)) !== undefined)).toEqual([true, true, true]);
    lineage.forgotten(id(3));
    expect(lineage.size).toBe(0);
  });

  test("of a chain of 100,000 go without running out of stack", () => {
    lineage = new Lineage(1e9);
    for (let n = 1; n <= 100_000; n++) {
      lineage.made(task(n), [id(n)], inputs(...(n === 1 ? [] : [id(n - 1)])));
      if (n > 1) lineage.forgotten(id(n - 1));
    }
    expect(lineage.size).toBe(100_000);
    lineage.forgotten(id(100_000));
    expect(lineage.size).toBe(0);
  });

  test("keep small inputs as bytes, and count them", () => {
    const small = inline(5_000);
    lineage.made(task(1, 2_000), [id(1)], inputs([id(9), small]));
    expect(lineage.of(id(1))?.inputs.get(id(9))).toBe(small);
    expect(lineage.keptBytes).toBe(8_000);
  });

  test("are one for all values of a task", () => {
    const f = task(1);
    lineage.made(f, [id(1), id(2)], inputs());
    lineage.forgotten(id(1));
    expect(lineage.of(id(2))?.task).toBe(f);
    lineage.forgotten(id(2));
    expect(lineage.size).toBe(0);
  });

  test("the oldest make room beyond the bound, which is remembered as long as their objects are known", () => {
    for (let n = 1; n <= 12; n++) lineage.made(task(n, 9_000), [id(n)], inputs());
    expect([lineage.size, lineage.keptBytes]).toEqual([10, 100_000]);
    expect([lineage.of(id(2)), lineage.wasEvicted(id(2)), lineage.wasEvicted(id(3))]).toEqual([undefined, true, false]);
    lineage.forgotten(id(2));
    expect(lineage.wasEvicted(id(2))).toBe(false);
  });

  test("one that is larger than the bound is not kept", () => {
    lineage.made(task(1, 200_000), [id(1)], inputs());
    expect([lineage.size, lineage.wasEvicted(id(1))]).toEqual([0, true]);
  });

  test("stay the same when the task runs again", () => {
    const f = task(1);
    lineage.made(f, [id(1)], inputs(id(7)));
    const recipe = lineage.of(id(1));
    lineage.made(f, [id(1)], () => { throw new Error("asked again"); });
    expect(lineage.of(id(1))).toBe(recipe);
  });
});

test.each([1, 2, 3, 4, 5])("the rules hold after each of 20,000 random events (seed %i)", (seed) => {
  const below = seededRandom(seed);
  const lineage = new Lineage(60_000);
  const known: ObjectId[] = [];
  const tasks = new Map<ObjectId, Task>();
  for (let n = 1; n <= 20_000; n++) {
    const some = (most: number): ObjectId[] => Array.from({ length: Math.min(known.length, below(most)) }, () => known[below(known.length)] as ObjectId);
    const roll = below(10);
    if (roll < 4) {
      const made = task(n, below(2_000));
      const outputs = Array.from({ length: 1 + below(2) }, (_, i) => id(100_000 * i + n));
      lineage.made(made, outputs, inputs(...some(4), [id(1e9 + below(50)), inline(below(500))]));
      for (const output of outputs) tasks.set(output, made);
      known.push(...outputs);
    } else if (roll < 5 && known.length > 0) {
      const output = known[below(known.length)] as ObjectId;
      lineage.made(tasks.get(output) as Task, [output], inputs());
    } else if (known.length > 0) lineage.forgotten(known.splice(below(known.length), 1)[0] as ObjectId);
    if (n % 10 === 0) lineage.assertInvariants();
    for (const output of known.slice(-3)) if (!lineage.of(output) && !lineage.wasEvicted(output)) throw new Error(`${output} has lost its recipe at event ${n}`);
  }
  for (const output of known) lineage.forgotten(output);
  expect([lineage.size, lineage.keptBytes]).toEqual([0, 0]);
});
