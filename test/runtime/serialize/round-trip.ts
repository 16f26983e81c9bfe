import { createCodec, type CodecHooks } from "../../../runtime/serialize/create-codec.ts";
import { pack, unpack } from "../../../runtime/serialize/pack.ts";

/** Through one piece of memory, as on the wire. */
export function roundTrip<T>(value: T, hooks: CodecHooks = {}): T {
  const codec = createCodec(hooks);
  const encoded = codec.encode(value, "value");
  return codec.decode({ ...unpack(pack(encoded)), refs: encoded.refs }) as T;
}

/** The format's tag: `[` and other JSON text, 1, 2, 3. */
export function tagOf(value: unknown, hooks: CodecHooks = {}): "json" | "clone" | "graph" | "view" {
  const [first] = createCodec(hooks).encode(value, "value").head;
  return first === 1 ? "clone" : first === 2 ? "graph" : first === 3 ? "view" : "json";
}
