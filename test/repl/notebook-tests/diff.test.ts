import { lineDiff } from "../../../repl/notebook-tests/diff.ts";

const lines = (...numbers: number[]) => numbers.map((n) => `line ${n}\n`).join("");

test("lines that differ are shown between what is around them", () => {
  expect(lineDiff(lines(1, 2, 3, 4, 5, 6, 7), lines(1, 2, 3, 0, 5, 6, 7))).toEqual([
    "  … 1 equal line",
    "  line 2",
    "  line 3",
    "- line 4",
    "+ line 0",
    "  line 5",
    "  line 6",
    "  … 1 equal line",
  ]);
});

test("inserted and removed lines are found between equal ones", () => {
  expect(lineDiff("a\nb\nc", "a\nx\nb\nc")).toEqual(["  a", "+ x", "  b", "  c"]);
  expect(lineDiff("a\nb\nc\nd", "b\nc\nq\nd")).toEqual(["- a", "  b", "  c", "+ q", "  d"]);
});

test("a missing newline at the end is said in words", () => {
  expect(lineDiff("a\n", "a")).toEqual(["  they differ in the newline at the end alone"]);
});

test("a long difference is cut", () => {
  const shown = lineDiff(lines(...Array(500).keys()), "other");
  expect(shown).toHaveLength(61);
  expect(shown.at(-1)).toBe("  … 441 more lines");
});

test("very long texts are compared without a table of all pairs", () => {
  const long = (offset: number) => lines(...Array.from({ length: 5000 }, (_, n) => n * 2 + offset));
  expect(lineDiff(long(0), long(1))[0]).toBe("- line 0");
});
