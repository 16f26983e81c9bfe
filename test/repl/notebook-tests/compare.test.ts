import { compareOutputs, isSameAsStored } from "../../../repl/notebook-tests/compare.ts";
import type { NotebookOutput } from "../../../repl/notebook/notebook.ts";
import { defaultRules } from "../../../repl/notebook-tests/sanitize.ts";

const rules = defaultRules([]);
const stream = (text: string | string[], name = "stdout"): NotebookOutput => ({ output_type: "stream", name, text });
const result = (data: Record<string, unknown>): NotebookOutput => ({ output_type: "execute_result", execution_count: 1, data, metadata: {} });
const display = (data: Record<string, unknown>): NotebookOutput => ({ output_type: "display_data", data, metadata: {} });
const error = (ename: string, evalue: string): NotebookOutput => ({ output_type: "error", ename, evalue, traceback: ["where"] });

test("equal outputs do not differ, whichever way their text is split", () => {
  const stored = [stream(["a\n", "b\n"]), result({ "text/plain": ["4"] })];
  const now = [stream("a\n"), stream("b\n"), result({ "text/plain": "4" })];
  expect(compareOutputs(stored, now, rules)).toBeUndefined();
});

test("one altered character differs, and the lines say stored and now", () => {
  expect(compareOutputs([result({ "text/plain": ["[ 0, 1, 4, 9 ]"] })], [result({ "text/plain": ["[ 0, 1, 4, 8 ]"] })], rules)).toEqual([
    "result differs:",
    "- [ 0, 1, 4, 9 ]",
    "+ [ 0, 1, 4, 8 ]",
  ]);
});

test("streams are joined per name: how two streams interleave is not compared", () => {
  const stored = [stream("1\n2\n"), stream("x\n", "stderr")];
  expect(compareOutputs(stored, [stream("1\n"), stream("x\n", "stderr"), stream("2\n")], rules)).toBeUndefined();
  expect(compareOutputs(stored, [stream("1\n2\nx\n")], rules)).toHaveLength(7);
});

test("what workers print has no order among itself; what the cell prints has", () => {
  const worker = (n: number) => `(f pid=${1000 + n}) task ${n}`;
  const text = (...lines: string[]) => [stream(lines.join("\n") + "\n")];
  expect(compareOutputs(text("begin", worker(1), worker(2), "end"), text("begin", worker(2), "end", worker(1)), rules)).toBeUndefined();
  expect(compareOutputs(text("begin", "end"), text("end", "begin"), rules)).toBeDefined();
});

test("an error is compared by name and message, not by its stack", () => {
  expect(compareOutputs([error("RangeError", "no")], [{ ...error("RangeError", "no"), traceback: ["elsewhere"] } as NotebookOutput], rules)).toBeUndefined();
  expect(compareOutputs([error("RangeError", "no")], [error("TypeError", "no")], rules)).toBeDefined();
});

test("a bundle is compared by its text/plain alone; without text by its types", () => {
  expect(compareOutputs([display({ "text/plain": "A", "text/html": "<a>" })], [display({ "text/plain": "A", "text/html": "<b>" })], rules)).toBeUndefined();
  expect(compareOutputs([display({ "image/png": "aa" })], [display({ "image/png": "bb" })], rules)).toBeUndefined();
  expect(compareOutputs([display({ "image/png": "aa" })], [display({ "text/html": "bb" })], rules)).toBeDefined();
});

test("an output too many and one too few differ", () => {
  expect(compareOutputs([], [stream("hi\n")], rules)).toEqual(["stdout differs:", "  nothing was stored, now there is:", "+ hi"]);
  expect(compareOutputs([display({ "text/plain": "A" })], [], rules)).toEqual(["display 1 differs:", "  now there is nothing, stored was:", "- A"]);
});

test("ids, pids and durations may differ", () => {
  const shown = (id: string, ms: number) => [result({ "text/plain": `ObjectRef(${id}) ready in ${ms} ms` })];
  expect(compareOutputs(shown("d3fa9c1d2-1", 3), shown("dffffffff-2", 40), rules)).toBeUndefined();
});

test("an update keeps stored outputs whose every type is the same but for what is made stable", () => {
  const shown = (html: string, id: string) => [display({ "text/plain": id, "text/html": html })];
  expect(isSameAsStored(shown("<b>", "d3fa9c1d2-1"), shown("<b>", "dffffffff-1"), rules)).toBe(true);
  expect(isSameAsStored(shown("<b>", "d3fa9c1d2-1"), shown("<i>", "d3fa9c1d2-1"), rules)).toBe(false);
  expect(isSameAsStored([stream(["a\n"])], [stream("a\n")], rules)).toBe(true);
});
