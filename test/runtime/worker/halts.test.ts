import { Halting, Halts } from "../../../runtime/worker/halts.ts";
import { GUARD, GUARD_WORDS } from "../../../runtime/worker/watch-commands.ts";

const [A, B] = [11, 22];

function sides(): { main: Halts; watch: Halting; guard: Int32Array } {
  const guard = new Int32Array(GUARD_WORDS);
  return { main: new Halts(guard), watch: new Halting(guard), guard };
}

test("the watch thread tells which call began last, and none of that client begins after that", () => {
  const { main, watch } = sides();
  expect([main.mayBegin(A, 101), main.mayBegin(A, 102)]).toEqual([true, true]);
  expect(watch.halt(A)).toBe(102);
  expect([main.mayBegin(A, 103), main.mayBegin(A, 104)]).toEqual([false, false]);
});

test("after resume-tasks the client's calls begin again", () => {
  const { main, watch } = sides();
  main.mayBegin(A, 101);
  watch.halt(A);
  main.resume(A); // read before any call was tried
  expect([main.mayBegin(A, 102), watch.halt(A)]).toEqual([true, 102]);
  expect(main.mayBegin(A, 103)).toBe(false);
  main.resume(A);
  expect(main.mayBegin(A, 103)).toBe(true);
});

test("a second question before the first was seen has the same answer", () => {
  const { main, watch } = sides();
  main.mayBegin(A, 101);
  expect([watch.halt(A), watch.halt(A)]).toEqual([101, 101]);
  expect(main.mayBegin(A, 102)).toBe(false);
});

test("while one client is halted the next one's calls begin, and the first one's still do not", () => {
  const { main, watch } = sides();
  main.mayBegin(A, 101);
  watch.halt(A);
  expect([main.mayBegin(B, 201), main.mayBegin(A, 102), main.mayBegin(B, 202)]).toEqual([true, false, true]);
  expect(watch.halt(B)).toBe(202);
});

test("a halt that the main thread has not seen is not overwritten by another client's", () => {
  const { main, watch } = sides();
  watch.halt(A);
  expect(watch.halt(B)).toBeUndefined();
  expect([main.mayBegin(A, 101), main.mayBegin(B, 201)]).toEqual([false, true]);
});

test("in every order of one begin and one halt, a call begins or is taken back, never both and never neither", () => {
  for (const isHaltFirst of [true, false]) {
    const { main, watch, guard } = sides();
    main.mayBegin(A, 1);
    let begins = false;
    let last: number | undefined;
    const steps = [(): void => { begins = main.mayBegin(A, 2); }, (): void => { last = watch.halt(A); }];
    for (const step of isHaltFirst ? steps.reverse() : steps) step();
    expect([begins, last]).toEqual(isHaltFirst ? [false, 1] : [true, 2]);
    expect(Atomics.load(guard, GUARD.begun)).toBe(isHaltFirst ? 1 : -A);
  }
});
