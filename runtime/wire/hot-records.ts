/**
 * The records of calls and their results, in binary. Names that repeat (the function's key, its shown name, the cell)
 * travel once a link as a `meta` record and are then a number.
 */
import type { Placement } from "../engine/placement.ts";
import type { ObjectId } from "../ids.ts";
import { NO_ARGS_PACKED, UNDEFINED_PACKED } from "../serialize/common-values.ts";
import { OUT_OF_BAND_BYTES } from "../serialize/view-memory.ts";
import type { BlockAddress } from "../store/store.ts";
import { RecordType } from "./frame.ts";
import type { Lane } from "./lane.ts";
import { blockFault, metaFault } from "./message-fields.ts";
import { MalformedFrame, type RecordReader } from "./record-reader.ts";
import { RecordWriter } from "./record-writer.ts";

/** What all calls of one function (or method) from one cell share. */
export interface CallMeta {
  /** Key of the shipped function, or of none for an actor call. */
  readonly codeKey?: string;
  readonly actor?: string;
  readonly method?: string;
  /** The actor's concurrency group. */
  readonly group?: string;
  /** Shown name: `square`, `Counter.incr`. */
  readonly name: string;
  readonly origin?: string;
  readonly numReturns: number;
  /** A generator, and how many items it may be ahead. */
  readonly stream?: number;
  /** How often a worker runs the function before it is replaced. */
  readonly maxCalls?: number;
  readonly resources: Readonly<Record<string, number>>;
  readonly job: string;
  readonly namespace: string;
  /** Where the imports of received code resolve: the driver's folder. */
  readonly folder?: string;
  /** The runtime environment, by its key: calls in another one are of another kind. */
  readonly env?: string;
  /** `resources` are of that placement group's. */
  readonly placement?: Placement;
}

/**
 * A value on the wire: packed bytes, or the block they lie in and the object whose life the block has. `refs` are the
 * objects that the value holds: `id`, or `id@actor@worker` for an actor's handle, so that calls need not ask where it is.
 * `block` changes when the object's block moves, for all who have this value.
 */
export type WireValue =
  | { readonly kind: "inline"; readonly bytes: Uint8Array; readonly refs: readonly string[] }
  | { readonly kind: "block"; readonly ref: ObjectId; block: BlockAddress; readonly refs: readonly string[] };

/** The objects that a message with these values lends: those inside, and those whose blocks the receiver may map. Both sides reckon the same. */
export function refsCarried(values: readonly WireValue[]): ObjectId[] {
  const refs: ObjectId[] = [];
  for (const value of values) {
    if (value.kind === "block") refs.push(value.ref);
    for (const ref of value.refs) refs.push(refOf(ref));
  }
  return refs;
}

/** `id` of `id@actor@worker`. */
export function refOf(wire: string): ObjectId {
  const at = wire.indexOf("@");
  return (at < 0 ? wire : wire.slice(0, at)) as ObjectId;
}

export interface TaskRecord {
  /** The owner's number of the task. */
  readonly seq: number;
  readonly meta: number;
  /** The owner's count of the first return object; the others follow. */
  readonly firstReturn: number;
  readonly attempt: number;
  /** The owner holds the refs inside until it hears `lend-done` of this number; 0: none. */
  readonly lend: number;
  readonly args: WireValue;
  /** Top-level refs, resolved. */
  readonly dependencies: readonly Dependency[];
}

export interface Dependency {
  /** Place in the argument list. */
  readonly index: number;
  readonly value: WireValue;
}

/** `cancelled`: the call was dropped or cut short for its owner's `cancel-task`; it has no values. `item`: one value of a generator that goes on; its index stands for the run time. `listed`: an error that the actor's class lists in `retryExceptions`. */
export const ResultStatus = { ok: 0, error: 1, cancelled: 2, item: 3, listed: 4 } as const;

export interface ResultRecord {
  readonly seq: number;
  readonly status: number;
  readonly lend: number;
  readonly startedAt: number;
  readonly runMicros: number;
  readonly values: readonly WireValue[];
}

export function writeTask(lane: Lane, task: TaskRecord): void {
  lane.write(RecordType.task, fillTask, task);
}

function fillTask(writer: RecordWriter, task: TaskRecord): void {
  writer.u32(task.seq);
  writer.u32(task.meta);
  writer.u32(task.firstReturn);
  writer.u8(task.attempt);
  writer.u32(task.lend);
  writeValue(writer, task.args);
  writer.u16(task.dependencies.length);
  for (const dependency of task.dependencies) {
    writer.u16(dependency.index);
    writeValue(writer, dependency.value);
  }
}

/** Its small values are views of the frame: a call is soon run, and what is decoded from them are copies. */
export function readTask(reader: RecordReader): TaskRecord {
  const seq = reader.u32();
  const meta = reader.u32();
  const firstReturn = reader.u32();
  const attempt = reader.u8();
  const lend = reader.u32();
  const args = readValue(reader, false);
  const count = reader.u16();
  const dependencies = count === 0 ? NO_DEPENDENCIES : Array.from({ length: count }, () => ({ index: reader.u16(), value: readValue(reader, false) }));
  return { seq, meta, firstReturn, attempt, lend, args, dependencies };
}

