import { SpinSlots } from "../../../runtime/wire/spin-slots.ts";

test("no more than one process a core spins, and who stops makes room", () => {
  const memory = new ArrayBuffer(64);
  const [a, b, c] = [1, 2, 3].map(() => new SpinSlots(memory, 2, () => true)) as [SpinSlots, SpinSlots, SpinSlots];
  expect([a.claim(), b.claim(), c.claim()]).toEqual([true, true, false]);
  b.release();
  expect(c.claim()).toBe(true);
});

test("the slot of a process that died is free again", () => {
  const memory = new ArrayBuffer(64);
  new Int32Array(memory)[0] = 4242;
  const slots = new SpinSlots(memory, 1, (pid) => pid !== 4242);
  expect([slots.claim(), slots.claim()]).toEqual([false, true]);
});

test("without memory nobody spins", () => {
  expect(new SpinSlots(new ArrayBuffer(0), 0, () => true).claim()).toBe(false);
});
