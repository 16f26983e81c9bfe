/**
 * Values ↔ bytes. What `serialize/` gives to the layers above, and the hooks through which it meets refs, handles,
 * functions and classes, which it does not know itself.
 *
 * Formats, by the tag in byte 0 of `Encoded.head`: `[` JSON (an array of plain primitives only), 1 V8's serializer with
 * buffers out of band, 2 a graph of nodes (V8 again, over a node table) for values that hold refs, handles, functions,
 * class instances or errors.
 */
import type { ActorInfo, Encoded } from "../engine/engine.ts";
import type { ObjectId } from "../ids.ts";

/** How refs and handles of the public face cross: by id. `api/` registers it once a process. */
export interface RefHooks {
  /** The id when `value` is an ObjectRef, else undefined. */
  refId(value: object): ObjectId | undefined;
  makeRef(id: ObjectId): object;
  /** What a handle stands for when `value` is an ActorHandle, else undefined. */
  actorInfo(value: object): ActorInfo | undefined;
  makeHandle(info: ActorInfo): object;
}

/** One part of a value that cannot be sent. */
export interface SendFailure {
  /** As in the error's message: `square → db.socket`. */
  readonly path: string;
  readonly reason: string;
  /** The way out. */
  readonly hint: string;
}

export interface ValueCodec {
  /** Encodes one value. Throws SerializationError or CaptureError with the path. `label` begins the path. */
  encode(value: unknown, label: string): Encoded;
  /** As `encode` for an argument list: no identity is shared between arguments of two calls. */
  encodeArgs(args: readonly unknown[], label: string): Encoded;
  /**
   * Decodes. `buffers[i]` is the memory of the i-th out-of-band buffer: views are made on it without a copy.
   * A promise only when a module must be imported first.
   */
  decode(encoded: Encoded): unknown;
  /** All parts of a value that `encode` would refuse; it names the first only. */
  failures(value: unknown, label: string): readonly SendFailure[];
}

/** Functions and classes ↔ bytes, on top of the value codec. */
export interface CodeShipper {
  /** Reads the captured values now. `boundName` is the name the compiler saw it bound to. */
  ship(code: Function, boundName: string | undefined): import("../engine/engine.ts").ShippedCode;
  /** Rebuilds on the other side. Cached by `key`: the same key gives the same function. */
  receive(code: import("../engine/engine.ts").ShippedCode): Function | Promise<Function>;
}
