import type { ProcessName } from "../ids.ts";

/** A process's 8 hex digits as a positive word: what a worker's guard says it is busy for. */
export function clientNumber(name: ProcessName): number {
  if (name === lastName) return lastNumber;
  lastName = name;
  return (lastNumber = (Number.parseInt(name.slice(1, 9), 16) & 0x7fffffff) || 1);
}

/** A worker asks three times a call, nearly always for the same client. */
let lastName: ProcessName | undefined;
let lastNumber = 0;

/** A number for one call of a client, that a word holds: two calls have the same one time in two thousand million. */
export const callNumber = (client: number, seq: number): number => ((client ^ Math.imul(seq, 0x9e3779b1)) & 0x7fffffff) || 1;
