/**
 * The objects of this process: those that it owns, and those of others that it holds. Put, settle, read, free. Owns: the table of
 * values, and which blocks wait for their last view. Put together with parts that each own one thing: Ownership (counts), ValueStore
 * (bytes), Spilling (what is in memory and what on disk), BlockMoves, LostBlocks, Fetches (values of other processes).
 */
import type { Encoded, Resolved } from "../engine/engine.ts";
import type { BlockAddress } from "../store/store.ts";
import { ObjectLostError, type RayError } from "../errors.ts";
import { objectIdsOf, type ActorId, type ObjectId, type ProcessName } from "../ids.ts";
import { UNDEFINED } from "../serialize/common-values.ts";
import { failureStack } from "../serialize/failure-text.ts";
import { refOf, UNDEFINED_WIRE, type WireValue } from "../wire/hot-records.ts";
import type { BetweenPeers } from "../wire/message.ts";
import { BlockMemory } from "./block-memory.ts";
import { BlockMoves, isSameBlock } from "./block-moves.ts";
import { Fetches } from "./fetches.ts";
import { FreedObjects } from "./freed-objects.ts";
import { Handles, type ActorPlaces } from "./handles.ts";
import { LostBlocks, type Rerun } from "./lost-blocks.ts";
import { ObjectTable, type ObjectEntry } from "./object-table.ts";
import { Ownership } from "./ownership.ts";
import { SentValues } from "./sent-values.ts";
import { Spilling, type BlockValue } from "./spilling.ts";
import { INLINE_LIMIT_BYTES, ValueStore } from "./values.ts";

export interface ObjectsShell {
  readonly self: ProcessName;
  say(to: ProcessName, message: BetweenPeers, parts?: readonly Uint8Array[]): void;
  isDead(process: ProcessName): boolean;
  readonly places: () => ActorPlaces;
  readonly encodeError: (error: Error) => Encoded;
  readonly preview: (value: Encoded) => string | undefined;
  readonly notice: (text: string) => void;
  readonly viewScope: () => unknown;
  /** Nobody holds the handle any more. */
  handleGone(handle: ObjectId, actor: ActorId): void;
  /** With its block, if it is one of ours that has one. */
  settled(ref: ObjectId, block?: BlockAddress): void;
  /** The memory of one of ours goes. */
  gone(ref: ObjectId): void;
  /** The value of one of ours was lost; it is made again, or not. */
  lost(ref: ObjectId, isMadeAgain: boolean): void;
  readonly rerun: () => Rerun;
  /** Code here waits for something that others do; call what it returns when that is over. */
  readonly beginWait: () => () => void;
  /** The head should hear what this process stores: something did not fit, or was spilled. */
  storeChanged(): void;
}

export interface ObjectDescription {
  readonly sizeBytes: number;
  readonly place: "inline" | "shared-memory" | "disk";
  readonly isError: boolean;
  readonly preview?: string;
  readonly stack?: string;
}

export class Objects {
  readonly ownership: Ownership;
  readonly values: ValueStore;
  readonly handles: Handles;
  readonly spilling: Spilling;
  readonly moves: BlockMoves;
  private readonly memory: BlockMemory;
  readonly lostBlocks: LostBlocks;
  readonly fetches: Fetches;
  readonly sent: SentValues;
  /** How many values went although somebody held them. */
  losses = 0;
  private readonly shell: ObjectsShell;
  private readonly table: ObjectTable;
  private readonly idOf: (count: number) => ObjectId;
  readonly freed: FreedObjects;
  private count = 0;

