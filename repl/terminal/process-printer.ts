/** The printer on this process's own streams; with colours where a stream shows them. */
import pc from "picocolors";
import type { TextFace } from "../../runtime/views/render-text.ts";
import { Printer } from "./printer.ts";

export function processPrinter(): Printer {
  const { red } = pc.createColors(showsColour(process.stderr));
  // line by line: a colour that goes over line ends leaks into what a pager or a log viewer cuts
  const paintError = (text: string) => text.split("\n").map((line) => (line === "" ? line : red(line))).join("\n");
  return new Printer({ stdout: process.stdout, stderr: process.stderr, paintError, paint: paintOf(showsColour(process.stdout)) });
}

function paintOf(isColoured: boolean): TextFace["paint"] {
  const { green, cyan, yellow, red, dim, bold } = pc.createColors(isColoured);
  const paints = { done: green, running: cyan, waiting: yellow, failed: red, gone: dim, line: dim, faint: dim, strong: bold };
  return (color, text) => (text === "" ? text : paints[color](text));
}

function showsColour(stream: NodeJS.WriteStream, env: NodeJS.ProcessEnv = process.env): boolean {
  if (env["NO_COLOR"]) return false;
  if (env["FORCE_COLOR"] !== undefined) return env["FORCE_COLOR"] !== "0";
  return stream.isTTY === true && env["TERM"] !== "dumb";
}
