/** Reading a cluster's logs, while it lives, from any process of its user: no question to the head, which may be busy. */
import { closeSync, existsSync, fstatSync, openSync, readdirSync, readSync, statSync } from "node:fs";
import { join } from "node:path";
import { StringDecoder } from "node:string_decoder";
import { setTimeout as elapse } from "node:timers/promises";
import type { LogInfo, LogLines, LogWanted } from "../engine/logs.ts";
import { newerFile, olderFile } from "./log-file.ts";
import { isChosen, LogParser, type LoggedLine } from "./log-format.ts";

export const HEAD_LOG = "head";
const CHUNK_BYTES = 1 << 20;
const LOOK_AGAIN_MS = 200;

/** The logs of a folder by their names. */
export function logsIn(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder).filter((file) => /^\w+\.log$/.test(file)).map((file) => file.slice(0, -".log".length)).sort();
}

/** What is known of each log without its lines. */
export function listLogs(folder: string): LogInfo[] {
  return logsIn(folder).map((log): LogInfo => {
    const last = lastLine(new LogReader(folder, log));
    const sizeBytes = [newerFile(log), olderFile(log)].map((file) => statSync(join(folder, file), { throwIfNoEntry: false })?.size ?? 0).reduce((sum, size) => sum + size, 0);
    const { pid, actor, className, actorName, namespace } = last?.by ?? {};
    const known = Object.entries({ pid, actor, className, actorName, namespace }).filter(([, value]) => value !== undefined);
    return { log, ...Object.fromEntries(known), sizeBytes };
  });
}

function lastLine(reader: LogReader): LoggedLine | undefined {
  let last: LoggedLine | undefined;
  for (const lines of reader.read()) last = lines.at(-1) ?? last;
  reader.close();
  return last;
}

export interface FoundLines {
  readonly lines: readonly LoggedLine[];
  /** Gives what comes after them, until the cluster or the caller ends it. */
  follow(signal?: AbortSignal): AsyncGenerator<LoggedLine, void, undefined>;
  close(): void;
}

/** The lines chosen, of one log after the other; `id: "head"` is the head's own log. */
export function findLines(folder: string, { tail, ...choice }: LogWanted): FoundLines {
  const wanted = choice.id === HEAD_LOG ? {} : choice;
  const readers = new Map<string, LogReader>();
  const gather = (): LoggedLine[] => {
    const fresh: LoggedLine[] = [];
    for (const log of logsIn(folder)) {
      if ((log === HEAD_LOG) !== (choice.id === HEAD_LOG)) continue;
      const reader = readers.get(log) ?? new LogReader(folder, log);
      readers.set(log, reader);
      for (const lines of reader.read()) {
        for (const line of lines) if (isChosen(line, wanted)) fresh.push(line);
        if (tail !== undefined && fresh.length > 4 * tail + 10_000) fresh.splice(0, fresh.length - tail);
      }
    }
    return fresh;
  };
  const close = (): void => {
    for (const reader of readers.values()) reader.close();
  };
  const first = gather();
  return {
    lines: tail === undefined ? first : first.slice(Math.max(0, first.length - tail)),
    close,
    async *follow(signal) {
      try {
        while (existsSync(folder) && signal?.aborted !== true) {
          yield* gather();
          await elapse(LOOK_AGAIN_MS, undefined, signal ? { signal } : {}).catch(() => undefined); // aborted: the loop ends
        }
      } finally {
        close();
      }
    },
  };
}

/** The lines as they were printed; of several workers each with who printed it. */
export function readLog(folder: string, wanted: LogWanted): LogLines {
  const found = findLines(folder, wanted);
  const workers = new Set(found.lines.map(({ by }) => by.worker));
  const text = (line: LoggedLine): string => (workers.size > 1 ? `(${line.by.name ?? line.by.className ?? "worker"} pid=${line.by.pid}) ${line.text}` : line.text);
  return {
    lines: found.lines.map(text),
    close: () => found.close(),
    async *follow() {
      for await (const line of found.follow()) {
        workers.add(line.by.worker);
        yield text(line);
      }
    },
  };
}

/** One log, read on from where it was read before, also over the turn to a new file. */
class LogReader {
  private readonly folder: string;
  private readonly log: string;
  private readonly parser = new LogParser();
  private readonly decoder = new StringDecoder("utf8");
  private fd: number | undefined;
  private inode: number | undefined;
  private at = 0;

  constructor(folder: string, log: string) {
    this.folder = folder;
    this.log = log;
    this.open(olderFile(log));
  }

  *read(): Generator<LoggedLine[]> {
    yield* this.rest();
    for (;;) {
      const current = statSync(join(this.folder, newerFile(this.log)), { throwIfNoEntry: false });
      if (!current || current.ino === this.inode) return;
      // lines written to the file that we hold, between our look and its turn
      yield* this.rest();
      this.open(newerFile(this.log));
      yield* this.rest();
    }
  }

  private open(file: string): void {
    const path = join(this.folder, file);
    if (!existsSync(path)) return;
    let fd: number;
    try {
      fd = openSync(path, "r");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
      return; // an old log that made room for newer ones just now
    }
    this.close();
    this.fd = fd;
    this.inode = fstatSync(this.fd).ino;
    this.at = 0;
  }

  private *rest(): Generator<LoggedLine[]> {
    if (this.fd === undefined) return;
    const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
    for (;;) {
      const got = readSync(this.fd, chunk, 0, chunk.length, this.at);
      if (got === 0) return;
      this.at += got;
      yield this.parser.push(this.decoder.write(chunk.subarray(0, got)));
    }
  }

  close(): void {
    if (this.fd !== undefined) closeSync(this.fd);
    this.fd = undefined;
  }
}