  constructor(shell: ObjectsShell) {
    this.shell = shell;
    this.table = new ObjectTable(shell.self);
    this.idOf = objectIdsOf(shell.self);
    this.handles = new Handles(shell.places);
    const { table } = this;
    const say: ObjectsShell["say"] = (to, message, parts) => shell.say(to, message, parts);
    const settle = (id: ObjectId, value: WireValue, isError = false): void => this.settle(id, value, isError);
    const used = (id: ObjectId): void => this.spilling.used(id);
    this.moves = new BlockMoves({ table, ownership: () => this.ownership, say, freeMemory: (block) => this.memory.free(block), givenUp: (entry) => this.freed.onGivenUp(entry) });
    const { moves } = this;
    this.ownership = new Ownership(shell.self, { say, forget: (id) => this.forget(id), tellMoved: (id, to, move) => moves.tell(id, to, move), freeOld: (id) => moves.freeOld(id) });
    const { ownership } = this;
    this.values = new ValueStore({
      self: shell.self,
      pin: (id) => ownership.pin(id),
      unpin: (id, move) => {
        ownership.unpin(id, move);
        if (this.freed.size > 0) this.freed.settle(id);
      },
      addressOf: (id, said) => moves.addressOf(id, said),
      viewScope: shell.viewScope,
      notice: shell.notice,
      missed: () => shell.storeChanged(),
    });
    const { values } = this;
    this.memory = new BlockMemory({ self: shell.self, values, say, isDead: (process) => shell.isDead(process), inUse: () => this.blocksInUse() });
    this.freed = new FreedObjects({ table, ownership, moves, say, errorValue: (error) => this.errorValue(error), given: (id) => this.givenUp(id) });
    this.fetches = new Fetches({ table, ownership, say, isDead: (process) => shell.isDead(process), settle, used, fail: (entry, error) => this.fail(entry, error), doubted: (entry, block) => this.lostBlocks.doubted(entry, block) });
    this.lostBlocks = new LostBlocks({
      table, ownership, values, settle,
      rerun: shell.rerun,
      notice: shell.notice,
      errorValue: (error) => this.errorValue(error),
      refetch: (entry, block) => this.fetches.fetch(entry, block),
      isHandle: (id) => this.handles.has(id),
      abandon: (block) => this.memory.abandon(block),
      changed: (id, isLost) => shell.lost(id, !isLost),
      gone: (id) => this.valueGone(id),
    });
    this.sent = new SentValues({ values, beginWait: shell.beginWait, retain: (ref) => this.retain(ref), release: (ref) => this.release(ref), doubt: (ref, block) => this.doubt(ref, block), resolved: (ref) => this.resolved(ref) });
    this.spilling = new Spilling({
      ownership, values, say,
      moved: (id, from, to) => {
        shell.settled(id, to);
        moves.ownMoved(id, from, to);
      },
      lost: (id, error) => this.lostBlocks.lost(table.get(id) as ObjectEntry, error),
      done: () => shell.storeChanged(),
    });
  }

  get size(): number {
    return this.table.size;
  }

  /** There is a store: what was put before lies in it from now on. */
  connected(): void {
    for (const entry of this.table.values()) {
      const { id, value } = entry;
      if (value?.kind !== "inline" || entry.isError || value.bytes.length <= INLINE_LIMIT_BYTES || !this.ownership.isOwn(id)) continue;
      const stored = this.values.storeIfRoom({ ...this.values.read(value, entry), refs: [] }, () => id, this.shell.self, value.refs);
      if (stored?.kind !== "block") continue;
      entry.value = stored;
      this.inBlock(id, stored);
    }
  }

  private inBlock(id: ObjectId, value: BlockValue): void {
    this.spilling.stored(id, value);
    this.shell.settled(id, value.block);
  }

  // ---- making

  /** Consecutive new objects of ours, each with one local handle. */
  createMany(count: number): { readonly first: number; readonly refs: readonly ObjectId[] } {
    const first = this.count + 1;
    if (count === 1) return { first, refs: [this.create()] };
    const refs: ObjectId[] = [];
    for (let i = 0; i < count; i++) refs.push(this.create());
    return { first, refs };
  }

  /** One that no ref shows: it gives a block of arguments or code its life, or an actor's handle its count. */
  create(): ObjectId {
    const count = ++this.count;
    const id = this.idOf(count);
    this.ownership.created(id, count);
    this.table.add(id, count);
    return id;
  }

  /** An own object whose id was agreed on, with one count and its value. */
  make(id: ObjectId, value: WireValue, isError: boolean): void {
    this.ownership.created(id);
    this.table.ensure(id);
    this.settle(id, value, isError);
  }

  put(value: Encoded): ObjectId {
    const id = this.create();
    try {
      this.settle(id, this.values.store(value, () => id, this.shell.self, this.handles.annotate(value.refs)), false);
    } catch (error) {
      this.ownership.release(id);
      throw error;
    }
    return id;
  }

  /** A value as it travels from here; a large one gets a hidden object, which begins with one count. */
  toWire(value: Encoded): WireValue {
    return this.keepHidden(this.values.store(value, () => this.create(), this.shell.self, this.handles.annotate(value.refs)));
  }

