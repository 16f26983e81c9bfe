/** One worker as the head's child: started, watched, told through its watch pipe, ended. Owns: the child and its pipes. */
import { spawn, type ChildProcess } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import type { Duplex, Writable } from "node:stream";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { newProcessName, type ProcessName } from "../ids.ts";
import type { ClusterAddress } from "../session/session-protocol.ts";
import { WatchReader, type TakenStack, WATCH_OP, watchCommand } from "../worker/watch-commands.ts";
import { clientNumber } from "../worker/client-number.ts";
import type { WorkerEnv } from "./environments.ts";
import { WORKER_BOOT_FD, WORKER_WATCH_FD, type WorkerBoot } from "./boot.ts";
import { LastWords } from "./last-words.ts";
import { PrintParser, type Print } from "./prints.ts";

/**
 * Bursts of 10,000 calls live a few milliseconds: a larger young generation collects them where they are. It grows only when needed.
 * What Node says of its own experiments (code from text that imports is one) would be printed in the cell of the first task that imports.
 */
const RUN_FLAGS = ["--expose-gc", "--max-semi-space-size=32", "--disable-warning=ExperimentalWarning"];
const WORKER_PROGRAM = join(dirname(fileURLToPath(import.meta.url)), "worker.js");

const STACK_WITHIN_MS = 3000;
const START_WITHIN_MS = 60_000;

export interface WorkerProcessOptions {
  readonly address: ClusterAddress;
  /** What it may hold in shared memory from the beginning. */
  readonly grantedBytes: (worker: ProcessName) => number;
  readonly folder: string;
  readonly env: WorkerEnv;
  readonly onPrint: (worker: WorkerProcess, print: Print) => void;
  readonly onExit: (worker: WorkerProcess, code: number | null, signal: string | null) => void;
  readonly onSpawnError: (worker: WorkerProcess, cause: string) => void;
}

export class WorkerProcess {
  readonly name: ProcessName = newProcessName("worker");
  readonly slot: number;
  private ready = false;
  private readonly halting: ((begun: number | undefined) => void)[] = [];
  private readonly stacksWanted: ((text: string) => void)[] = [];
  private readonly answers = new WatchReader();
  readonly lastWords = new LastWords();
  private readonly startTimer: NodeJS.Timeout;
  private readonly child: ChildProcess;

  constructor(slot: number, options: WorkerProcessOptions) {
    this.slot = slot;
    const cwd = options.env.folder ?? options.folder;
    const nonce = randomBytes(8).toString("hex");
    // a session of its own (setsid): Ctrl-C in a terminal reaches the front alone
    this.child = spawn(process.execPath, [...RUN_FLAGS, WORKER_PROGRAM], {
      detached: true,
      cwd,
      stdio: ["ignore", "pipe", "pipe", "pipe", "pipe"],
      env: { ...process.env, ...options.env.variables, RAY_TS_WATCH_FD: String(WORKER_WATCH_FD) },
    });
    // a folder that is gone looks like a program that is not there
    this.child.on("error", (error) => options.onSpawnError(this, existsSync(cwd) ? error.message : `its folder ${cwd} is not there any more`));
    // "close" comes after the last print was read, "exit" may come before
    this.child.on("close", (code, signal) => {
      clearTimeout(this.startTimer);
      options.onExit(this, code, signal);
    });
    for (const stream of ["stdout", "stderr"] as const) {
      const parser = new PrintParser(nonce, stream, (print) => options.onPrint(this, print));
      this.child[stream]?.on("data", (chunk: Buffer) => parser.push(chunk));
      this.child[stream]?.on("end", () => parser.end());
    }
    this.child.stderr?.on("data", (chunk: Buffer) => this.lastWords.heard(chunk));
    const { keyed, packages } = options.env;
    const boot: WorkerBoot = { address: { ...options.address, grantedBytes: options.grantedBytes(this.name) }, name: this.name, nonce, ...(keyed ? { env: keyed } : {}), ...(packages === undefined ? {} : { packages }) };
    const pipe = this.pipe(WORKER_BOOT_FD);
    pipe.end(JSON.stringify(boot));
    this.pipe(WORKER_WATCH_FD);
    (this.child.stdio[WORKER_WATCH_FD] as Duplex).on("data", (chunk: Buffer) => this.onAnswer(chunk));
    // one that never says hello would hold a place for ever; its exit is then told like any other
    this.startTimer = setTimeout(() => this.kill(), START_WITHIN_MS);
  }

  get isReady(): boolean {
    return this.ready;
  }

  saidHello(): void {
    this.ready = true;
    clearTimeout(this.startTimer);
  }

  private pipe(fd: number): Writable {
    const pipe = this.child.stdio[fd] as Writable;
    // a child that died has closed its end: its exit is the news
    pipe.on("error", () => pipe.destroy());
    return pipe;
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  /** Ends the process if it runs a task of this client now, also when it is stuck in a loop. */
  abandon(client: ProcessName): void {
    (this.child.stdio[WORKER_WATCH_FD] as Writable).write(watchCommand("abandon", clientNumber(client)));
  }

  /** Interrupts the call of that number if it runs now, or ends the process with it. */
  cancel(call: number, force: boolean): void {
    (this.child.stdio[WORKER_WATCH_FD] as Writable).write(watchCommand(force ? "end" : "interrupt", call));
  }

  /** None of this client's tasks begins any more. Resolves with the number of the call that began last; undefined: it cannot be told now. */
  halt(client: ProcessName): Promise<number | undefined> {
    (this.child.stdio[WORKER_WATCH_FD] as Writable).write(watchCommand("halt", clientNumber(client)));
    return new Promise((answer) => this.halting.push(answer));
  }

  /** Where its code is; undefined when its watch thread does not answer. */
  stack(): Promise<TakenStack | undefined> {
    (this.child.stdio[WORKER_WATCH_FD] as Writable).write(watchCommand("stack", 0));
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(undefined), STACK_WITHIN_MS);
      this.stacksWanted.push((text) => {
        clearTimeout(timer);
        resolve(JSON.parse(text) as TakenStack);
      });
    });
  }

  /** Answers to each command come in the order of its questions. */
  private onAnswer(chunk: Buffer): void {
    for (const { op, argument, text } of this.answers.push(chunk)) {
      if (op === WATCH_OP.stack) this.stacksWanted.shift()?.(text);
      else this.halting.shift()?.(op === WATCH_OP.halt ? argument : undefined);
    }
  }

  kill(): void {
    this.child.kill("SIGKILL");
  }
}
