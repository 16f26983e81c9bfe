import { CellOutputs } from "../../../repl/notebook-tests/cell-outputs.ts";
import type { FrontOutput } from "../../../runtime/front/front.ts";

const out = (text: string): FrontOutput => ({ type: "stream", name: "stdout", text });
const err = (text: string): FrontOutput => ({ type: "stream", name: "stderr", text });
const display = (text: string, displayId?: string, update = false): FrontOutput => ({ type: "display", data: { "text/plain": text }, metadata: {}, update, ...(displayId !== undefined && { displayId }) });

function collect(...given: (readonly [FrontOutput, number])[]): CellOutputs {
  const outputs = new CellOutputs();
  for (const [output, cell] of given) outputs.add(output, cell);
  return outputs;
}

test("pieces of one stream are joined and saved as lines", () => {
  const outputs = collect([out("a\nb"), 1], [out("c\n"), 1], [err("!"), 1], [out("d"), 1]);
  expect(outputs.of(1, 1)).toEqual([
    { output_type: "stream", name: "stdout", text: ["a\n", "bc\n"] },
    { output_type: "stream", name: "stderr", text: ["!"] },
    { output_type: "stream", name: "stdout", text: ["d"] },
  ]);
});

test("a result is saved with the cell's count, keys in Jupyter's order", () => {
  const outputs = collect([{ type: "result", data: { "text/plain": "4" }, metadata: {} }, 7]);
  expect(JSON.stringify(outputs.of(7, 3))).toBe('[{"data":{"text/plain":["4"]},"execution_count":3,"metadata":{},"output_type":"execute_result"}]');
});

test("a value that changes later is saved as a display, as the kernel sends it", () => {
  const outputs = collect([{ type: "result", data: { "text/plain": "pending" }, metadata: {}, displayId: "v" }, 1]);
  expect(outputs.of(1, 1)).toEqual([{ output_type: "display_data", data: { "text/plain": ["pending"] }, metadata: {} }]);
});

test("late output goes to the cell that it names", () => {
  const outputs = collect([out("1"), 1], [out("2"), 2], [out("late"), 1]);
  expect(outputs.of(1, 1)).toEqual([{ output_type: "stream", name: "stdout", text: ["1late"] }]);
  expect(outputs.of(2, 2)).toHaveLength(1);
});

test("an update changes every output with its display id, in any cell, and adds none", () => {
  const live: FrontOutput = { type: "result", data: { "text/plain": "pending" }, metadata: {}, displayId: "v" };
  const outputs = collect([live, 1], [display("pending", "v"), 2], [display("ready", "v", true), 3], [display("x", "w", true), 3]);
  expect([1, 2, 3].map((cell) => outputs.of(cell, cell).map((output) => "data" in output && output.data["text/plain"]))).toEqual([[["ready"]], [["ready"]], []]);
});

test("clear empties its cell, at once or when the next output comes", () => {
  const waiting = collect([out("old"), 1], [{ type: "clear", wait: true }, 1]);
  expect(waiting.of(1, 1)).toHaveLength(1);
  waiting.add(out("new"), 1);
  expect(waiting.of(1, 1)).toEqual([{ output_type: "stream", name: "stdout", text: ["new"] }]);
  expect(collect([out("old"), 1], [{ type: "clear", wait: false }, 1]).of(1, 1)).toEqual([]);
});

test("an error stands where it was raised", () => {
  const outputs = collect([out("before\n"), 1]);
  outputs.addError({ ename: "RangeError", evalue: "no", traceback: ["RangeError: no"] }, 1);
  expect(outputs.of(1, 1).map((output) => output.output_type)).toEqual(["stream", "error"]);
});
