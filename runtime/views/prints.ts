/** The last lines that workers printed, by the task or actor that printed them. */
import type { LogRow } from "../engine/events.ts";

export interface PrintGroup {
  readonly name: string;
  readonly pid: number;
  readonly worker: string;
  readonly task: string | undefined;
  readonly origin: string | undefined;
  /** Of all lines, also those that are kept no more. */
  count: number;
  readonly lines: string[];
}

const MOST_GROUPS = 500;
const MOST_LINES = 100;
const LONGEST_LINE = 300;

export class Prints {
  private readonly byKey = new Map<string, PrintGroup>();

  add({ taskName, pid, worker, task, origin, text }: LogRow): void {
    const key = task ?? `${worker} ${taskName}`;
    let group = this.byKey.get(key);
    // the one that printed last is the last to go
    if (group !== undefined) this.byKey.delete(key);
    else group = { name: taskName, pid, worker, task, origin, count: 0, lines: [] };
    this.byKey.set(key, group);
    group.count += 1;
    group.lines.push(text.length > LONGEST_LINE ? text.slice(0, LONGEST_LINE - 1) + "…" : text);
    if (group.lines.length > MOST_LINES) group.lines.shift();
    const oldest = this.byKey.keys().next();
    if (this.byKey.size > MOST_GROUPS && !oldest.done) this.byKey.delete(oldest.value);
  }

  groups(isMeant: (group: PrintGroup) => boolean = () => true): PrintGroup[] {
    return [...this.byKey.values()].filter(isMeant);
  }
}
