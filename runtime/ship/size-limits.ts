/**
 * How large a function may be with what it captures. Large code goes to each worker that runs it and is compared at each
 * submission, where a value that was put once is mapped by all.
 */
import type { Encoded } from "../engine/engine.ts";
import { CaptureError } from "../errors.ts";

/** Ray's limits. */
const LARGE_BYTES = 10_000_000;
const MOST_BYTES = 100_000_000;
const MOST_NAMED = 3;
/** Smaller captures are not what makes code large. */
const WORTH_NAMING_BYTES = 1_000_000;

export interface SizedCapture {
  readonly name: string;
  readonly bytes: number;
}

export const sizeOf = ({ head, buffers }: Encoded): number => buffers.reduce((sum, { byteLength }) => sum + byteLength, head.byteLength);

/** Throws for what is too large; gives a word about what is large. `captures` is asked only then. */
export function checkSize(name: string, bytes: number, captures: () => readonly SizedCapture[]): string | undefined {
  if (bytes <= LARGE_BYTES) return undefined;
  const large = captures().filter((each) => each.bytes >= WORTH_NAMING_BYTES).sort((a, b) => b.bytes - a.bytes).slice(0, MOST_NAMED);
  const way = wayOut(name, large);
  if (bytes > MOST_BYTES) throw new CaptureError(`${name} is too large to send: ${mebibytes(bytes)} with what it captures, and ${mebibytes(MOST_BYTES)} are the most. ${way}`);
  return `${name} is large: ${mebibytes(bytes)} with what it captures go to each worker that runs it. ${way}`;
}

function wayOut(name: string, large: readonly SizedCapture[]): string {
  const first = large[0]?.name ?? "data";
  const value = /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(first) ? first : "data";
  const callee = /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(name) ? name : "f";
  const named = large.length === 0 ? "" : `It captures ${large.map((each) => `${each.name} (${mebibytes(each.bytes)})`).join(", ")}. `;
  return `${named}Put large values once and pass their refs: const ${value}Ref = ray.put(${value}); ${callee}.remote(${value}Ref)`;
}

const mebibytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(bytes < 10 * 2 ** 20 ? 1 : 0)} MiB`;
