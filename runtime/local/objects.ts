/**
 * The objects of this process: those that it owns, and those of others that it holds. Put, settle, read, fetch, free. Owns:
 * the table of values, and which blocks wait for their last view. Does not own: counts (Ownership), bytes (ValueStore).
 */
import type { Encoded, Resolved } from "../engine/engine.ts";
import type { BlockAddress } from "../store/store.ts";
import { ObjectLostError, OwnerDiedError, type RayError } from "../errors.ts";
import { objectIdsOf, ownerOf, type ActorId, type ObjectId, type ProcessName } from "../ids.ts";
import { UNDEFINED } from "../serialize/common-values.ts";
import { refOf, refsCarried, UNDEFINED_WIRE, type WireValue } from "../wire/hot-records.ts";
import type { BetweenPeers, FetchedObject } from "../wire/message.ts";
import { Handles, type ActorPlaces } from "./handles.ts";
import { ObjectTable, type ObjectEntry } from "./object-table.ts";
import { Ownership } from "./ownership.ts";
import { ValueStore } from "./values.ts";

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
}

export interface ObjectDescription {
  readonly sizeBytes: number;
  readonly place: "inline" | "shared-memory" | "disk";
  readonly isError: boolean;
  readonly preview?: string;
}

export class Objects {
  readonly ownership: Ownership;
  readonly values: ValueStore;
  readonly handles: Handles;
  private readonly shell: ObjectsShell;
  private readonly table: ObjectTable;
  private readonly idOf: (count: number) => ObjectId;
  /** Freed by `ray.free`, but somebody may still look at the memory. */
  private readonly freed = new Map<ObjectId, WireValue>();
  private count = 0;

  constructor(shell: ObjectsShell) {
    this.shell = shell;
    this.table = new ObjectTable(shell.self);
    this.idOf = objectIdsOf(shell.self);
    this.handles = new Handles(shell.places);
    this.ownership = new Ownership(shell.self, { say: (to, message) => shell.say(to, message), forget: (id) => this.forget(id) });
    this.values = new ValueStore({
      self: shell.self,
      hold: (id) => this.ownership.retain(id),
      unhold: (id) => this.ownership.release(id),
      viewScope: shell.viewScope,
      notice: shell.notice,
    });
  }

  get size(): number {
    return this.table.size;
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
    if (value.kind === "block") this.table.ensure(value.ref).value = value;
    return value;
  }

  /** A result as it travels to the owner of `ref`: a large one lies in a block of this worker's, for that owner. */
  resultValue(value: Encoded, ref: () => ObjectId, owner: ProcessName): WireValue {
    return this.values.store(value, ref, owner, this.handles.annotate(value.refs));
  }

  errorValue(error: Error): WireValue {
    return this.keepHidden(this.values.store(this.shell.encodeError(error), () => this.create(), this.shell.self, []));
  }

  // ---- settling and reading

  settle(ref: ObjectId, value: WireValue, isError: boolean, count?: number): void {
    const entry = this.table.get(ref, count);
    if (!entry) return this.freeBlock(ref, value); // nobody wants it any more
    if (entry.value) return;
    const stands = value.kind === "block" && value.ref !== ref;
    if (value.refs.length > 0 || stands) {
      this.handles.learn(value.refs);
      this.ownership.stored(ref, stands ? [...value.refs.map(refOf), value.ref] : value.refs.map(refOf));
    }
    this.table.settle(entry, value, isError);
    if (value.kind === "block" && !stands && this.ownership.isOwn(ref)) this.shell.settled(ref, value.block);
    else this.shell.settled(ref);
  }

  peek(ref: ObjectId, count?: number): Resolved | undefined {
    const entry = this.table.get(ref, count);
    if (!entry?.value) return undefined;
    if (entry.value === UNDEFINED_WIRE && !entry.isError) return RESOLVED_UNDEFINED;
    return { value: this.values.read(entry.value, entry), error: entry.isError };
  }

