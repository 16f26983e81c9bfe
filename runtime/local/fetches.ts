/**
 * Values of objects that other processes own, and what others want of ours. Owns: which block a fetch says that it could not read.
 */
import { ObjectLostError, OwnerDiedError, type RayError } from "../errors.ts";
import { ownerOf, type ObjectId, type ProcessName } from "../ids.ts";
import type { BlockAddress } from "../store/store.ts";
import { refsCarried, type WireValue } from "../wire/hot-records.ts";
import type { BetweenPeers, FetchedObject } from "../wire/message.ts";
import { isSameBlock } from "./block-moves.ts";
import type { ObjectEntry, ObjectTable } from "./object-table.ts";
import type { Ownership } from "./ownership.ts";

export interface FetchesShell {
  readonly table: ObjectTable;
  readonly ownership: Ownership;
  say(to: ProcessName, message: BetweenPeers, parts?: readonly Uint8Array[]): void;
  isDead(process: ProcessName): boolean;
  settle(ref: ObjectId, value: WireValue, isError: boolean): void;
  fail(entry: ObjectEntry, error: RayError): void;
  /** Somebody could not read that block of an own object: it is looked at, and made again if that is so. */
  doubted(entry: ObjectEntry, block: BlockAddress): void;
  used(id: ObjectId): void;
}

export class Fetches {
  private readonly shell: FetchesShell;
  private readonly unreadable = new Map<ObjectId, BlockAddress>();

  constructor(shell: FetchesShell) {
    this.shell = shell;
  }

  /** `lost`: its block as it was told before, which cannot be read here. */
  fetch(entry: ObjectEntry, lost?: BlockAddress): void {
    if (entry.isFetched) return;
    entry.isFetched = true;
    const owner = ownerOf(entry.id);
    if (this.shell.isDead(owner)) return this.shell.fail(entry, ownerDied(entry.id));
    if (lost) this.unreadable.set(entry.id, lost);
    this.shell.say(owner, { type: "fetch", ref: entry.id, ...(lost ? { lost } : {}) });
  }

  onFetch(from: ProcessName, ref: ObjectId, lost?: BlockAddress): void {
    const { table, ownership, say } = this.shell;
    const entry = table.get(ref);
    if (!entry) return say(from, { type: "fetched", ref, error: true, refs: [], lend: 0, lost: "its owner does not have it any more" });
    if (lost) this.shell.doubted(entry, lost);
    if (!entry.value) return table.wait(entry, 0, () => this.onFetch(from, ref));
    const { value } = entry;
    if (value.kind === "block") this.shell.used(value.ref);
    const lend = ownership.lend(from, refsCarried([value]));
    const message: FetchedObject = { type: "fetched", ref, error: entry.isError, refs: value.refs, lend, ...(value.kind === "block" ? { block: value.block, blockRef: value.ref } : {}) };
    say(from, message, value.kind === "inline" ? [value.bytes] : []);
  }

  onFetched(from: ProcessName, message: FetchedObject, parts: readonly Buffer[]): void {
    const { table, ownership } = this.shell;
    const entry = table.get(message.ref);
    const lost = this.unreadable.get(message.ref);
    this.unreadable.delete(message.ref);
    if (message.lost !== undefined) {
      if (entry && !entry.value) this.shell.fail(entry, new ObjectLostError(`Object ${message.ref} is lost: ${message.lost}`));
      return;
    }
    const value: WireValue = message.block
      ? { kind: "block", ref: message.blockRef ?? message.ref, block: message.block, refs: message.refs }
      : { kind: "inline", bytes: parts[0] as Buffer, refs: message.refs };
    ownership.received(message.lend, from, refsCarried([value]));
    if (entry && !entry.value) {
      if (lost && message.block && isSameBlock(lost, message.block)) this.shell.fail(entry, new ObjectLostError(`Object ${message.ref} cannot be read by this process: its owner can read ${lost.file}, and this process cannot`));
      else this.shell.settle(message.ref, value, message.error);
    }
    ownership.settled(message.lend, from);
  }

  processDied(process: ProcessName): void {
    for (const entry of this.shell.table.values()) {
      if (!entry.value && entry.isFetched && ownerOf(entry.id) === process) this.shell.fail(entry, ownerDied(entry.id));
    }
  }
}

const ownerDied = (id: ObjectId): RayError => new OwnerDiedError(`Object ${id} is lost: the process that owned it died (${ownerOf(id)}, which put it or submitted its task)`);