  /** The hidden object knows its block, so that the block is freed with it. */
  private keepHidden(value: WireValue): WireValue {
    if (value.kind === "block") {
      this.table.ensure(value.ref).value = value;
      this.spilling.stored(value.ref, value);
    }
    return value;
  }

  /** A result as it travels to the owner of `ref`: a large one lies in a block of this worker's, for that owner. */
  resultValue(value: Encoded, ref: () => ObjectId, owner: ProcessName): WireValue {
    return this.values.store(value, ref, owner, this.handles.annotate(value.refs));
  }

  /** One that does not travel after all. */
  discardResult(value: WireValue, owner: ProcessName): void {
    if (value.kind === "block") this.values.free(owner, value.block);
  }

  errorValue(error: Error): WireValue {
    return this.keepHidden(this.values.store(this.shell.encodeError(error), () => this.create(), this.shell.self, []));
  }

  // ---- settling and reading

  settle(ref: ObjectId, value: WireValue, isError: boolean, count?: number): void {
    const entry = this.table.get(ref, count);
    if (!entry) return this.freeBlock(ref, value); // nobody wants it any more
    if (entry.value) return this.discardRepeated(ref, value, entry.value);
    const stands = value.kind === "block" && value.ref !== ref;
    if (value.refs.length > 0 || stands) {
      this.handles.learn(value.refs);
      this.ownership.stored(ref, stands ? [...value.refs.map(refOf), value.ref] : value.refs.map(refOf));
    }
    this.table.settle(entry, value, isError);
    if (value.kind === "block" && !stands && this.ownership.isOwn(ref)) this.inBlock(ref, value);
    else this.shell.settled(ref);
  }

  /** A retry that crossed a late answer, or a task that runs again for another of its values. */
  private discardRepeated(ref: ObjectId, value: WireValue, known: WireValue): void {
    if (value.kind === "block" && value.ref === ref && this.ownership.isOwn(ref) && !(known.kind === "block" && isSameBlock(known.block, value.block))) this.memory.free(value.block);
  }

  isReady(ref: ObjectId, count?: number): boolean { return this.table.get(ref, count)?.value !== undefined; }

  peek(ref: ObjectId, count?: number): Resolved | undefined {
    const entry = this.table.get(ref, count);
    if (!entry?.value) return undefined;
    if (entry.value === UNDEFINED_WIRE && !entry.isError) return RESOLVED_UNDEFINED;
    if (entry.value.kind === "block") return this.peekBlock(entry, entry.value.ref);
    return { value: this.values.read(entry.value, entry), error: entry.isError };
  }

  private peekBlock(entry: ObjectEntry, ref: ObjectId): Resolved | undefined {
    this.spilling.used(ref);
    const value = this.lostBlocks.guard(entry, () => this.values.read(entry.value as WireValue, entry));
    return value ? { value, error: entry.isError } : this.peek(entry.id);
  }

  private async resolved(ref: ObjectId): Promise<Resolved> {
    for (let resolved = this.peek(ref); ; resolved = this.peek(ref)) {
      if (resolved) return resolved;
      await new Promise<void>((ready) => void this.whenReady([ref], () => ready()));
    }
  }

  /** A message named that block, and it cannot be read here. */
  private doubt(ref: ObjectId, block: BlockAddress): void {
    const entry = this.table.ensure(ref);
    if (this.ownership.isOwn(ref) || entry.value) this.lostBlocks.doubted(entry, block);
    else this.fetches.fetch(entry, block);
  }

  /** The settled value of a ref as it travels. */
  wireValue(ref: ObjectId): { readonly value: WireValue; readonly isError: boolean } | undefined {
    const entry = this.table.get(ref);
    if (!entry?.value) return undefined;
    if (entry.value.kind === "block") this.spilling.used(entry.value.ref);
    return { value: entry.value, isError: entry.isError };
  }

  whenReady(refs: readonly ObjectId[], ready: (index: number, isError: boolean) => void, counts?: readonly number[]): () => void {
    let waiting = refs.length;
    const counted = (index: number, isError: boolean): void => {
      waiting--;
      ready(index, isError);
    };
    const entries = refs.map((ref, index) => {
      const count = counts?.[index];
      const entry = this.table.get(ref, count) ?? this.unknown(ref);
      if (!entry.value && !count && !this.ownership.isOwn(ref)) this.fetches.fetch(entry);
      this.table.wait(entry, index, counted);
      return entry;
    });
    return () => {
      if (waiting === 0) return;
      waiting = 0;
      for (const entry of entries) this.table.forgetWait(entry, counted);
    };
  }

