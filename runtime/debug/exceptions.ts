/** Whether a thrown error is one to stop at. */
import type { Scripts } from "./scripts.ts";
import type { Stack } from "./stack.ts";

export const EXCEPTION_FILTERS = [
  { filter: "raised", label: "Raised Exceptions", default: false, description: "Stops at every error that is thrown, also where it is caught" },
  { filter: "uncaught", label: "Uncaught Exceptions", default: false, description: "Stops at errors that no catch of a cell or file around them takes" },
] as const;

export type ExceptionFilter = (typeof EXCEPTION_FILTERS)[number]["filter"];

/**
 * V8 cannot tell which are caught: the session catches them all to show them. So the texts of the frames are looked at: is there a
 * `catch` around the place? What `.catch(…)` of a promise takes counts as uncaught.
 */
export function isWanted(filters: readonly ExceptionFilter[], className: string | undefined, { frames, depth }: Stack, scripts: Pick<Scripts, "linesOf">): boolean {
  // the end of what an interrupt stops
  if (className === "InterruptedError" || depth === 0) return false;
  if (filters.includes("raised")) return true;
  return filters.includes("uncaught") && !frames.some(({ script, position }) => scripts.linesOf(script.source.path)?.isCaught(position) === true);
}
