/**
 * Moves own objects from shared memory to disk when the head asks for it. Owns: which of them are in memory and when they were used,
 * and the moves under way. Does not own: who may still come to an old block (reference counts), bytes (ValueStore).
 *
 * S1. An object moves when nobody in any process reads it; who holds it elsewhere is asked first. A process that is busy does not
 *     answer: then others move.
 * S2. The bytes are copied without waiting for the disk. If meanwhile the object was read, sent or forgotten, the copy goes.
 */
import type { ObjectId, ProcessName } from "../ids.ts";
import { chooseSpills, type SpillCandidate } from "../store/choose-spills.ts";
import { LostBlock } from "../store/segment-header.ts";
import { isOutOfSpace } from "../store/segment.ts";
import type { BlockAddress } from "../store/store.ts";
import type { WireValue } from "../wire/hot-records.ts";
import type { BetweenPeers } from "../wire/message.ts";
import type { Ownership } from "./ownership.ts";
import type { ValueStore } from "./values.ts";

export type BlockValue = Extract<WireValue, { kind: "block" }>;

export interface SpillingShell {
  readonly ownership: Ownership;
  readonly values: ValueStore;
  say(to: ProcessName, message: BetweenPeers): void;
  /** The object's block is elsewhere now; everything that has the value has the new address. */
  moved(id: ObjectId, from: BlockAddress, to: BlockAddress): void;
  /** Its block cannot be read. */
  lost(id: ObjectId, error: LostBlock): void;
  /** What was asked for is done, as far as it can be. */
  done(): void;
}

interface Resident {
  readonly value: BlockValue;
  usedAt: number;
  /** Who has not said yet whether it reads it. */
  asked: Set<ProcessName> | undefined;
}

/** Nothing there. */
const NEVER = Number.MAX_SAFE_INTEGER;

export class Spilling {
  private readonly shell: SpillingShell;
  private readonly residents = new Map<ObjectId, Resident>();
  private queue: ObjectId[] = [];
  private working: Promise<void> | undefined;
  private isStopped = false;

  constructor(shell: SpillingShell) {
    this.shell = shell;
  }

  /** An own object whose value lies in a block. */
  stored(id: ObjectId, value: BlockValue): void {
    if (value.block.place === "shared-memory") this.residents.set(id, { value, usedAt: Date.now(), asked: undefined });
  }

  /** It was read or sent. */
  used(id: ObjectId): void {
    const resident = this.residents.get(id);
    if (resident) resident.usedAt = Date.now();
  }

  gone(id: ObjectId): void {
    this.residents.delete(id);
  }

  /** What could move, and since when the one of it was not used that was used longest ago. */
  spillable(): { readonly spillableBytes: number; readonly oldestAt: number } {
    const movable = this.candidates().filter(({ isMovable }) => isMovable);
    return { spillableBytes: movable.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0), oldestAt: movable.reduce((oldest, { usedAt }) => Math.min(oldest, usedAt), NEVER) };
  }

  private candidates(): SpillCandidate[] {
    const { ownership } = this.shell;
    return [...this.residents].map(([id, { value, usedAt, asked }]) => ({ id, sizeBytes: value.block.sizeBytes, usedAt, isMovable: !asked && ownership.isMovable(id), hasBorrowers: ownership.borrowersOf(id).length > 0 }));
  }

  /** What is queued from before counts. */
  spill(bytes: number): void {
    const queued = this.queue.reduce((sum, id) => sum + (this.residents.get(id)?.value.block.sizeBytes ?? 0), 0);
    const { now, ask } = chooseSpills(this.candidates().filter(({ id }) => !this.queue.includes(id)), bytes - queued);
    this.ask(ask);
    this.move(now);
  }

  /** S1. */
  private ask(ids: readonly ObjectId[]): void {
    const byHolder = new Map<ProcessName, ObjectId[]>();
    for (const id of ids) {
      const holders = this.shell.ownership.borrowersOf(id);
      (this.residents.get(id) as Resident).asked = new Set(holders);
      for (const holder of holders) byHolder.set(holder, [...(byHolder.get(holder) ?? []), id]);
    }
    for (const [holder, refs] of byHolder) this.shell.say(holder, { type: "views-sought", refs });
  }

  /** `from` reads those that it was asked about, apart from these. */
  onViewsTold(from: ProcessName, unread: readonly ObjectId[]): void {
    const free = new Set(unread);
    const movable: ObjectId[] = [];
    for (const [id, resident] of this.residents) {
      if (!resident.asked?.delete(from)) continue;
      if (!free.has(id)) {
        resident.asked = undefined;
        resident.usedAt = Date.now();
      } else if (resident.asked.size === 0) {
        resident.asked = undefined;
        movable.push(id);
      }
    }
    this.move(movable);
  }

  processDied(process: ProcessName): void {
    this.onViewsTold(process, [...this.residents.keys()]);
  }

  private move(ids: readonly ObjectId[]): void {
    if (ids.length === 0 || this.isStopped) return;
    this.queue.push(...ids);
    this.working ??= this.moveAll().finally(() => {
      this.working = undefined;
      this.queue = [];
      if (!this.isStopped) this.shell.done();
    });
  }

  private async moveAll(): Promise<void> {
    for (let id = this.queue[0]; id !== undefined && !this.isStopped; id = this.queue[0]) {
      const resident = this.residents.get(id);
      const hasRoom = !resident || !this.shell.ownership.isMovable(id) || (await this.moveOne(id, resident));
      if (!hasRoom) return;
      this.queue.shift();
    }
  }

  /** False when the disk has no room. */
  private async moveOne(id: ObjectId, { value }: Resident): Promise<boolean> {
    const { values, ownership } = this.shell;
    const from = value.block;
    const onDisk = values.reserveOnDisk(from.sizeBytes);
    if (!onDisk) return false;
    try {
      await values.copy(from, onDisk);
    } catch (error) {
      values.freeOwn(onDisk.address);
      if (isOutOfSpace(error)) return false;
      if (!(error instanceof LostBlock)) throw error;
      if (this.residents.get(id)?.value === value) this.shell.lost(id, error);
      return true;
    }
    // S2
    if (this.isStopped || this.residents.get(id)?.value !== value || !ownership.isMovable(id)) values.freeOwn(onDisk.address);
    else this.publish(id, value, onDisk.address);
    return true;
  }

  private publish(id: ObjectId, value: BlockValue, to: BlockAddress): void {
    const from = value.block;
    this.residents.delete(id);
    value.block = to;
    this.shell.moved(id, from, to);
  }

  /** Nothing is written any more when it resolves. */
  async stop(): Promise<void> {
    this.isStopped = true;
    await this.working;
  }
}
