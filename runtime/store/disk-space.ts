/**
 * Whether objects may take more of the disk: `objectStoreDisk` bytes of the cluster's together, and never the last of the disk, which
 * is left to everybody else. Owns nothing: it looks each time, since other processes write there too.
 */
import { readdirSync, statfsSync, statSync } from "node:fs";
import { join } from "node:path";

/** As Ray's `local_fs_capacity_threshold`: the share of the disk that may be used, by whomever. */
const THRESHOLD = "RAY_TS_LOCAL_FS_CAPACITY_THRESHOLD";
const BLOCK_BYTES = 512;

export type DiskRefusal =
  | { readonly reason: "budget"; readonly usedBytes: number; readonly budgetBytes: number }
  | { readonly reason: "full"; readonly freeBytes: number; readonly totalBytes: number; readonly keptBytes: number };

export interface DiskSpaceOptions {
  readonly folder: string;
  /** Bytes that all objects of the cluster may take there; if not given what the disk has. */
  readonly budgetBytes?: number | undefined;
}

export class DiskSpace {
  readonly folder: string;
  readonly #budgetBytes: number | undefined;

  constructor({ folder, budgetBytes }: DiskSpaceOptions) {
    this.folder = folder;
    this.#budgetBytes = budgetBytes;
  }

  /** Why there is no room for so many bytes more; undefined when there is. */
  refusal(sizeBytes: number): DiskRefusal | undefined {
    if (this.#budgetBytes !== undefined) {
      const usedBytes = realBytesOf(this.folder);
      if (usedBytes + sizeBytes > this.#budgetBytes) return { reason: "budget", usedBytes, budgetBytes: this.#budgetBytes };
    }
    const { freeBytes, totalBytes } = spaceOf(this.folder);
    const keptBytes = keptBytesOf(totalBytes);
    return freeBytes - sizeBytes < keptBytes ? { reason: "full", freeBytes, totalBytes, keptBytes } : undefined;
  }

  /** What the disk says by itself after all, with the code ENOSPC. */
  full(): DiskRefusal {
    const { freeBytes, totalBytes } = spaceOf(this.folder);
    return { reason: "full", freeBytes, totalBytes, keptBytes: keptBytesOf(totalBytes) };
  }
}

/** What stays free: a twentieth as in Ray, but no more than 1 GiB of a large disk; or what the variable leaves. */
export function keptBytesOf(totalBytes: number, threshold = process.env[THRESHOLD]): number {
  if (!threshold) return Math.min(totalBytes / 20, 2 ** 30);
  const share = Number(threshold);
  if (!(share > 0 && share <= 1)) throw new RangeError(`${THRESHOLD} is ${JSON.stringify(threshold)}: it must be a number above 0, at most 1 (the share of the disk that may be used)`);
  return totalBytes * (1 - share);
}

export function spaceOf(folder: string): { freeBytes: number; totalBytes: number } {
  const { bavail, blocks, bsize } = statfsSync(folder);
  return { freeBytes: bavail * bsize, totalBytes: blocks * bsize };
}

/** Of all files there: a segment seems larger than it is. */
function realBytesOf(folder: string): number {
  let bytes = 0;
  for (const name of readdirSync(folder)) bytes += (statSync(join(folder, name), { throwIfNoEntry: false })?.blocks ?? 0) * BLOCK_BYTES;
  return bytes;
}
