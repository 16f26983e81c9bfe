/**
 * One session process: starting it, its three ways in and out, and how it ends.
 *
 * It owns the child, the IPC channel (fd 3), the watch pipe (fd 4) and the parsers of its output. The child leads a session
 * of its own, so that Ctrl-C at a terminal reaches the front alone; the watch pipe's end kills it when the front dies.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import type { Duplex, Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { type MarkEvent, MarkParser, type StreamName } from "../session/output-marks.ts";
import type { FrontMessage, SessionMessage } from "../session/session-protocol.ts";
import { WATCH_OP, watchCommand, WatchReader, watchText } from "../worker/watch-commands.ts";

export interface SessionEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** The session itself announced its exit, as `process.exit` in a cell does. */
  readonly exitCalled: boolean;
  /** The front ended it, to put a fresh one in its place. */
  readonly wasRestarted: boolean;
}

export interface SessionProcessOptions {
  readonly folder: string;
  readonly env: NodeJS.ProcessEnv;
  readonly onMessage: (message: Exclude<SessionMessage, { type: "ready" | "exiting" }>) => void;
  readonly onMark: (event: MarkEvent) => void;
  /** A message of V8's inspector, as JSON. */
  readonly onInspector: (text: string) => void;
  /** Once, when the process has ended and its output has been read. */
  readonly onEnd: (end: SessionEnd) => void;
}

const WATCH_FD = 4;
/** A child of a cell may hold the output pipes open after the session's end. */
const OUTPUT_AFTER_EXIT_MS = 500;

export class SessionProcess {
  /** Rejects when the process ended before it could take cells. */
  readonly ready: Promise<void>;
  readonly #child: ChildProcess;
  readonly #exited: Promise<void>;
  #exitCalled = false;
  #wasRestarted = false;

