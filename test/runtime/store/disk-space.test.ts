import { keptBytesOf } from "../../../runtime/store/disk-space.ts";

const GIB = 2 ** 30;

test("the disk is full for objects when a twentieth of it is free, or 1 GiB of a large one (row 53)", () => {
  expect(keptBytesOf(10 * GIB, undefined)).toBe(GIB / 2);
  expect(keptBytesOf(2000 * GIB, undefined)).toBe(GIB);
});

test("RAY_TS_LOCAL_FS_CAPACITY_THRESHOLD says which share of it may be used", () => {
  expect(keptBytesOf(1000, "0.9")).toBeCloseTo(100);
  expect(keptBytesOf(1000, "1")).toBe(0);
  expect(() => keptBytesOf(1000, "95")).toThrow('RAY_TS_LOCAL_FS_CAPACITY_THRESHOLD is "95": it must be a number above 0, at most 1');
});
