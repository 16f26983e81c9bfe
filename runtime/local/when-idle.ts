/**
 * ZeroMQ's sockets keep a process alive for ever, and nothing else of ours should. So a script is over when only they are left:
 * no timer, file, server or child of the user's is active and nobody waits for an object.
 */
import { clearInterval, setInterval } from "node:timers";

const LOOK_EVERY_MS = 50;

/** Calls `end` once when the process has nothing left to do. Returns a function that stops looking. */
export function whenIdle(isWaitedFor: () => boolean, end: () => void): () => void {
  let quiet = 0;
  const timer = setInterval(() => {
    quiet = isWaitedFor() || hasWork() ? 0 : quiet + 1;
    // twice: a promise between two steps shows as nothing
    if (quiet < 2) return;
    clearInterval(timer);
    end();
  }, LOOK_EVERY_MS);
  timer.unref();
  return () => clearInterval(timer);
}

/** Node lists what keeps the event loop alive, but for ZeroMQ's sockets, which it does not know; stdout and stderr it lists for nothing. */
function hasWork(): boolean {
  if (process.getActiveResourcesInfo().some((kind) => kind !== "PipeWrap" && kind !== "TTYWrap")) return true;
  const { _getActiveHandles: handles } = process as unknown as { _getActiveHandles(): readonly (object & { fd?: number })[] };
  return handles.call(process).some((handle) => !STANDARD_OUTPUTS.has(handle.fd ?? -1) && !isUnread(handle));
}

const STANDARD_OUTPUTS = new Set([1, 2]);

/** Stdin that somebody looked at and nobody reads. */
function isUnread(handle: object & { fd?: number }): boolean {
  return handle.fd === 0 && (handle as NodeJS.ReadStream).readableFlowing !== true && (handle as NodeJS.ReadStream).listenerCount("readable") === 0;
}
