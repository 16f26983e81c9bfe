/** `ray-ts repl`: at a terminal a prompt, through a pipe the text's pieces one after another. */
import { text } from "node:stream/consumers";
import type { TypeCheckMode } from "../../runtime/check/type-diagnostic.ts";
import { createFront } from "../../runtime/front/create-front.ts";
import { interact } from "./interactive.ts";
import { runText } from "./dot-commands.ts";
import { History, historyPath } from "./history.ts";
import { LineRunner } from "./line-runner.ts";
import { processPrinter } from "./process-printer.ts";
import { untilSignal } from "./until-signal.ts";

const GREETING = "ray-ts: TypeScript with `ray` at hand. Ctrl-D leaves, .help tells more.";

/** Gives the exit code: 1 when a line of a pipe failed. Without a word about types they are checked where somebody reads along. */
export async function startRepl({ typeCheck }: { readonly typeCheck?: TypeCheckMode } = {}): Promise<number> {
  const printer = processPrinter();
  const isInteractive = process.stdin.isTTY && process.stdout.isTTY;
  const runner = new LineRunner({ createFront, folder: process.cwd(), printer, typeCheck: typeCheck ?? (isInteractive ? "warn" : "off") });
  try {
    await runner.front.start();
    return await untilSignal(async () => {
      if (isInteractive) {
        printer.say(GREETING);
        return interactWith(runner, printer);
      }
      const { failed } = await runText(await text(process.stdin), { runner, printer });
      await runner.front.typesSettled();
      return failed ? 1 : 0;
    }, () => runner.interrupt());
  } finally {
    await runner.front.close({ keepCluster: false });
  }
}

export async function interactWith(runner: LineRunner, printer: ReturnType<typeof processPrinter>): Promise<number> {
  const history = new History(historyPath(), (message) => printer.say(message));
  await interact({ runner, printer, history });
  return 0;
}
