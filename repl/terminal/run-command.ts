/** `ray-ts run FILE`: a TypeScript file in a session of its own, or a notebook with its cells shown. */
import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { notebookTypeCheck } from "../../runtime/check/notebook-mode.ts";
import type { TypeCheckMode } from "../../runtime/check/type-diagnostic.ts";
import { createFront } from "../../runtime/front/create-front.ts";
import type { Notebook } from "../notebook/notebook.ts";
import { joinLines, parseNotebook } from "../notebook/notebook.ts";
import { rulesOf } from "../notebook/tags.ts";
import { LineRunner } from "./line-runner.ts";
import type { Printer } from "./printer.ts";
import { processPrinter } from "./process-printer.ts";
import { interactWith } from "./repl-command.ts";
import { untilSignal } from "./until-signal.ts";

export interface RunOptions {
  /** Afterwards the session stays open in the REPL. */
  readonly interactive: boolean;
  /** Without it a notebook's own metadata decide, and nothing is checked where they say nothing. */
  readonly typeCheck?: TypeCheckMode;
}

const INTERRUPTED = 130;

/** Gives the exit code: the script's own when it called `process.exit`, 1 when it failed. */
export async function runFile(path: string, args: readonly string[], { interactive, typeCheck }: RunOptions): Promise<number> {
  const text = readFileSync(path, "utf8");
  const notebook = path.endsWith(".ipynb") ? parseNotebook(path, text).notebook : undefined;
  const printer = processPrinter();
  const runner = new LineRunner({ createFront, folder: dirname(resolve(path)), printer, typeCheck: typeCheck ?? (notebook && notebookTypeCheck(notebook.metadata)) ?? "off" });
  try {
    await runner.front.start();
    return await untilSignal(async () => {
      const code = notebook ? await showNotebook(notebook, runner, printer) : await runScript(path, text, args, runner);
      await runner.front.typesSettled();
      if (interactive) await interactWith(runner, printer);
      return code;
    }, () => runner.interrupt());
  } finally {
    await runner.front.close({ keepCluster: false });
  }
}

async function runScript(path: string, code: string, args: readonly string[], runner: LineRunner): Promise<number> {
  const argv = [resolve(path), ...args];
  // a script sees its own arguments, and the folder that it was started in
  const set = `process.argv.splice(1, Infinity, ...${JSON.stringify(argv)}); process.chdir(${JSON.stringify(process.cwd())});`;
  await runner.runScript(set, "ray-ts run");
  const result = await runner.runScript(code, resolve(path));
  if (result.exitCode !== undefined) return result.exitCode;
  if (result.interrupted) return INTERRUPTED;
  return result.status === "ok" ? 0 : 1;
}

/** A cell that fails ends the notebook, unless it is tagged so. */
async function showNotebook(notebook: Notebook, runner: LineRunner, printer: Printer): Promise<number> {
  for (const cell of notebook.cells) {
    const source = joinLines(cell.source).trimEnd();
    const { isSkipped, mustRaise } = rulesOf(cell);
    if (cell.cell_type === "markdown") printer.say("\n" + source);
    if (cell.cell_type !== "code" || source === "" || isSkipped) continue;
    printer.say(`\n${runner.nextName}:\n${source.replace(/^/gm, "    ")}`);
    const { status } = await runner.run(source);
    if (status !== "ok" && !mustRaise) return 1;
  }
  return 0;
}
