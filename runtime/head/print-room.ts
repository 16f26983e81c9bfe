/** Where workers' prints go from the head: each into its worker's log, and what a reader can take of them to who subscribed. */
import type { EngineEvent } from "../engine/events.ts";
import type { ProcessName } from "../ids.ts";
import { WorkerLogs } from "../logs/worker-logs.ts";
import type { ActorWanted } from "../wire/message.ts";
import { PrintDesk, type PrintChoice } from "./print-desk.ts";
import type { Print } from "./prints.ts";

export interface PrintRoomOptions {
  readonly logFolder: string;
  readonly log: (text: string) => void;
  readonly push: (rows: readonly EngineEvent[]) => void;
}

interface Printer {
  readonly name: ProcessName;
  readonly pid: number;
}

export class PrintRoom {
  private readonly options: PrintRoomOptions;
  private readonly logs: WorkerLogs;
  private readonly desk = new PrintDesk();

  constructor(options: PrintRoomOptions) {
    this.options = options;
    this.logs = new WorkerLogs(options.logFolder, options.log);
  }

  started({ name, pid }: Printer): void {
    this.logs.started(name, pid);
  }

  becameActor(worker: ProcessName, { actor, className, name, namespace }: ActorWanted): void {
    this.logs.becameActor(worker, { actor, className, namespace, ...(name === undefined ? {} : { actorName: name }) });
  }

  printed({ name, pid }: Printer, print: Print): void {
    this.logs.printed(name, print);
    this.options.push(this.desk.add({ ...print, worker: name, pid }, Date.now()));
  }

  ended(worker: ProcessName): void {
    this.logs.workerEnded(worker);
  }

  choose(job: string, choice: PrintChoice): void {
    this.desk.choose(job, choice);
  }

  driverLeft(job: string): void {
    this.options.push(this.desk.flush());
    this.desk.forget(job);
  }

  /** Repetitions that were gathered long enough. */
  tick(): void {
    this.options.push(this.desk.due(Date.now()));
  }

  /** Somebody wants to know all that was printed by now. */
  flush(): void {
    this.options.push(this.desk.flush());
  }
}
