import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { matchesGlob } from "../../kernel/glob.ts";
import { History, defaultHistoryFile, parseHistory } from "../../kernel/history.ts";

let folder: string;
const logged: string[] = [];
beforeEach(() => { folder = mkdtempSync(join(tmpdir(), "ray-ts-history-")); logged.length = 0; });
afterEach(() => rmSync(folder, { recursive: true }));

const open = (): History => new History(join(folder, "state", "history"), (text) => logged.push(text));
const inputs = (entries: readonly { input: string }[]): string[] => entries.map(({ input }) => input);

test("entries of earlier kernels are found again, the newest last", () => {
  const first = open();
  first.append(1, "a", "1");
  first.append(2, "b", undefined);
  const second = open();
  second.append(1, "c", undefined);
  expect(second.tail(2)).toEqual([{ session: 1, line: 2, input: "b", output: null }, { session: 2, line: 1, input: "c", output: null }]);
  expect(second.tail(10)[0]).toEqual({ session: 1, line: 1, input: "a", output: "1" });
  expect(second.tail(0)).toEqual([]);
});

test("a range is of a session by number, 0 for this one and -1 for the one before", () => {
  const first = open();
  for (const line of [1, 2, 3]) first.append(line, `first ${line}`, undefined);
  const second = open();
  second.append(1, "second 1", undefined);
  expect(inputs(second.range(1, 2, undefined))).toEqual(["first 2", "first 3"]);
  expect(inputs(second.range(-1, 1, 3))).toEqual(["first 1", "first 2"]);
  expect(second.range(0, 1, undefined)).toEqual([{ session: 0, line: 1, input: "second 1", output: null }]);
  expect(second.range(2, 1, undefined)[0]?.session).toBe(2);
});

test("a search takes a glob over the whole input, newest last, and unique keeps the newest of equal ones", () => {
  const history = open();
  ["x = 1", "y = 2", "x = 1", "z\nx = 1", "x[0]"].forEach((code, at) => history.append(at + 1, code, undefined));
  expect(inputs(history.search("x*", undefined, false))).toEqual(["x = 1", "x = 1", "x[0]"]);
  expect(history.search("x = ?", undefined, true).map(({ line }) => line)).toEqual([3]);
  expect(inputs(history.search("*x = 1", 2, false))).toEqual(["x = 1", "z\nx = 1"]);
  expect(inputs(history.search("x[0]", undefined, false))).toEqual(["x[0]"]);
});

test("a search ends, whatever its pattern", () => {
  const history = open();
  history.append(1, "a".repeat(2000), undefined);
  expect(history.search("*a".repeat(200) + "b", undefined, false)).toEqual([]);
  expect(inputs(history.search("*a".repeat(200) + "*", undefined, false))).toHaveLength(1);
});

test.each([
  ["", "", true], ["", "a", false], ["*", "", true], ["**", "abc", true], ["a*c", "abbc", true], ["a*c", "abcb", false], ["*b*", "abc", true], ["a?c", "abc", true], ["a?c", "ac", false],
  ["?", "\u{1d4b3}", true], ["??", "\u{1d4b3}", false], ["*.?", "a.b.c", true], ["[", "[", true], ["a*b*a", "abba", true], ["a*b*a", "aba ", false], ["*ab", "aab", true], ["a\n*", "a\nb", true],
])("the glob %j of %j: %s", (pattern, text, isFound) => {
  expect(matchesGlob(pattern, text)).toBe(isFound);
});

test("kernels that write at once keep numbers and lines of their own", () => {
  const [first, second] = [open(), open()];
  first.append(1, "of the first", undefined);
  second.append(1, "of the second", undefined);
  first.append(2, "again", undefined);
  expect(inputs(first.range(0, 1, undefined))).toEqual(["of the first", "again"]);
  expect(inputs(second.range(0, 1, undefined))).toEqual(["of the second"]);
});

test("a line cut by a crash is passed over", () => {
  const history = open();
  history.append(1, "kept", undefined);
  appendFileSync(join(folder, "state", "history"), '{"session":"x","line":1,"inp\n7\n');
  history.append(2, "later", undefined);
  expect(inputs(history.tail(10))).toEqual(["kept", "later"]);
});

test("only the user can read the file, and a long one loses its older half", () => {
  const file = join(folder, "state", "history");
  open();
  expect(statSync(file).mode & 0o777).toBe(0o600);
  const row = (n: number): string => JSON.stringify({ session: "s", line: n, input: "x".repeat(1000) }) + "\n";
  writeFileSync(file, Array.from({ length: 9000 }, (_, n) => row(n)).join(""));
  open();
  expect(statSync(file).size).toBeLessThan(5 << 20);
  expect(parseHistory(readFileSync(file, "utf8")).entries.at(-1)?.line).toBe(8999);
});

test("a place that cannot be written is said once, and the kernel goes on without", () => {
  writeFileSync(join(folder, "state"), "a file, not a folder");
  const history = open();
  history.append(1, "x", undefined);
  expect(history.tail(5)).toEqual([]);
  expect(logged).toEqual([expect.stringMatching(/cannot begin the history .*RAY_TS_HISTORY/)]);
});

test("the file is RAY_TS_HISTORY, else under XDG_STATE_HOME", () => {
  expect(defaultHistoryFile({ RAY_TS_HISTORY: "/h" })).toBe("/h");
  expect(defaultHistoryFile({ XDG_STATE_HOME: "/s" })).toBe(join("/s", "ray-ts", "history"));
});
