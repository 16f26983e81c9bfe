/** The main thread's side of take-stack.ts: called while it is stopped, below the frames that it tells of. */
import type { PrintLabel } from "../head/prints.ts";
import { ASKED_FROM, STACK_NOW } from "./take-stack.ts";
import type { TakenStack } from "./watch-commands.ts";

const MOST_FRAMES = 100;

export function tellStacks(mapStack: (stack: string) => string, label: () => PrintLabel | undefined): void {
  const tell = (): string => {
    const now = label();
    const taken: TakenStack = { stack: framesBelow(mapStack), ...(now === undefined ? {} : { name: now.name, ...(now.task === undefined ? {} : { task: now.task }) }) };
    return JSON.stringify(taken);
  };
  Object.defineProperty(globalThis, STACK_NOW, { value: tell, enumerable: false, configurable: true });
}

function framesBelow(mapStack: (stack: string) => string): string {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = MOST_FRAMES;
  const frames = (new Error().stack ?? "").split("\n");
  Error.stackTraceLimit = limit;
  // first ours, then the question
  const called = frames.findIndex((frame) => frame.includes(ASKED_FROM));
  return callersCode(mapStack(frames.slice(called + 1).join("\n")));
}

/** A mapped stack, or nothing where it names no place: a built-in (`at Promise.catch (<anonymous>)`) that our code called is all that is left of that. */
export const callersCode = (stack: string): string => (/:\d+:\d+\)?$/m.test(stack) ? stack : "");