  constructor(options: SessionProcessOptions) {
    const nonce = randomBytes(8).toString("hex");
    this.#child = spawnSession(options, nonce);
    const { stdout, stderr } = this.#child as { stdout: Readable; stderr: Readable };
    const allRead = Promise.all([readMarks(stdout, "stdout", nonce, options.onMark), readMarks(stderr, "stderr", nonce, options.onMark)]);
    // written to a process that has just ended: `onEnd` tells
    this.#watchPipe.on("error", () => undefined);
    const answers = new WatchReader();
    this.#watchPipe.on("data", (chunk: Buffer) => { for (const { op, text } of answers.push(chunk)) if (op === WATCH_OP.inspect) options.onInspector(text); });

    let becomeReady: () => void = () => undefined;
    this.ready = new Promise<void>((resolve, reject) => {
      becomeReady = resolve;
      this.#child.once("error", (error) => reject(new Error(`Cannot start a session in ${options.folder}: ${error.message}`, { cause: error })));
      this.#child.once("exit", (code, signal) => reject(new Error(`The session ended while it started, ${describeEnd({ code, signal, exitCalled: false, wasRestarted: false })}`)));
    });
    // who waits for it hears of it; nobody has to
    this.ready.catch(() => undefined);
    this.#child.on("message", (message: SessionMessage) => {
      if (message.type === "ready") becomeReady();
      else if (message.type === "exiting") this.#exitCalled = true;
      else options.onMessage(message);
    });
    this.#exited = this.#whenExited(allRead, options.onEnd);
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  send(message: FrontMessage): void {
    // a closed channel means that the process is ending, which `onEnd` tells
    if (this.#child.connected) this.#child.send(message, () => undefined);
  }

  interrupt(execution: number): void {
    // one that waits at a full pipe hears nothing
    this.holdOutput(false);
    this.#watchPipe.write(watchCommand("interrupt", execution));
  }

  /** Sends a message to V8's inspector, as JSON; "" ends the connection. */
  inspect(text: string): void {
    this.#watchPipe.write(watchText("inspect", text));
  }

  /** While its output is held nobody reads it, and a session that prints on waits at its pipe. */
  holdOutput(isHeld: boolean): void {
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      if (isHeld) stream?.pause();
      else stream?.resume();
    }
  }

  /** Ends it at once, since nothing else helps. */
  restart(): void {
    this.#wasRestarted = true;
    this.#child.kill("SIGKILL");
  }

  /** Asks the process to end, and kills it when it has not within `graceMs`. Resolves when it is gone and `onEnd` was called. */
  async end(graceMs: number): Promise<void> {
    if (this.#child.connected) this.#child.disconnect();
    const kill = setTimeout(() => {
      this.#watchPipe.destroy();
      this.#child.kill("SIGKILL");
    }, graceMs);
    await this.#exited;
    clearTimeout(kill);
  }

  get #watchPipe(): Duplex {
    return this.#child.stdio[WATCH_FD] as Duplex;
  }

  async #whenExited(allRead: Promise<unknown>, onEnd: (end: SessionEnd) => void): Promise<void> {
    const { code, signal } = await new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) => {
      this.#child.once("exit", (code, signal) => resolve({ code, signal }));
      this.#child.once("error", () => { if (this.#child.pid === undefined) resolve({ code: null, signal: null }); });
    });
    killGroup(this.#child.pid);
    this.holdOutput(false);
    await Promise.race([allRead, elapsed(OUTPUT_AFTER_EXIT_MS)]);
    for (const stream of [this.#child.stdout, this.#child.stderr, this.#watchPipe]) stream?.destroy();
    onEnd({ code, signal, exitCalled: this.#exitCalled, wasRestarted: this.#wasRestarted });
  }
}

/** `with exit code 1 (the cell called process.exit)`, `by SIGKILL (…)`. */
export function describeEnd({ code, signal, exitCalled, wasRestarted }: SessionEnd): string {
  if (wasRestarted) return "restarted, as no interrupt stopped it";
  if (signal === "SIGKILL") return "killed by SIGKILL (by hand, or by the system when memory ran out)";
  if (signal === "SIGABRT") return "aborted by SIGABRT (Node does so when its heap is full: raise it by NODE_OPTIONS=--max-old-space-size=MEGABYTES)";
  if (signal !== null) return `killed by ${signal}`;
  return `with exit code ${code}${exitCalled ? " (process.exit was called)" : ""}`;
}

function spawnSession({ folder, env }: SessionProcessOptions, nonce: string): ChildProcess {
  const { JPY_PARENT_PID: _ofTheFront, ...inherited } = env;
  // built beside every program: dist/session.js
  const program = fileURLToPath(new URL("./session.js", import.meta.url));
  return spawn(process.execPath, ["--expose-gc", "--max-semi-space-size=32", "--disable-warning=ExperimentalWarning", program], {
    cwd: folder,
    env: { ...inherited, RAY_TS_WATCH_FD: String(WATCH_FD), RAY_TS_OUTPUT_NONCE: nonce },
    detached: true,
    windowsHide: true,
    stdio: ["ignore", "pipe", "pipe", "ipc", "pipe"],
    serialization: "advanced",
  });
}

function readMarks(stream: Readable, name: StreamName, nonce: string, onMark: (event: MarkEvent) => void): Promise<void> {
  const parser = new MarkParser({ nonce, stream: name });
  stream.on("data", (chunk: Buffer) => { for (const event of parser.push(chunk)) onMark(event); });
  return new Promise((resolve) => {
    stream.once("end", () => { for (const event of parser.finish()) onMark(event); });
    stream.once("close", resolve);
  });
}

/** What cells started and left in the session's process group goes with it. */
function killGroup(pid: number | undefined): void {
  if (pid === undefined || process.platform === "win32") return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // the group is empty; macOS says EPERM where only zombies are left
    if (code !== "ESRCH" && code !== "EPERM") throw error;
  }
}

const elapsed = (ms: number): Promise<void> => new Promise((resolve) => { setTimeout(resolve, ms).unref(); });
