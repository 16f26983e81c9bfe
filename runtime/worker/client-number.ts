import type { ProcessName } from "../ids.ts";

/** A process's 8 hex digits as a positive word: what a worker's guard says it is busy for. */
export const clientNumber = (name: ProcessName): number => (Number.parseInt(name.slice(1, 9), 16) & 0x7fffffff) || 1;
