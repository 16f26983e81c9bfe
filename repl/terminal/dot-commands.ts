/** The REPL's own commands, each a line that begins with a dot. */
import { readFileSync, writeFileSync } from "node:fs";
import { chunksOf, isCommand, type Completeness } from "./chunks.ts";
import type { LineRunner } from "./line-runner.ts";
import type { Printer } from "./printer.ts";

const HELP = `\
.help         this text
.load FILE    run a TypeScript file's lines here
.save FILE    write the lines that ran without an error to a file
.interrupt    stop the line that runs (as Ctrl-C does)
.exit         leave (as Ctrl-D does)

Ctrl-C stops the line that runs and keeps every variable; at the prompt it clears what was typed.
%lsmagic lists magics: %time, %who, !command and more. Tab completes. A line that is not finished goes on after "... ". \`ray\` is there without an import.`;

export interface DotCommandContext {
  readonly runner: LineRunner;
  readonly printer: Printer;
}

export interface DotCommandResult {
  readonly leave: boolean;
  readonly failed: boolean;
}

const DONE: DotCommandResult = { leave: false, failed: false };
const FAILED: DotCommandResult = { leave: false, failed: true };

export async function runDotCommand(line: string, context: DotCommandContext): Promise<DotCommandResult> {
  const { runner, printer } = context;
  const [name = "", argument = ""] = line.trim().split(/\s+(.*)/s);
  switch (name) {
    case ".help":
      printer.say(HELP);
      return DONE;
    case ".exit":
      return { leave: true, failed: false };
    case ".interrupt":
      runner.interrupt();
      return DONE;
    case ".load":
      return withFile(name, argument, printer, () => runText(readFileSync(argument, "utf8"), context));
    case ".save":
      return withFile(name, argument, printer, async () => {
        writeFileSync(argument, runner.kept.map((code) => code + "\n").join(""));
        printer.say(`Saved ${runner.kept.length} line${runner.kept.length === 1 ? "" : "s"} to ${argument}`);
        return DONE;
      });
    default:
      return complain(printer, `There is no command ${name}: .help lists those there are`);
  }
}

/** Runs a text piece by piece, as if it were typed. Stops at `.exit` only: a line that fails is one line. */
export async function runText(text: string, context: DotCommandContext): Promise<DotCommandResult> {
  const statusOf = (code: string): Completeness => context.runner.front.isComplete(code).status;
  let failed = false;
  for (const { code } of chunksOf(text, statusOf)) {
    const result = isCommand(code) ? await runDotCommand(code, context) : { leave: false, failed: (await context.runner.run(code)).status !== "ok" };
    failed ||= result.failed;
    if (result.leave) return { leave: true, failed };
  }
  return { leave: false, failed };
}

async function withFile(command: string, path: string, printer: Printer, work: () => Promise<DotCommandResult>): Promise<DotCommandResult> {
  if (path === "") return complain(printer, `${command} needs a file: ${command} work.ts`);
  try {
    return await work();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    return complain(printer, `${command} ${path}: ${(error as Error).message}`);
  }
}

function complain(printer: Printer, message: string): DotCommandResult {
  printer.error({ ename: "CommandError", evalue: message, traceback: [message] });
  return FAILED;
}
