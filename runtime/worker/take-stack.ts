/**
 * Where the main thread is, asked by the watch thread through V8's inspector: it is stopped for some milliseconds, also in a
 * synchronous loop, says its stack, and goes on. No port is opened, and nothing of the inspector stays.
 */
import type { Session } from "node:inspector";
import { keepTurning } from "./inspector-relay.ts";
import type { TakenStack } from "./watch-commands.ts";

/** Under this name the main thread keeps a function that gives a `TakenStack` as JSON. */
export const STACK_NOW: unique symbol = Symbol.for("ray-ts.stack-now") as never;
/** The frame of the question itself. */
export const ASKED_FROM = "ray-ts:stack-now";
const EXPRESSION = `globalThis[Symbol.for("ray-ts.stack-now")]?.()\n//# sourceURL=${ASKED_FROM}`;
/** A native call hears nothing until it ends. */
const STOPPED_WITHIN_MS = 1000;

interface Frame {
  readonly functionName: string;
  readonly url: string;
  readonly location: { readonly lineNumber: number; readonly columnNumber?: number };
}

/** `poke` makes the main thread run something when it only waits for events. */
export async function takeStack(poke: () => void): Promise<TakenStack> {
  const inspector = await import("node:inspector");
  const session = new inspector.Session();
  session.connectToMainThread();
  const turning = keepTurning();
  try {
    return await stopped(session, poke);
  } finally {
    clearInterval(turning);
    session.disconnect();
  }
}

function stopped(session: Session, poke: () => void): Promise<TakenStack> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => resolve({ stack: "", isNative: true }), STOPPED_WITHIN_MS);
    session.on("Debugger.paused", ({ params }) => {
      clearTimeout(timer);
      const frames = params.callFrames as unknown as readonly Frame[];
      session.post("Runtime.evaluate", { expression: EXPRESSION, returnByValue: true, silent: true }, (_error, answer) => {
        const value: unknown = answer?.result.value;
        // the session's end would do both, but after the main thread has waited for it
        session.post("Debugger.resume");
        session.post("Debugger.disable", () => resolve(typeof value === "string" ? (JSON.parse(value) as TakenStack) : { stack: rawStack(frames) }));
      });
    });
    session.post("Debugger.enable", (error) => { if (error) reject(error); });
    session.post("Debugger.pause", poke);
  });
}

/** Of a process that does not know itself yet, or of code in a context of its own. */
function rawStack(frames: readonly Frame[]): string {
  return frames
    .filter(({ url }) => url !== "" && !url.startsWith("node:"))
    .map(({ functionName, url, location }) => `    at ${functionName || "(anonymous)"} (${url}:${location.lineNumber + 1}:${(location.columnNumber ?? 0) + 1})`)
    .join("\n");
}
