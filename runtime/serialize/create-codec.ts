/** The value codec: looks at a value, picks the format that carries it without loss, and reads all formats. */
import type { Encoded } from "../engine/engine.ts";
import { isRayError, SerializationError } from "../errors.ts";
import type { RefHooks, SendFailure, ValueCodec } from "./codec.ts";
import { NO_ARGS, UNDEFINED, UNDEFINED_TAG } from "./common-values.ts";
import { readGraph } from "./graph-read.ts";
import { failuresOf, writeGraph } from "./graph-write.ts";
import { checkGraph, GRAPH_TAG, NODE, type CodeHooks, type GraphNode } from "./graph.ts";
import { isLoneView, placeOfLoneView, readLoneView, VIEW_TAG, writeLoneView } from "./lone-view.ts";
import { ValueReader, ValueWriter } from "./out-of-band.ts";
import { refuse } from "./refusal.ts";
import { CLONEABLE, isJsonPrimitive, JSON_TREE, shapeOf } from "./scan.ts";

const CLONE_TAG = 1;
const NO_BUFFERS: readonly Uint8Array[] = [];

export interface CodecHooks {
  /** The public face's side of refs and handles; asked at each value, since it may come later than the codec. */
  refs?(): RefHooks | undefined;
  /** Functions, classes and what goes by name. */
  readonly code?: CodeHooks;
  /** Stacks of errors as they are sent: in terms of cells and files, which only the process that ran the code knows. */
  mapStack?(stack: string): string;
}

export function createCodec(hooks: CodecHooks = {}): ValueCodec {
  return new Codec(hooks);
}

class Codec implements ValueCodec {
  private readonly hooks: CodecHooks;

  constructor(hooks: CodecHooks) {
    this.hooks = hooks;
  }

  encode(value: unknown, label: string): Encoded {
    if (value === undefined) return UNDEFINED;
    if (isLoneView(value)) return writeLoneView(value);
    return this.encodeShaped(value, label, false);
  }

  encodeArgs(args: readonly unknown[], label: string): Encoded {
    if (args.length === 0) return NO_ARGS;
    if (args.length <= 16 && args.every(isJsonPrimitive)) return inline(Buffer.from(JSON.stringify(args)));
    const place = placeOfLoneView(args);
    if (place >= 0) return writeLoneView(args[place] as ArrayBufferView, args, place);
    return this.encodeShaped(args, label, true);
  }

  private encodeShaped(value: unknown, label: string, isArgs: boolean): Encoded {
    const shape = shapeOf(value);
    if (shape === JSON_TREE) return inline(Buffer.from(JSON.stringify(value)));
    const clone = shape === CLONEABLE ? tryClone(value) : undefined;
    if (clone !== undefined) return clone;
    try {
      return writeGraph(value, { label, tag: GRAPH_TAG, isArgs, refs: this.hooks.refs?.(), code: this.hooks.code, mapStack: this.hooks.mapStack });
    } catch (error) {
      if (isRayError(error)) throw error;
      const message = error instanceof Error ? error.message : String(error);
      throw refuse(label, { what: "a part of it", why: `could not be encoded (${message})`, way: "send a smaller or simpler value" }, false, error);
    }
  }

  failures(value: unknown, label: string): readonly SendFailure[] {
    const found = failuresOf(value, { label, tag: GRAPH_TAG, isArgs: false, refs: this.hooks.refs?.(), code: this.hooks.code, mapStack: this.hooks.mapStack });
    if (found.length > 0) return found;
    try {
      this.encode(value, label);
      return [];
    } catch (error) {
      return [{ path: label, reason: error instanceof Error ? error.message : String(error), hint: "" }];
    }
  }

  decode(encoded: Encoded): unknown {
    const { head, buffers } = encoded;
    switch (head[0]) {
      case undefined: throw new SerializationError("Cannot decode a value of no bytes");
      case CLONE_TAG: return whole(() => new ValueReader(head, buffers).readValue());
      case GRAPH_TAG: return this.decodeGraph(encoded);
      case UNDEFINED_TAG: return undefined;
      case VIEW_TAG: return whole(() => readLoneView(head, buffers));
      default: return whole(() => JSON.parse(textOf(head)));
    }
  }

  private decodeGraph({ head, buffers, refs }: Encoded): unknown {
    const payload = whole(() => checkGraph(new ValueReader(head, buffers).readValue()));
    const read = (): unknown => readGraph(payload, refs, this.hooks.refs?.(), this.hooks.code);
    const [, nodes, code, modules] = payload;
    const loading = modules === undefined ? undefined : this.hooks.code?.load(modules);
    if (loading !== undefined) return loading.then(read);
    // code that is read may throw what it likes; data alone cannot
    return this.hooks.code !== undefined && (code !== undefined || nodes.some(runsCode)) ? read() : whole(read);
  }
}

/** Whether reading the node runs functions of the user's or of the runtime's face; an error without a class of its own is data. */
const runsCode = ([kind, made]: GraphNode): boolean => CODE_NODES.has(kind) || (kind === NODE.instance && made !== 0);
const CODE_NODES: ReadonlySet<number> = new Set([NODE.custom, NODE.revived, NODE.named, NODE.code, NODE.registered]);

/** An error in there is one of the bytes. */
function whole<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (isRayError(error)) throw error;
    throw new SerializationError(`Cannot decode a value: its bytes are damaged, or of another version of ray-ts (${error instanceof Error ? error.message : String(error)})`, { cause: error });
  }
}

const inline = (head: Uint8Array): Encoded => ({ head, buffers: NO_BUFFERS, refs: [] });

const textOf = (bytes: Uint8Array): string => (Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)).toString();

/** Undefined when V8 refuses a part that the scan let through, so that the graph writer can name its path. */
function tryClone(value: unknown): Encoded | undefined {
  const writer = new ValueWriter(CLONE_TAG);
  try {
    writer.writeValue(value);
  } catch {
    return undefined;
  }
  return { head: writer.releaseBuffer(), buffers: writer.buffers, refs: [] };
}
