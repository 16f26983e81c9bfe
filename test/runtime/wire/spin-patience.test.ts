import { SpinPatience } from "../../../runtime/wire/spin-patience.ts";

/** The length of the looks after each of these sleeps. */
const after = (...slept: number[]): number[] => {
  const patience = new SpinPatience();
  return slept.map((ms) => {
    patience.wokenAfter(ms);
    return patience.ms(0);
  });
};

test("sleeps that a little more looking would have spared make it look longer, up to half a millisecond", () => {
  expect(after(0.1, 0.1, 0.1, 0.1)).toEqual([0.2, 0.4, 0.5, 0.5]);
});

test("long sleeps make it look shorter, and then not at all; a short one is the beginning of looking again", () => {
  expect(after(5, 5, 5, 5)).toEqual([0.05, 0, 0, 0]);
  expect(after(5, 5, 0.2, 0.2)).toEqual([0.05, 0, 0.05, 0.1]);
});

test("where others want the core it does not look for a while, for longer each time, and for shorter when looking was worth it", () => {
  const patience = new SpinPatience();
  patience.disturbed(10);
  expect([patience.ms(10.5), patience.ms(11)]).toEqual([0, 0.1]);
  patience.disturbed(20);
  expect([patience.ms(21.5), patience.ms(22)]).toEqual([0, 0.1]);
  patience.found();
  patience.disturbed(30);
  expect([patience.ms(31.5), patience.ms(32)]).toEqual([0, 0.1]);
  for (let i = 0; i < 20; i++) patience.disturbed(40);
  expect([patience.ms(103), patience.ms(104)]).toEqual([0, 0.1]);
});

test("a core that is shared look after look is left, and not again at once", () => {
  const patience = new SpinPatience();
  const crowdedAt = (now: number): number[] => Array.from({ length: 100 }, (_, i) => i).filter(() => patience.isCrowded(true, now));
  expect(crowdedAt(10)).toEqual([31]);
  expect(crowdedAt(10.5)).toEqual([]);
  expect(crowdedAt(11)).toEqual([0]);
});

test("now and then a look that was delayed is no crowd", () => {
  const patience = new SpinPatience();
  expect(Array.from({ length: 1000 }, (_, i) => patience.isCrowded(i % 20 !== 0, 10)).some(Boolean)).toBe(false);
});
