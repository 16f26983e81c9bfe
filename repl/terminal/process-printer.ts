/** The printer on this process's own streams; errors are red where standard error shows colour. */
import pc from "picocolors";
import { Printer } from "./printer.ts";

export function processPrinter(): Printer {
  const { red } = pc.createColors(showsColour(process.stderr));
  // line by line: a colour that goes over line ends leaks into what a pager or a log viewer cuts
  const paintError = (text: string) => text.split("\n").map((line) => (line === "" ? line : red(line))).join("\n");
  return new Printer({ stdout: process.stdout, stderr: process.stderr, paintError });
}

function showsColour(stream: NodeJS.WriteStream, env: NodeJS.ProcessEnv = process.env): boolean {
  if (env["NO_COLOR"]) return false;
  if (env["FORCE_COLOR"] !== undefined) return env["FORCE_COLOR"] !== "0";
  return stream.isTTY === true && env["TERM"] !== "dumb";
}
