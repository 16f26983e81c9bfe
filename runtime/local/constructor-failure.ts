/** The error of an actor's constructor as text, on its way by the head to everybody who calls the actor: the `cause` of their ActorDiedError. */
import type { Encoded } from "../engine/engine.ts";
import { isError } from "../errors.ts";
import { pack, unpack } from "../serialize/pack.ts";

/** A larger one is told by its text alone. */
const MOST_BYTES = 16 * 1024;

/** Undefined when it is too large for a message, or holds refs, which would need counts. */
export function failureText(encoded: Encoded): string | undefined {
  if (encoded.refs.length > 0) return undefined;
  const bytes = pack(encoded);
  return bytes.byteLength > MOST_BYTES ? undefined : Buffer.from(bytes).toString("base64");
}

/** The error again; undefined when its class must be loaded first. */
export function failureOf(text: string, decode: (value: Encoded) => unknown): unknown {
  const error = decode({ ...unpack(Buffer.from(text, "base64")), refs: [] });
  return isError(error) ? error : undefined;
}
