/**
 * The path by which debugger and front end call a cell: a prefix, a hash of its text, a suffix. Front ends compute it too, from what
 * `debugInfo` says. No file lies there. https://jupyter-client.readthedocs.io/en/latest/messaging.html, "debugInfo".
 */

export const HASH_METHOD = "Murmur2";
export const HASH_SEED = 0x9747b28c;
const MULTIPLIER = 0x5bd1e995;

export class CellPaths {
  readonly prefix: string;
  readonly suffix = ".ts";

  constructor(prefix: string) {
    this.prefix = prefix;
  }

  of(code: string): string {
    return `${this.prefix}${murmur2(code, HASH_SEED)}${this.suffix}`;
  }
}

/** MurmurHash2, 32 bits, of the UTF-8 bytes. https://en.wikipedia.org/wiki/MurmurHash */
export function murmur2(text: string, seed: number): number {
  const data = Buffer.from(text);
  let hash = seed ^ data.length;
  let at = 0;
  for (; data.length - at >= 4; at += 4) hash = Math.imul(hash, MULTIPLIER) ^ mixed(data.readInt32LE(at));
  const rest = data.length - at;
  if (rest > 0) hash = Math.imul(hash ^ data.readUIntLE(at, rest), MULTIPLIER);
  hash = Math.imul(hash ^ (hash >>> 13), MULTIPLIER);
  return (hash ^ (hash >>> 15)) >>> 0;
}

function mixed(word: number): number {
  const product = Math.imul(word, MULTIPLIER);
  return Math.imul(product ^ (product >>> 24), MULTIPLIER);
}
