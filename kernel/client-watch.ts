/**
 * Notices that the client who started the kernel is gone, however it died: nobody would ever send a shutdown_request.
 * Jupyter clients say by JPY_PARENT_PID that they want this (`jupyter kernel --independent` does not).
 */
import { isAlive } from "../runtime/store/process-start.ts";

const POLL_MS = 1000;

export function watchClient(env: NodeJS.ProcessEnv, onGone: () => void): () => void {
  if (!env["JPY_PARENT_PID"]) return () => undefined;
  // on Windows JPY_PARENT_PID is a handle; elsewhere a launcher may stand between the client and us
  const named = process.platform === "win32" ? Number.NaN : Number(env["JPY_PARENT_PID"]);
  const watched = new Set([process.ppid, ...(Number.isInteger(named) && named > 1 ? [named] : [])]);
  const parent = process.ppid;
  const timer = setInterval(() => {
    const isGone = process.ppid !== parent || ![...watched].every(isAlive);
    if (!isGone) return;
    clearInterval(timer);
    onGone();
  }, POLL_MS);
  timer.unref();
  return () => clearInterval(timer);
}
