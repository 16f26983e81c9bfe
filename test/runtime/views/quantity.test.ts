import { bytesText, durationText, oneLine } from "../../../runtime/views/quantity.ts";

test.each([
  [0, "0 B"], [832, "832 B"], [1_000, "1.0 kB"], [8_000_000, "8.0 MB"], [999_949, "999.9 kB"], [999_950, "1.0 MB"], [2_147_483_648, "2.1 GB"], [5e15, "5000.0 TB"],
])("%d bytes read %s", (bytes, text) => {
  expect(bytesText(bytes)).toBe(text);
});

test.each([
  [0.04, "0.0 ms"], [0.41, "0.4 ms"], [12.4, "12 ms"], [999.6, "1.0 s"], [1_240, "1.2 s"], [59_940, "59.9 s"], [59_960, "1 min 0 s"], [185_000, "3 min 5 s"], [7_800_000, "2 h 10 min"],
])("%d ms read %s", (ms, text) => {
  expect(durationText(ms)).toBe(text);
});

test("a long text becomes one line that says it was cut", () => {
  expect(oneLine("RangeError: bad\n  at x", 80)).toBe("RangeError: bad");
  expect(oneLine("x".repeat(100), 10)).toBe("xxxxxxxxx…");
});
