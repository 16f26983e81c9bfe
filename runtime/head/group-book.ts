/**
 * What the head keeps of each placement group besides the scheduler's state: who waits for it, and what there is to tell of it.
 * Owns: the records; of removed ones the newest.
 */
import type { PlacementGroupRow } from "../engine/placement.ts";
import type { JobId, PlacementGroupId, ProcessName } from "../ids.ts";
import type { FromHead, GroupWanted, ToHead } from "../wire/message.ts";
import type { Client } from "./records.ts";
import type { SchedulerCommand, UntimedEvent } from "./scheduler/scheduler-messages.ts";

const MOST_REMOVED = 1_000;

type Said<T extends ToHead["type"]> = Extract<ToHead, { type: T }>;

interface GroupRecord {
  row: PlacementGroupRow;
  readonly wantedAt: number;
}

interface Awaiting {
  readonly from: ProcessName;
  readonly reply: number;
}

export interface GroupBookShell {
  readonly namespace: string;
  readonly nodeId: string;
  client(name: ProcessName): Client | undefined;
  /** Of a worker: that of the work it had last. */
  jobOf(owner: ProcessName): JobId;
  isInfeasible(spec: GroupWanted): boolean;
  tell(to: ProcessName, message: FromHead): void;
  handle(event: UntimedEvent): void;
}

export class GroupBook {
  private readonly shell: GroupBookShell;
  private readonly records = new Map<PlacementGroupId, GroupRecord>();
  /** Also of those whose wish has not come yet. */
  private readonly awaiting = new Map<PlacementGroupId, Awaiting[]>();

  constructor(shell: GroupBookShell) {
    this.shell = shell;
  }

  wanted(owner: ProcessName, asked: GroupWanted): void {
    const { shell } = this;
    const client = shell.client(owner);
    const { group, bundles, strategy, detached, name } = asked;
    const namespace = asked.namespace || (client?.namespace ?? shell.namespace);
    const job = (client?.job ?? shell.jobOf(owner)) as JobId;
    const row: PlacementGroupRow = { id: group, bundles, strategy, detached, ...(name === undefined ? {} : { name }), namespace, owner, job, nodeId: shell.nodeId, state: "PENDING", isInfeasible: shell.isInfeasible(asked) };
    this.records.set(group, { row, wantedAt: Date.now() });
    shell.handle({ type: "group-wanted", group, owner, job, bundles, strategy, ...(name === undefined ? {} : { name }), namespace, detached });
  }

  removed(from: ProcessName, { group, reply }: Said<"group-removed">): void {
    this.shell.handle({ type: "group-removed", group, cause: "it was removed by ray.util.removePlacementGroup" });
    this.shell.tell(from, { type: "answer", reply, value: null });
  }

  awaited(from: ProcessName, { group, reply }: Said<"group-awaited">): void {
    const row = this.records.get(group)?.row;
    if (row !== undefined && row.state !== "PENDING") return this.answer({ from, reply }, row);
    const awaiting = this.awaiting.get(group);
    if (awaiting) awaiting.push({ from, reply });
    else this.awaiting.set(group, [{ from, reply }]);
  }

  private answer({ from, reply }: Awaiting, { state, cause }: Pick<PlacementGroupRow, "state" | "cause">): void {
    this.shell.tell(from, { type: "answer", reply, value: state === "CREATED" ? null : (cause ?? "it was removed") });
  }

  onState({ group, state, cause }: Extract<SchedulerCommand, { type: "group-state" }>): void {
    const record = this.records.get(group);
    const news = { state: state === "created" ? "CREATED" : "REMOVED", ...(cause === undefined ? {} : { cause }) } as const;
    if (record) record.row = { ...record.row, ...news, ...(state === "created" ? { placedAfterMs: Date.now() - record.wantedAt } : {}) };
    for (const one of this.awaiting.get(group) ?? []) this.answer(one, news);
    this.awaiting.delete(group);
    if (state === "removed") this.forgetOldest();
  }

  private forgetOldest(): void {
    const removed = [...this.records].filter(([, { row }]) => row.state === "REMOVED");
    for (const [id] of removed.slice(0, Math.max(0, removed.length - MOST_REMOVED))) this.records.delete(id);
  }

  clientLeft(name: ProcessName): void {
    for (const [group, awaiting] of this.awaiting) {
      const others = awaiting.filter(({ from }) => from !== name);
      if (others.length > 0) this.awaiting.set(group, others);
      else this.awaiting.delete(group);
    }
  }

  rows(): PlacementGroupRow[] {
    return [...this.records.values()].map(({ row }) => row);
  }
}
