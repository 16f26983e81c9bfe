/**
 * The text of a log file: what was printed, line by line, and between the lines marks that say who prints from here on. A mark
 * is a line that begins with the character "record separator". Pure.
 */

import type { LogWanted } from "../engine/logs.ts";

/** Each field holds until another mark changes it; null: none any more. */
export interface LogMark {
  readonly worker?: string;
  readonly pid?: number;
  readonly stream?: "stdout" | "stderr";
  /** Of the task or call. */
  readonly name?: string | null;
  readonly task?: string | null;
  readonly job?: string | null;
  readonly origin?: string | null;
  readonly actor?: string;
  readonly className?: string;
  readonly actorName?: string;
  readonly namespace?: string;
}

export interface LoggedLine {
  readonly text: string;
  readonly by: LogMark;
}

const MARK = "\u001e";

export const logMark = (mark: LogMark): string => `${MARK}${JSON.stringify(mark)}\n`;

/** Lines as they are written: one that would be read as a mark has a space before it. */
export const logText = (text: string): string => (text.includes(MARK) ? text.replace(/^\u001e/gm, ` ${MARK}`) : text) + "\n";

export class LogParser {
  private by: LogMark = {};
  private rest = "";

  /** The whole lines that this text ends. */
  push(text: string): LoggedLine[] {
    const lines = (this.rest + text).split("\n");
    this.rest = lines.pop() as string;
    const printed: LoggedLine[] = [];
    for (const line of lines) {
      if (line.startsWith(MARK)) this.mark(line.slice(1));
      else printed.push({ text: line, by: this.by });
    }
    return printed;
  }

  private mark(text: string): void {
    try {
      this.by = { ...this.by, ...(JSON.parse(text) as LogMark) };
    } catch {
      // a file that was cut off in a mark (the disk was full): the lines are still worth reading
    }
  }
}

export function isChosen({ by }: LoggedLine, { id, actor, task, stream }: LogWanted): boolean {
  if (stream !== undefined && by.stream !== stream) return false;
  if (task !== undefined && by.task !== task && by.name !== task) return false;
  if (actor !== undefined && by.actor !== actor && by.actorName !== actor && by.className !== actor) return false;
  return id === undefined || by.worker === id || String(by.pid) === id || by.actor === id || by.task === id;
}
