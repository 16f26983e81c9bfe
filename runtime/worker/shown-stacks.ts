import { findSourceMap } from "node:module";
import { fileURLToPath } from "node:url";

/**
 * Stacks as users read them, wherever they are read: what `console.log(error)` prints, what a package logs of `error.stack`. V8
 * asks here for each stack when it is first read; one that is mapped already stays as it is. Node leaves its own source maps,
 * those of local TypeScript, to whoever is asked here.
 */
export function showMappedStacks(mapStack: (stack: string) => string): void {
  Error.prepareStackTrace = (error, frames) => mapStack([headOf(error), ...frames.map((frame) => `    at ${inOwnSource(frame)}`)].join("\n"));
}

/** As V8 writes it. An error may be a user's object whose `toString` throws. */
function headOf(error: Error): string {
  try {
    return Error.prototype.toString.call(error);
  } catch {
    return "<error>";
  }
}

function inOwnSource(frame: NodeJS.CallSite): string {
  const text = String(frame);
  const file = frame.getFileName();
  const line = frame.getLineNumber();
  const column = frame.getColumnNumber();
  if (typeof file !== "string" || line === null || column === null) return text;
  const entry = findSourceMap(file)?.findEntry(line - 1, column - 1);
  if (entry === undefined || !("originalSource" in entry)) return text;
  const source = entry.originalSource.startsWith("file:") ? fileURLToPath(entry.originalSource) : entry.originalSource;
  return text.replace(`${file}:${line}:${column}`, () => `${source}:${entry.originalLine + 1}:${entry.originalColumn + 1}`);
}
