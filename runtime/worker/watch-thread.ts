/**
 * The watch thread of a session or worker: a worker thread with its own event loop on the inherited watch pipe. It is the
 * only part of the process that still runs while user code spins, so it does six things: it kills the process when the
 * pipe ends, it puts interrupts into the guard that compiled loops read, where no guard stands (a native sort, a library's
 * loop) it raises SIGINT, which unwinds a `vm` script run with `breakOnSigint`, it answers which task began last, it tells
 * where the main thread is, and it lets a debugger in.
 */
import { Socket } from "node:net";
import { parentPort, workerData } from "node:worker_threads";
import { Halting } from "./halts.ts";
import { takeStack } from "./take-stack.ts";
import { interruptNewestChild } from "./interrupt-child.ts";
import { InspectorRelay } from "./inspector-relay.ts";
import { GUARD, WATCH_OP, watchCommand, WatchReader, watchText } from "./watch-commands.ts";

/** How long a guard or the raced await may take before SIGINT is tried. */
const SIGINT_AFTER_MS = 50;
const SIGINT_RETRY_MS = 10;

const { fd, guard, unwinds } = workerData as { readonly fd: number; readonly guard: Int32Array; readonly unwinds: boolean };
const halting = new Halting(guard);
const reader = new WatchReader();

const pipe = new Socket({ fd, readable: true, writable: true });
pipe.on("data", (chunk: Buffer) => {
  for (const { op, argument, text } of reader.push(chunk)) obey(op, argument, text);
});
pipe.on("end", die);
// a reset pipe says the same as an ended one
pipe.on("error", die);
const relay = new InspectorRelay((text) => pipe.write(watchText("inspect", text)), (isConnected) => {
  Atomics.store(guard, GUARD.inspected, isConnected ? 1 : 0);
  Atomics.notify(guard, GUARD.inspected);
}, () => parentPort?.postMessage("awake"));
// the main thread is about to exit, and waits for this
parentPort?.on("message", () => relay.disconnect());
parentPort?.postMessage("watching");

function obey(op: number, argument: number, text: string): void {
  switch (op) {
    case WATCH_OP.interrupt: return interrupt(argument);
    case WATCH_OP.abandon: if (Atomics.load(guard, GUARD.busy) === argument) die(); return;
    case WATCH_OP.halt: return halt(argument);
    case WATCH_OP.stack: return void tellStack();
    case WATCH_OP.inspect: return relay.hear(text);
    case WATCH_OP.end: if (Atomics.load(guard, GUARD.call) === argument) die(); return;
    default: return;
  }
}

function halt(client: number): void {
  const begun = halting.halt(client);
  pipe.write(begun === undefined ? watchCommand("busy", 0) : watchCommand("halt", begun));
}

/** One after the other: the main thread can be stopped once at a time. */
let telling = Promise.resolve();

function tellStack(): void {
  telling = telling.then(() => takeStack(() => parentPort?.postMessage("awake"))).then(
    (taken) => void pipe.write(watchText("stack", JSON.stringify(taken))),
    (error: Error) => void pipe.write(watchText("stack", JSON.stringify({ stack: `    (its stack cannot be taken: ${error.message})` }))),
  );
}

function interrupt(execution: number): void {
  Atomics.store(guard, GUARD.interrupt, execution);
  parentPort?.postMessage({ interrupt: execution });
  // Windows has no SIGINT that another thread could raise: `process.kill` would end the process
  if (unwinds && process.platform !== "win32") setTimeout(unwind, SIGINT_AFTER_MS, execution);
}

/**
 * SIGINT goes out only while the main thread runs the code of one that is to be interrupted, where it can be unwound, is in none of
 * the runtime's own code, and has not dealt with the interrupt. The main thread cannot leave the breakable script once the word is
 * negative (it waits for the signal there), so the signal never meets a process without a handler.
 */
function unwind(execution: number): void {
  if (Atomics.load(guard, GUARD.interrupt) !== execution) return;
  // once: what it does with that is its own affair
  if (Atomics.compareExchange(guard, GUARD.child, 1, 2) === 1) interruptNewestChild(process.pid);
  const running = Atomics.load(guard, GUARD.breakable);
  if (running > 0 && running <= execution && Atomics.load(guard, GUARD.depth) === 0 && Atomics.compareExchange(guard, GUARD.breakable, running, -running) === running) {
    process.kill(process.pid, "SIGINT");
  } else {
    setTimeout(unwind, SIGINT_RETRY_MS, execution);
  }
}

function die(): void {
  process.kill(process.pid, "SIGKILL");
}
