/** The store as the head sees it: who may hold how much, and what is done when it fills up. Owns the pure parts; reads the clock and the free memory. */
import { statfsSync } from "node:fs";
import type { ProcessName } from "../ids.ts";
import type { FromHead, ToHead } from "../wire/message.ts";
import { StoreGrants } from "./store-grants.ts";
import { StorePressure } from "./store-pressure.ts";

export interface StoreDeskOptions {
  readonly totalBytes: number;
  readonly folder: string;
  tell(to: ProcessName, message: FromHead): void;
}

export class StoreDesk {
  readonly totalBytes: number;
  private readonly grants: StoreGrants;
  private readonly pressure: StorePressure;

  constructor({ totalBytes, folder, tell }: StoreDeskOptions) {
    this.totalBytes = totalBytes;
    this.grants = new StoreGrants({ totalBytes, freeBytes: () => freeBytesOf(folder), grant: (to, bytes) => tell(to, { type: "store-granted", bytes }) });
    this.pressure = new StorePressure({
      collect: (to, round) => tell(to, { type: "collect", round }),
      spill: (to, bytes) => tell(to, { type: "spill", bytes }),
    });
  }

  get usedBytes(): number {
    return this.grants.usedBytes;
  }

  get spilledBytes(): number {
    return this.grants.spilledBytes;
  }

  /** Returns what it may hold from the beginning. */
  joined(process: ProcessName, isDriver: boolean): number {
    return this.grants.joined(process, isDriver, Date.now());
  }

  onMessage(from: ProcessName, message: Extract<ToHead, { type: "store-used" | "collected" }>): void {
    if (message.type === "store-used") this.grants.reported(from, message, Date.now());
    else this.pressure.collected(from, message.round, message);
    this.look();
  }

  forget(process: ProcessName): void {
    this.grants.forget(process, Date.now());
    this.pressure.forget(process);
  }

  look(): void {
    const { usedBytes, missedBytes, limitBytes } = this.grants;
    this.pressure.look({ usedBytes, missedBytes, limitBytes }, () => this.grants.listening(), Date.now());
  }
}

function freeBytesOf(folder: string): number {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
}
