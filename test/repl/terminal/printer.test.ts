import type { FrontOutput } from "../../../runtime/front/front.ts";
import { Printer } from "../../../repl/terminal/printer.ts";

function printerTo(isTTY: boolean) {
  const written: string[] = [];
  const sink = (name: string) => ({ isTTY, columns: 40, write: (text: string) => written.push(name + text) });
  return { written, printer: new Printer({ stdout: sink(""), stderr: sink("!"), paintError: (text) => `<red>${text}</red>` }) };
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
