/** Signs and checks messages: only who knows the connection file's key may run code here. */
import { createHmac, getHashes, timingSafeEqual } from "node:crypto";

export interface Signer {
  /** Hexadecimal, or "" when the connection has no key. */
  sign(parts: readonly Uint8Array[]): string;
  /** Takes the same time whether the first or the last byte differs. */
  verify(parts: readonly Uint8Array[], signature: Uint8Array): boolean;
}

const unsigned: Signer = { sign: () => "", verify: () => true };

/** `scheme` is `hmac-` and the name of a hash; an empty `key` turns signing off, as the protocol says. */
export function createSigner(scheme: string, key: string): Signer {
  if (key === "") return unsigned;
  const hash = hashOf(scheme);
  const digest = (parts: readonly Uint8Array[]): string => {
    const hmac = createHmac(hash, key);
    for (const part of parts) hmac.update(part);
    return hmac.digest("hex");
  };
  return {
    sign: digest,
    verify(parts, signature) {
      const expected = Buffer.from(digest(parts), "latin1");
      return expected.length === signature.length && timingSafeEqual(expected, signature);
    },
  };
}

function hashOf(scheme: string): string {
  const hash = scheme.startsWith("hmac-") ? scheme.slice("hmac-".length) : "";
  if (hash !== "" && getHashes().includes(hash)) return hash;
  throw new Error(
    `Cannot sign messages by the connection file's signature_scheme "${scheme}": it is not "hmac-" and a hash that this Node knows. Use "hmac-sha256".`,
  );
}
