/**
 * Values whose blocks cannot be read: a file is gone or was cut. An own one is made again by its task, or becomes an error that says
 * why not; one of another process is asked for at its owner again. Owns: the recipes.
 */
import { ObjectLostError, type RayError } from "../errors.ts";
import type { ObjectId } from "../ids.ts";
import { LostBlock } from "../store/segment-header.ts";
import type { BlockAddress } from "../store/store.ts";
import type { WireValue } from "../wire/hot-records.ts";
import { isSameBlock } from "./block-moves.ts";
import { Lineage } from "./lineage.ts";
import type { ObjectEntry, ObjectTable } from "./object-table.ts";
import type { Ownership } from "./ownership.ts";
import { Recovery } from "./recovery.ts";
import type { Task } from "./task.ts";
import type { ValueStore } from "./values.ts";

/** Ray's `max_lineage_bytes` is 1 GiB; a JavaScript heap is smaller. */
const MOST_LINEAGE_BYTES = 256 * 2 ** 20;

/** Runs tasks again: the submission's part. */
export interface Rerun {
  hasRetriesLeft(task: Task): boolean;
  /** `outputs`: what its recipe makes. */
  runAgain(task: Task, outputs: readonly ObjectId[]): void;
}

export interface LostBlocksShell {
  readonly table: ObjectTable;
  readonly ownership: Ownership;
  readonly values: ValueStore;
  readonly rerun: () => Rerun;
  errorValue(error: Error): WireValue;
  settle(id: ObjectId, value: WireValue): void;
  refetch(entry: ObjectEntry, lost: BlockAddress): void;
  isHandle(id: ObjectId): boolean;
  /** The writer is to use it, and its file, no more. */
  abandon(block: BlockAddress): void;
  /** It has another state: it is pending, or lost for good. */
  changed(id: ObjectId, isLost: boolean): void;
  /** No block of it is in memory any more. */
  gone(id: ObjectId): void;
  notice(text: string): void;
}

export class LostBlocks {
  private readonly shell: LostBlocksShell;
  readonly lineage = new Lineage(Number(process.env["RAY_TS_MAX_LINEAGE_BYTES"] || MOST_LINEAGE_BYTES));
  private readonly recovery: Recovery;

  constructor(shell: LostBlocksShell) {
    this.shell = shell;
    this.recovery = new Recovery({
      table: shell.table,
      ownership: shell.ownership,
      lineage: this.lineage,
      unreadable: (value) => this.unreadable(value),
      reset: (id) => this.reset(shell.table.get(id) as ObjectEntry),
      settle: (id, value) => shell.settle(id, value),
      hasRetriesLeft: (task) => shell.rerun().hasRetriesLeft(task),
      runAgain: (task, outputs) => shell.rerun().runAgain(task, outputs),
      begun: (id, task, why) => this.begun(id, task, why),
    });
  }

  /** The task ended: which of its values, and `items`, lie in blocks, and what they were made of. */
  taskEnded(task: Task, items: readonly ObjectId[]): void {
    const { table, ownership } = this.shell;
    const values = items.length === 0 ? task.returns : [...task.returns, ...items];
    const inBlocks = values.filter((id) => {
      const value = table.get(id)?.value;
      return value?.kind === "block" && value.ref === id;
    });
    this.lineage.made(task, inBlocks, () => new Map(task.holds.filter((id) => ownership.isOwn(id) && !this.shell.isHandle(id) && !(task.args.kind === "block" && task.args.ref === id)).map((id) => [id, this.smallValue(id)])));
    if (task.attempt > 0) for (const id of values) if (!inBlocks.includes(id)) this.lineage.forgotten(id);
  }

  private smallValue(id: ObjectId): WireValue | undefined {
    const entry = this.shell.table.get(id);
    return entry?.value?.kind === "inline" && !entry.isError ? entry.value : undefined;
  }

  /** Runs `read`; undefined when the entry's block cannot be read: then it is pending, or has another value. */
  guard<Result>(entry: ObjectEntry, read: () => Result): Result | undefined {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof LostBlock)) throw error;
      this.lost(entry, error);
      return undefined;
    }
  }

  /** Somebody could not read it. Maybe that was another block, or it is made again already. */
  doubted(entry: ObjectEntry, block: BlockAddress): void {
    const { value } = entry;
    if (value?.kind !== "block" || !isSameBlock(value.block, block)) return;
    const error = this.unreadable(value);
    if (error) this.lost(entry, error);
  }

  lost(entry: ObjectEntry, error: Error): void {
    const { value } = entry;
    if (value?.kind !== "block") return;
    const { shell } = this;
    if (!shell.ownership.isOwn(entry.id)) {
      this.forgetValue(entry);
      shell.gone(entry.id);
      entry.isFetched = false;
      return shell.refetch(entry, value.block);
    }
    const refusal = value.ref === entry.id ? this.recovery.recover(entry.id, error.message) : "it was an error of more than 64 KiB";
    if (refusal !== undefined) this.becomes(entry, new ObjectLostError(`Object ${entry.id} is lost: ${error.message}. It cannot be made again: ${refusal}`));
  }

  private becomes(entry: ObjectEntry, error: RayError): void {
    this.reset(entry);
    entry.value = this.shell.errorValue(error);
    entry.isError = true;
    this.lineage.forgotten(entry.id);
    this.shell.changed(entry.id, true);
  }

  /** Pending again. What waits for it from now on gets what comes. */
  private reset(entry: ObjectEntry): void {
    const { value } = entry;
    this.forgetValue(entry);
    this.shell.gone(entry.id);
    if (value?.kind === "block" && value.ref === entry.id) this.shell.abandon(value.block);
  }

  private forgetValue(entry: ObjectEntry): void {
    entry.value = undefined;
    entry.isError = false;
    entry.view = undefined;
    this.shell.ownership.lost(entry.id);
  }

  private begun(id: ObjectId, task: Task, why: string): void {
    const { maxRetries, attempt } = task;
    const left = maxRetries < 0 ? "unlimited retries" : `${maxRetries - attempt - 1} of ${maxRetries} retries`;
    this.shell.notice(`Object ${id} was lost: ${why}. ${task.actor ? "The call" : "Task"} ${task.meta.name} runs again to make it, ${left} left`);
    this.shell.changed(id, false);
  }

  private unreadable(value: WireValue): Error | undefined {
    if (value.kind !== "block") return undefined;
    return this.shell.values.whyUnreadable(value);
  }
}
