/**
 * What the workers of a cluster print, in files of its folder: one a worker, bounded each and all together. Owns the files of
 * living workers; those of dead ones stay to be read until there are too many, and go with the cluster.
 */
import { LogFile, removeLog } from "./log-file.ts";
import { logMark, logText, type LogMark } from "./log-format.ts";

export interface WorkerPrint {
  readonly stream: "stdout" | "stderr";
  readonly label: { readonly name: string; readonly job: string; readonly origin?: string | undefined; readonly task?: string | undefined } | undefined;
  readonly text: string;
}

interface OpenLog {
  file: LogFile | undefined;
  /** Who the worker is: every file says it at its top. */
  identity: LogMark;
  /** Who prints, as written last. */
  written: string;
}

/** Of one worker; `RAY_TS_LOG_BYTES` stands in for it. */
const MOST_BYTES = 64 << 20;
const MOST_ENDED = 100;

export class WorkerLogs {
  private readonly folder: string;
  private readonly mostBytes: number;
  private readonly report: (text: string) => void;
  private readonly open = new Map<string, OpenLog>();
  private readonly ended: string[] = [];
  private hasFailed = false;

  constructor(folder: string, report: (text: string) => void, mostBytes = mostBytesWanted()) {
    this.folder = folder;
    this.report = report;
    this.mostBytes = mostBytes;
  }

  started(worker: string, pid: number): void {
    this.open.set(worker, { file: undefined, identity: { worker, pid }, written: "" });
  }

  becameActor(worker: string, actor: Pick<LogMark, "actor" | "className" | "actorName" | "namespace">): void {
    const log = this.open.get(worker);
    if (!log) return;
    log.identity = { ...log.identity, ...actor };
    if (log.file) this.write(log, logMark(actor));
  }

  printed(worker: string, { stream, label, text }: WorkerPrint): void {
    const log = this.open.get(worker);
    if (!log) return;
    const by = logMark({ stream, name: label?.name ?? null, task: label?.task ?? null, job: label?.job ?? null, origin: label?.origin ?? null });
    const mark = by === log.written ? "" : by;
    log.written = by;
    this.write(log, mark + logText(text));
  }

  workerEnded(worker: string): void {
    const log = this.open.get(worker);
    if (!log) return;
    this.open.delete(worker);
    if (!log.file) return;
    log.file.close();
    this.ended.push(worker);
    if (this.ended.length > MOST_ENDED) removeLog(this.folder, this.ended.shift() as string);
  }

  /** A full disk costs the lines and is said once: work goes on. */
  private write(log: OpenLog, text: string): void {
    try {
      log.file ??= new LogFile(this.folder, log.identity.worker as string, this.mostBytes, () => logMark(log.identity) + log.written);
      log.file.write(text);
      this.hasFailed = false;
    } catch (error) {
      if (!this.hasFailed) this.report(`What workers print cannot be written to ${this.folder}: ${(error as Error).message}`);
      this.hasFailed = true;
    }
  }
}

function mostBytesWanted(): number {
  const wanted = Number(process.env["RAY_TS_LOG_BYTES"]);
  return Number.isFinite(wanted) && wanted > 0 ? wanted : MOST_BYTES;
}
