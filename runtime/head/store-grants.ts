/**
 * How many bytes of shared memory each process may hold: what it uses plus what nobody uses. Granted in advance, so that
 * `put` never asks; several processes that grow at once may together go over for a moment, then the next grants are smaller.
 */
import type { ProcessName } from "../ids.ts";

/** Grants are told again when they changed by this much. */
const STEP_BYTES = 16 * 1024 * 1024;

export class StoreGrants {
  private readonly totalBytes: number;
  private readonly grant: (to: ProcessName, bytes: number) => void;
  private readonly usedBy = new Map<ProcessName, number>();
  private readonly granted = new Map<ProcessName, number>();
  usedBytes = 0;

  constructor(totalBytes: number, grant: (to: ProcessName, bytes: number) => void) {
    this.totalBytes = totalBytes;
    this.grant = grant;
  }

  used(by: ProcessName, bytes: number): void {
    this.usedBytes += bytes - (this.usedBy.get(by) ?? 0);
    this.usedBy.set(by, bytes);
    this.regrant();
  }

  forget(process: ProcessName): void {
    this.usedBytes -= this.usedBy.get(process) ?? 0;
    this.usedBy.delete(process);
    this.granted.delete(process);
    this.regrant();
  }

  private regrant(): void {
    const free = Math.max(0, this.totalBytes - this.usedBytes);
    for (const [process, used] of this.usedBy) {
      const bytes = used + free;
      if (Math.abs(bytes - (this.granted.get(process) ?? this.totalBytes)) < STEP_BYTES) continue;
      this.granted.set(process, bytes);
      this.grant(process, bytes);
    }
  }
}