export function writeResult(lane: Lane, result: ResultRecord): void {
  lane.write(RecordType.result, fillResult, result);
}

function fillResult(writer: RecordWriter, result: ResultRecord): void {
  writer.u32(result.seq);
  writer.u8(result.status);
  writer.u32(result.lend);
  writer.f64(result.startedAt);
  writer.u32(result.runMicros);
  writer.u16(result.values.length);
  for (const value of result.values) writeValue(writer, value);
}

export function readResult(reader: RecordReader): ResultRecord {
  const seq = reader.u32();
  const status = reader.u8();
  const lend = reader.u32();
  const startedAt = reader.f64();
  const runMicros = reader.u32();
  const count = reader.u16();
  const values = count === 0 ? [] : [readValue(reader)];
  for (let i = 1; i < count; i++) values.push(readValue(reader));
  return { seq, status, lend, startedAt, runMicros, values };
}

export function writeMeta(lane: Lane, index: number, meta: CallMeta): void {
  lane.write(RecordType.meta, (writer) => {
    writer.u32(index);
    writer.text(JSON.stringify(meta));
  });
}

export function readMeta(reader: RecordReader): { index: number; meta: CallMeta } {
  return { index: reader.u32(), meta: reader.json(metaFault) as CallMeta };
}

/** Sent once a link before the first task of its key; `forget` are the keys that the worker may drop (the oldest beyond a limit). */
export function writeCode(lane: Lane, code: CodeRecord): void {
  const { key, name, value, lend, forget } = code;
  lane.write(RecordType.code, (writer) => {
    writer.u32(lend);
    writer.text(forget ?? "");
    writer.text(key);
    writer.text(name);
    writeValue(writer, value);
  });
}

export interface CodeRecord {
  readonly key: string;
  readonly name: string;
  readonly value: WireValue;
  readonly lend: number;
  readonly forget?: string | undefined;
}

export function readCode(reader: RecordReader): CodeRecord {
  const lend = reader.u32();
  const forget = reader.text() || undefined;
  return { lend, forget, key: reader.text(), name: reader.text(), value: readValue(reader) };
}

function writeValue(writer: RecordWriter, value: WireValue): void {
  if (value.kind === "inline") {
    writer.u8(0);
    writer.bytes(value.bytes);
  } else {
    writer.u8(1);
    writer.text(value.ref);
    writer.text(JSON.stringify(value.block));
  }
  writer.u16(Math.min(value.refs.length, 0xffff));
  if (value.refs.length >= 0xffff) writer.u32(value.refs.length);
  for (const ref of value.refs) writer.text(ref);
}

function readValue(reader: RecordReader, isKept = true): WireValue {
  const kind = reader.u8();
  if (kind === 0 && reader.skipIfNext(UNDEFINED_INLINE)) return UNDEFINED_WIRE;
  if (kind === 0 && reader.skipIfNext(NO_ARGS_INLINE)) return NO_ARGS_WIRE;
  if (kind > 1) throw new MalformedFrame(`A value of kind ${kind}`);
  const bytes = kind === 0 ? bytesOf(reader, isKept) : undefined;
  const ref = kind === 1 ? (reader.text() as ObjectId) : undefined;
  const block = kind === 1 ? (reader.json(blockFault) as BlockAddress) : undefined;
  let count = reader.u16();
  if (count === 0xffff) count = reader.u32();
  const refs: string[] = count === 0 ? NO_REFS : [];
  for (let i = 0; i < count; i++) refs.push(reader.text());
  return block && ref ? { kind: "block", ref, block, refs } : { kind: "inline", bytes: bytes as Uint8Array, refs };
}

const NO_DEPENDENCIES: readonly Dependency[] = Object.freeze([]);
const NO_REFS: string[] = [];
Object.freeze(NO_REFS);

/** No result and no arguments are one value each in every process. */
export const UNDEFINED_WIRE: WireValue = { kind: "inline", bytes: UNDEFINED_PACKED, refs: NO_REFS };
export const NO_ARGS_WIRE: WireValue = { kind: "inline", bytes: NO_ARGS_PACKED, refs: NO_REFS };

/** What `writeValue` writes for these after the kind. */
const UNDEFINED_INLINE = inlineBytes(UNDEFINED_PACKED);
const NO_ARGS_INLINE = inlineBytes(NO_ARGS_PACKED);

function inlineBytes(packed: Uint8Array): Buffer {
  const writer = new RecordWriter(64);
  writer.bytes(packed);
  writer.u16(0);
  return writer.take();
}

/** Memory of large values is not copied when they are decoded: it is the value's own. */
function bytesOf(reader: RecordReader, isKept: boolean): Buffer {
  return isKept || reader.peekU32() >= OUT_OF_BAND_BYTES ? reader.keptBytes() : reader.bytes();
}
