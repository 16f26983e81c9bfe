/** What the magics of a cell do in the session, each at its place in the cell. */
import type { CellMagic } from "../../compile/compiled-cell.ts";
import { SHELL, type MagicCall, magicNamed } from "../../magics/magic.ts";
import { helpText, magicListText } from "../../magics/magic-help.ts";
import type { MimeBundle } from "../output.ts";
import { bench } from "./bench.ts";
import { runCommand } from "./run-command.ts";
import { Stopwatch } from "./stopwatch.ts";
import { whoBundle, type WhoScope } from "./who.ts";

export interface MagicContext {
  /** The notebook's folder. */
  readonly folder: string;
  readonly scope: WhoScope;
  readonly print: (text: string) => void;
  readonly display: (data: MimeBundle) => void;
  /** Throws when the cell is to stop. */
  readonly check: () => void;
}

/** How the compiler is to call it. */
export function formOf({ name, wantsHelp }: MagicCall): CellMagic["form"] {
  if (wantsHelp || name === SHELL) return "stands";
  return name === "time" ? "around" : name === "bench" ? "repeats" : "stands";
}

export type RunMagic = (index: number, body?: () => unknown) => unknown;

export function magicsOf(calls: readonly MagicCall[], context: MagicContext): RunMagic {
  const watches = new Map<number, Stopwatch>();
  return (index, body) => {
    const call = calls[index] as MagicCall;
    if (call.name === "time" && !call.wantsHelp) return time(index, call, watches, context);
    return run(call, context, body);
  };
}

function run({ name, text, wantsHelp }: MagicCall, context: MagicContext, body?: () => unknown): unknown {
  const magic = magicNamed(name);
  // the front did that before the cell
  if (magic?.place === "front" && !wantsHelp) return undefined;
  if (magic === undefined) throw new TypeError(`There is no magic %${name}`);
  if (wantsHelp) return context.print(helpText(magic));
  switch (name) {
    case SHELL: return runCommand({ shown: `!${text}`, command: text, folder: context.folder });
    case "npm": return runCommand({ shown: `%npm ${text}`, command: `npm ${text === "" ? "help" : text}`, folder: context.folder });
    case "who": return context.display(whoBundle(text, context.scope));
    case "lsmagic": return context.print(magicListText());
    case "bench": return bench(body as () => unknown, text, context);
    default: throw new TypeError(`%${name} is not done by the session`);
  }
}

/** Called before and after what is timed. */
function time(index: number, { isCell }: MagicCall, watches: Map<number, Stopwatch>, { print }: MagicContext): void {
  const begun = watches.get(index);
  if (begun === undefined) return void watches.set(index, new Stopwatch());
  print(`${isCell ? "%%" : "%"}time: ${begun.text()}\n`);
  watches.delete(index);
}
