/**
 * Stacks as users read them, wherever they are read: what `console.log(error)` prints, what a package logs of `error.stack`. V8
 * asks here for each stack when it is first read; one that is mapped already stays as it is.
 */
export function showMappedStacks(mapStack: (stack: string) => string): void {
  Error.prepareStackTrace = (error, frames) => mapStack([headOf(error), ...frames.map((frame) => `    at ${String(frame)}`)].join("\n"));
}

/** As V8 writes it. An error may be a user's object whose `toString` throws. */
function headOf(error: Error): string {
  try {
    return Error.prototype.toString.call(error);
  } catch {
    return "<error>";
  }
}