  isPending(ref: ObjectId): boolean {
    const entry = this.table.get(ref);
    return entry !== undefined && entry.value === undefined;
  }

  /** Somebody here waits for it. */
  isAwaited(ref: ObjectId): boolean { return this.table.get(ref)?.waiters !== undefined; }

  private unknown(ref: ObjectId): ObjectEntry {
    const entry = this.table.ensure(ref);
    if (this.ownership.isOwn(ref)) this.fail(entry, new ObjectLostError(`Object ${ref} was freed: no ref of it was left`));
    return entry;
  }

  private fail(entry: ObjectEntry, error: RayError): void {
    this.table.settle(entry, this.errorValue(error), true);
  }

  /** The cluster is gone: whatever waits fails with the reason. */
  failPending(error: RayError): void {
    for (const entry of [...this.table.values()]) if (!entry.value) this.fail(entry, error);
  }

  describe(ref: ObjectId): ObjectDescription | undefined {
    const entry = this.table.get(ref);
    if (!entry?.value) return undefined;
    const { value, isError } = entry;
    const read = this.lostBlocks.guard(entry, () => this.values.read(value, entry));
    if (!read) return undefined;
    const preview = this.shell.preview(read);
    const size = value.kind === "inline" ? { sizeBytes: value.bytes.length, place: "inline" as const } : { sizeBytes: value.block.sizeBytes, place: value.block.place };
    return { ...size, isError, ...(preview !== undefined ? { preview } : {}), ...(isError ? failureStack(read) : {}) };
  }

  // ---- others come and go

  /** Now and then. */
  sweep(): void {
    this.ownership.sweep();
    this.moves.sweep();
    this.freed.sweep();
  }

  processDied(process: ProcessName): void {
    this.values.ownerDied(process);
    this.spilling.processDied(process);
    this.memory.processDied(process);
    this.ownership.processDied(process);
    this.fetches.processDied(process);
  }

  // ---- letting go

  retain(ref: ObjectId): void {
    this.ownership.retain(ref);
    if (!this.ownership.isOwn(ref)) this.table.ensure(ref);
  }

  release(ref: ObjectId, count?: number): void {
    if (!this.ownership.releasedAtOnce(ref, count)) this.ownership.release(ref);
    else this.forget(ref, count);
  }

  private givenUp(id: ObjectId): void {
    this.valueGone(id);
    this.lostBlocks.lineage.forgotten(id);
    if (this.ownership.isOwn(id)) this.shell.gone(id);
  }

  /** It went although it was held: what was sent to nobody yet must look again. */
  private valueGone(id: ObjectId): void {
    this.losses++;
    this.spilling.gone(id);
  }

  /** Counts are at zero: value and memory go. */
  private forget(id: ObjectId, count?: number): void {
    const entry = this.table.delete(id, count);
    if (entry?.value?.kind === "inline" && this.freed.size === 0 && !this.handles.any) return;
    const actor = this.handles.take(id);
    if (actor) this.shell.handleGone(id, actor);
    const value = this.freed.take(id) ?? entry?.value;
    this.spilling.gone(id);
    this.lostBlocks.lineage.forgotten(id);
    if (value && this.ownership.isOwn(id)) this.freeBlock(id, value);
  }

  private freeBlock(id: ObjectId, value: WireValue): void {
    if (value.kind !== "block" || value.ref !== id) return;
    this.shell.gone(id);
    this.memory.free(value.block);
  }

  /** A value that came for `ref` and is not wanted: its memory goes back. */
  discard(ref: ObjectId, value: WireValue): void {
    this.freeBlock(ref, value);
  }

  private *blocksInUse(): IterableIterator<BlockAddress> {
    for (const { id, value } of this.table.values()) if (value?.kind === "block" && value.ref === id && this.ownership.isOwn(id)) yield value.block;
    yield* this.freed.blocks();
    yield* this.moves.oldBlocks();
  }
}

/** What most tasks give that are called for what they do. */
const RESOLVED_UNDEFINED: Resolved = { value: UNDEFINED, error: false };
