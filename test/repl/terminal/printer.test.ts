import type { FrontOutput } from "../../../runtime/front/front.ts";
import { VIEW_MIME } from "../../../runtime/views/render-view.ts";
import { column, failure, type ViewNode } from "../../../runtime/views/view-node.ts";
import { Printer } from "../../../repl/terminal/printer.ts";

function printerTo(isTTY: boolean) {
  const written: string[] = [];
  const sink = (name: string) => ({ isTTY, columns: 40, rows: 12, write: (text: string) => written.push(name + text) });
  return { written, printer: new Printer({ stdout: sink(""), stderr: sink("!"), paintError: (text) => `<red>${text}</red>`, paint: (color, text) => (color === "failed" ? `<${text}>` : text) }) };
}

const out = (text: string): FrontOutput => ({ type: "stream", name: "stdout", text });
const view = (text: string, update = false): FrontOutput => ({ type: "display", data: { "text/plain": text }, metadata: {}, displayId: "v", update });
const result = (text: string): FrontOutput => ({ type: "result", data: { "text/plain": text }, metadata: {} });

test("a result begins a line of its own", () => {
  const { printer, written } = printerTo(false);
  for (const output of [out("no newline"), result("4"), result("two\nlines")]) printer.output(output);
  expect(written.join("")).toBe("no newline\n4\ntwo\nlines\n");
});

test("an error goes to standard error, painted", () => {
  const { printer, written } = printerTo(false);
  printer.output(out("half"));
  printer.error({ ename: "E", evalue: "no", traceback: ["E: no", "    at In[1]:1:1"] });
  expect(written).toEqual(["half", "\n", "!<red>E: no\n    at In[1]:1:1</red>\n"]);
});

/** A live view of some lines. */
const drawn = (lines: readonly ViewNode[], { id = "v", update = false, kind = "object-refs", isSettled = false, plain = "plain" } = {}): FrontOutput => ({ type: "display", data: { "text/plain": plain, [VIEW_MIME]: { version: 1, id, kind, at: "", isSettled, node: column(...lines) } }, metadata: {}, displayId: id, update });

test("a live view is its tree as lines, with colours where they are wanted, each within a row", () => {
  const { printer, written } = printerTo(true);
  printer.output(drawn(["two refs", failure("x".repeat(50))]));
  expect(written.join("")).toBe(`two refs\n<${"x".repeat(37)}…\n`);
});

test("views below each other are each drawn again in place, also when they get more lines", () => {
  const { printer, written } = printerTo(true);
  for (const output of [drawn(["a1", "a2"]), drawn(["b1"], { id: "w" })]) printer.output(output);
  printer.output(drawn(["a1", "A2"], { update: true }));
  expect(written.at(-1)).toBe("\x1b[3A\x1b[1B\r\x1b[2KA2\x1b[2B\r");
  printer.output(drawn(["a1", "A2", "a3"], { update: true }));
  expect(written.at(-1)).toBe("\x1b[3A\r\x1b[Ja1\nA2\na3\nb1\n");
  printer.promptShown({ rows: () => 1, column: () => 3, redraw: () => void written.push("[prompt]") });
  printer.output(drawn(["b1", "b2"], { id: "w", update: true }));
  expect(written.slice(-3)).toEqual(["\x1b[2A\r\x1b[Jb1\nb2\n", "\n", "[prompt]"]);
});

test("a view that has scrolled off the screen stays as it was, and none is higher than the screen", () => {
  const { printer, written } = printerTo(true);
  printer.output(drawn(["a"]));
  for (const id of ["v1", "v2"]) printer.output(drawn(Array.from({ length: 20 }, (_, i) => `line ${i}`), { id }));
  expect(written[1]).toBe(`${Array.from({ length: 7 }, (_, i) => `line ${i}`).join("\n")}\n… 13 more lines\n`);
  printer.output(drawn(["A"], { update: true }));
  expect(written).toHaveLength(3);
});

test("in a pipe a progress bar is written at each tenth of its way, and at its end", () => {
  const { printer, written } = printerTo(false);
  const at = (done: number, isSettled = false): void => printer.output(drawn([{ is: "bar", parts: [{ color: "done", count: done, label: "" }, { color: "line", count: 100 - done, label: "" }] }], { kind: "progress", plain: `${done} of 100`, update: done > 0, isSettled }));
  for (let done = 0; done < 30; done++) at(done);
  at(100, true);
  at(100, true);
  expect(written.join("")).toBe("0 of 100\n10 of 100\n20 of 100\n100 of 100\n");
});

test("through a pipe a live view is printed once", () => {
  const { printer, written } = printerTo(false);
  for (const output of [view("pending"), view("ready", true)]) printer.output(output);
  expect(written.join("")).toBe("pending\n");
});

test("at a terminal the last line is redrawn in place when its view changes", () => {
  const { printer, written } = printerTo(true);
  for (const output of [view("pending"), view("ready", true)]) printer.output(output);
  expect(written.join("")).toBe("pending\n\x1b[1A\r\x1b[2Kready\x1b[1B\r");
});

test("a view above the prompt is redrawn, and the cursor returns to where the user types", () => {
  const { printer, written } = printerTo(true);
  printer.output(view("pending"));
  printer.promptShown({ rows: () => 1, column: () => 5, redraw: () => {} });
  printer.output(view("ready", true));
  expect(written.at(-1)).toBe("\x1b[2A\r\x1b[2Kready\x1b[2B\r\x1b[5C");
});

test("a view that is no longer last, or does not fit a line, stays as it was", () => {
  const { printer, written } = printerTo(true);
  for (const output of [view("pending"), out("more\n"), view("ready", true)]) printer.output(output);
  expect(written.join("")).toBe("pending\nmore\n");
  const wide = printerTo(true);
  for (const output of [view("x".repeat(40)), view("ready", true)]) wide.printer.output(output);
  expect(wide.written).toHaveLength(1);
});

test("what comes while the user types goes above the prompt, which is drawn again", () => {
  const { printer, written } = printerTo(true);
  printer.promptShown({ rows: () => 0, column: () => 2, redraw: () => void written.push("[prompt]") });
  printer.output(out("tick"));
  expect(written).toEqual(["\r\x1b[J", "tick\n", "", "[prompt]"]);
});

test("a bundle without text names its types", () => {
  const { printer, written } = printerTo(false);
  printer.output({ type: "display", data: { "image/png": "aGk=" }, metadata: {}, update: false });
  expect(written).toEqual(["<image/png>\n"]);
});