  /** The settled value of a ref as it travels. */
  wireValue(ref: ObjectId): { readonly value: WireValue; readonly isError: boolean } | undefined {
    const entry = this.table.get(ref);
    return entry?.value ? { value: entry.value, isError: entry.isError } : undefined;
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
      if (!entry.value && !count && !this.ownership.isOwn(ref)) this.fetch(entry);
      this.table.wait(entry, index, counted);
      return entry;
    });
    return () => {
      if (waiting === 0) return;
      waiting = 0;
      for (const entry of entries) this.table.forgetWait(entry, counted);
    };
  }

  /** Somebody here waits for it. */
  isAwaited(ref: ObjectId): boolean {
    return this.table.get(ref)?.waiters !== undefined;
  }

  private unknown(ref: ObjectId): ObjectEntry {
    const entry = this.table.ensure(ref);
    if (this.ownership.isOwn(ref)) this.fail(entry, new ObjectLostError(`Object ${ref} was freed: no ref of it was left, or ray.free was called`));
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
    const preview = this.shell.preview(this.values.read(value, entry));
    const size = value.kind === "inline" ? { sizeBytes: value.bytes.length, place: "inline" as const } : { sizeBytes: value.block.sizeBytes, place: value.block.place };
    return { ...size, isError, ...(preview !== undefined ? { preview } : {}) };
  }

  // ---- objects of others

  private fetch(entry: ObjectEntry): void {
    if (entry.isFetched) return;
    entry.isFetched = true;
    const owner = ownerOf(entry.id);
    if (this.shell.isDead(owner)) this.fail(entry, ownerDied(entry.id));
    else this.shell.say(owner, { type: "fetch", ref: entry.id });
  }

  onFetch(from: ProcessName, ref: ObjectId): void {
    const entry = this.table.get(ref);
    if (!entry) return this.shell.say(from, { type: "fetched", ref, error: true, refs: [], lend: 0, lost: "its owner does not have it any more" });
    if (!entry.value) return this.table.wait(entry, 0, () => this.onFetch(from, ref));
    const { value } = entry;
    const lend = this.ownership.lend(from, refsCarried([value]));
    const message: FetchedObject = { type: "fetched", ref, error: entry.isError, refs: value.refs, lend, ...(value.kind === "block" ? { block: value.block, blockRef: value.ref } : {}) };
    this.shell.say(from, message, value.kind === "inline" ? [value.bytes] : []);
  }

  onFetched(from: ProcessName, message: FetchedObject, parts: readonly Buffer[]): void {
    const entry = this.table.get(message.ref);
    if (message.lost !== undefined) {
      if (entry && !entry.value) this.fail(entry, new ObjectLostError(`Object ${message.ref} is lost: ${message.lost}`));
      return;
    }
    const value: WireValue = message.block
      ? { kind: "block", ref: message.blockRef ?? message.ref, block: message.block, refs: message.refs }
      : { kind: "inline", bytes: parts[0] as Buffer, refs: message.refs };
    this.ownership.received(message.lend, from, refsCarried([value]));
    if (entry && !entry.value) this.settle(message.ref, value, message.error);
    this.ownership.settled(message.lend, from);
  }

  processDied(process: ProcessName): void {
    this.values.ownerDied(process);
    this.values.removeOrphans(process, this.liveFiles());
    this.ownership.processDied(process);
    for (const entry of this.table.values()) {
      if (!entry.value && entry.isFetched && ownerOf(entry.id) === process) this.fail(entry, ownerDied(entry.id));
    }
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

  free(refs: readonly ObjectId[]): void {
    for (const ref of refs) {
      const entry = this.table.get(ref);
      if (!entry || !this.ownership.isOwn(ref)) continue;
      const held = entry.value;
      entry.value = this.errorValue(new ObjectLostError(`Object ${ref} was freed by ray.free`));
      entry.isError = true;
      // its memory goes when the last view of it was collected: the counts decide
      if (held?.kind === "block") this.freed.set(ref, held);
    }
  }

  /** Counts are at zero: value and memory go. */
  private forget(id: ObjectId, count?: number): void {
    const entry = this.table.delete(id, count);
    if (entry?.value?.kind === "inline" && this.freed.size === 0 && !this.handles.any) return;
    const actor = this.handles.take(id);
    if (actor) this.shell.handleGone(id, actor);
    const value = this.freed.get(id) ?? entry?.value;
    this.freed.delete(id);
    if (value && this.ownership.isOwn(id)) this.freeBlock(id, value);
  }

  private freeBlock(id: ObjectId, value: WireValue): void {
    if (value.kind !== "block" || value.ref !== id) return;
    this.shell.gone(id);
    const writer = writerOf(value.block.writer);
    if (writer === this.shell.self) this.values.free(this.shell.self, value.block);
    else if (this.shell.isDead(writer)) this.values.removeOrphans(writer, this.liveFiles());
    else this.shell.say(writer, { type: "free-blocks", blocks: [value.block] });
  }

  /** A value that came for `ref` and is not wanted: its memory goes back. */
  discard(ref: ObjectId, value: WireValue): void {
    this.freeBlock(ref, value);
  }

  /** Files of other writers in which objects of ours live. */
  private liveFiles(): Set<string> {
    const files = new Set<string>();
    for (const { value } of this.table.values()) if (value?.kind === "block") files.add(value.block.file);
    for (const value of this.freed.values()) if (value.kind === "block") files.add(value.block.file);
    return files;
  }
}

/** What most tasks give that are called for what they do. */
const RESOLVED_UNDEFINED: Resolved = { value: UNDEFINED, error: false };

const ownerDied = (id: ObjectId): RayError => new OwnerDiedError(`Object ${id} is lost: the process that owned it died`);

/** `worker` of `owner.worker`, the name under which it writes for an owner. */
const writerOf = (name: ProcessName): ProcessName => name.slice(name.indexOf(".") + 1) as ProcessName;
