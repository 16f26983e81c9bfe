/** The head's worker processes: started for the scheduler, their hello and their end told to it. Owns: the processes. */
import type { ProcessName } from "../ids.ts";
import type { ClusterAddress } from "../session/session-protocol.ts";
import type { WorkerEnv } from "./environments.ts";
import { offerFirst } from "./memory/offer-first.ts";
import type { MemoryDeath } from "./memory/memory-watch.ts";
import type { PrintRoom } from "./print-room.ts";
import { exitText } from "./rows.ts";
import type { SchedulerCommand, UntimedEvent } from "./scheduler/scheduler-messages.ts";
import { workerEnd, type WorkerEnd } from "./worker-end.ts";
import { WorkerProcess } from "./worker-process.ts";

export interface WorkerPoolShell {
  readonly address: ClusterAddress;
  readonly folder: string;
  readonly prints: PrintRoom;
  env(key: string): WorkerEnv;
  /** The shared memory that it may hold from the start. */
  grantedBytes(name: ProcessName): number;
  /** Why it was ended, if that was for want of memory. */
  memoryDeath(name: ProcessName, isKilled: boolean): MemoryDeath | undefined;
  handle(event: UntimedEvent): void;
  /** It had said hello: it hears nothing more. */
  silence(name: ProcessName): void;
  /** After the scheduler knows. */
  died(name: ProcessName): void;
  /** One that could not be spawned. */
  forget(name: ProcessName): void;
}

export class WorkerPool {
  private readonly shell: WorkerPoolShell;
  private readonly processes = new Map<ProcessName, WorkerProcess>();
  private isEnding = false;
  /** The worker whose end is being handled. */
  ended: WorkerEnd | undefined;

  constructor(shell: WorkerPoolShell) {
    this.shell = shell;
  }

  get(name: ProcessName): WorkerProcess | undefined {
    return this.processes.get(name);
  }

  has(name: ProcessName): boolean {
    return this.processes.has(name);
  }

  values(): IterableIterator<WorkerProcess> {
    return this.processes.values();
  }

  names(): IterableIterator<ProcessName> {
    return this.processes.keys();
  }

  start({ slot, env }: Extract<SchedulerCommand, { type: "start-worker" }>): void {
    const { address, folder, prints } = this.shell;
    const worker = new WorkerProcess(slot, {
      address,
      env: this.shell.env(env),
      grantedBytes: (name) => this.shell.grantedBytes(name),
      folder,
      onPrint: (from, print) => prints.printed(from, print),
      onExit: (ended, code, signal) => this.onExit(ended, code, signal),
      onSpawnError: (failed, cause) => {
        this.processes.delete(failed.name);
        this.shell.forget(failed.name);
        this.shell.handle({ type: "worker-start-failed", slot, cause });
      },
    });
    this.processes.set(worker.name, worker);
    offerFirst(worker.pid);
    prints.started(worker);
  }

  saidHello(name: ProcessName, pid: number): void {
    const worker = this.processes.get(name);
    if (!worker) return;
    worker.saidHello();
    this.shell.handle({ type: "worker-started", slot: worker.slot, worker: name, pid });
  }

  private onExit(worker: WorkerProcess, code: number | null, signal: string | null): void {
    const { name, slot } = worker;
    if (!this.processes.delete(name) || this.isEnding) return;
    this.shell.prints.ended(name);
    if (!worker.isReady) {
      this.shell.died(name);
      return this.shell.handle({ type: "worker-start-failed", slot, cause: [exitText(code, signal), worker.lastWords.lastLine].filter(Boolean).join(": ") });
    }
    this.shell.silence(name);
    // leases and actors first: their owners then know why before they hear of the process
    this.ended = workerEnd(worker, code, signal, this.shell.memoryDeath(name, signal === "SIGKILL"));
    this.shell.handle({ type: "worker-exited", worker: name, code, signal, ...(this.ended.story === undefined ? {} : { cause: this.ended.story }) });
    this.ended = undefined;
    this.shell.died(name);
  }

  killAll(): void {
    this.isEnding = true;
    for (const worker of this.processes.values()) worker.kill();
  }
}
