/**
 * How many bytes of shared memory each process may hold, granted in advance so that `put` never asks. Pure: what it wants told goes
 * through `grant`, times come in.
 *
 * Who stores at present shares what is free, half of it by how much each stores, and what did not fit somewhere comes first; who never
 * stored anything has a little, so that its first value need not go to disk.
 *
 * G1 The commitments never exceed the store's size in sum. A process's commitment is the largest of what it holds, the grant that it
 *    said is in force, and the one that was sent to it.
 * G2 What a process is to give up is another's only after it said that the smaller grant is in force. It is told another one only
 *    after that, too: it would have both in force, one after the other.
 */
import type { ProcessName } from "../ids.ts";

const MIB = 2 ** 20;
const MOST_QUIET_BYTES = 256 * MIB;
/** A grant is told again when it changed by this much, or by a 32nd of a small store. */
const STEP_BYTES = 16 * MIB;
/** Who stored nothing for so long is quiet. */
const QUIET_AFTER_MS = 10_000;
const LATELY_HALF_MS = 2000;
const PAGE_BYTES = 4096;

export interface StoreReport {
  /** Of its blocks in shared memory. */
  readonly usedBytes: number;
  /** Real memory of its segments, used or warm. */
  readonly heldBytes: number;
  /** Of its blocks on disk. */
  readonly spilledBytes: number;
  /** The grant in force. */
  readonly grantBytes: number;
  /** Of all blocks written so far, wherever they went. */
  readonly storedBytes: number;
  /** The largest object that did not fit since the last report. */
  readonly missedBytes: number;
}

interface Account extends StoreReport {
  readonly isDriver: boolean;
  /** It has said that it listens. */
  hasReported: boolean;
  sentBytes: number;
  /** When it stored something last, and how much lately: what is long ago counts less and less. */
  storedAt: number;
  lately: number;
}

export interface StoreGrantsOptions {
  readonly totalBytes: number;
  /** What is free where segments lie: others may have taken it. */
  readonly freeBytes: () => number;
  readonly grant: (to: ProcessName, bytes: number) => void;
}

export class StoreGrants {
  private readonly options: StoreGrantsOptions;
  private readonly accounts = new Map<ProcessName, Account>();

  constructor(options: StoreGrantsOptions) {
    this.options = options;
  }

  get usedBytes(): number {
    return this.sum(({ usedBytes }) => usedBytes);
  }

  get spilledBytes(): number {
    return this.sum(({ spilledBytes }) => spilledBytes);
  }

  /** The objects that did not fit and still would not, one of each process. */
  get missedBytes(): number {
    return this.sum(({ missedBytes }) => missedBytes);
  }

  /** The store's size, or less where others took its memory. */
  get limitBytes(): number {
    const { totalBytes, freeBytes } = this.options;
    return Math.min(totalBytes, this.sum(({ heldBytes }) => heldBytes) + freeBytes());
  }

  /** Returns the grant that it begins with. */
  joined(process: ProcessName, isDriver: boolean, at: number): number {
    const account: Account = { isDriver, hasReported: false, usedBytes: 0, heldBytes: 0, spilledBytes: 0, grantBytes: 0, storedBytes: 0, missedBytes: 0, sentBytes: 0, storedAt: -Infinity, lately: 0 };
    this.accounts.set(process, account);
    const wanted = this.targets(at).get(process) as number;
    account.sentBytes = Math.max(0, Math.min(wanted, this.uncommitted()));
    this.regrant(at);
    return account.sentBytes;
  }

  reported(process: ProcessName, report: StoreReport, at: number): void {
    const account = this.accounts.get(process);
    if (!account) return; // it died
    const more = Math.max(0, report.storedBytes - account.storedBytes);
    const lately = latelyAt(account, at) + more;
    const hasRoomNow = report.grantBytes - report.usedBytes >= account.missedBytes;
    // what is larger than half of the store is for the disk: room for it would cost all others theirs
    const missed = report.missedBytes > this.limitBytes / 2 ? 0 : report.missedBytes;
    const missedBytes = Math.max(missed, hasRoomNow ? 0 : account.missedBytes);
    Object.assign(account, report, { missedBytes, hasReported: true, ...(more > 0 ? { storedAt: at, lately } : {}) });
    this.regrant(at);
  }

  forget(process: ProcessName, at: number): void {
    if (this.accounts.delete(process)) this.regrant(at);
  }

  /** Those that can be asked something. */
  listening(): ProcessName[] {
    return [...this.accounts].filter(([, { hasReported }]) => hasReported).map(([process]) => process);
  }

  /** What each process may hold when all have answered. */
  targets(at: number): ReadonlyMap<ProcessName, number> {
    const limit = this.limitBytes;
    const accounts = [...this.accounts];
    const isActive = ({ isDriver, storedAt }: Account): boolean => isDriver || at - storedAt < QUIET_AFTER_MS;
    const active = accounts.filter(([, account]) => isActive(account));
    const quiet = accounts.length - active.length;
    const free = Math.max(0, limit - this.usedBytes);
    const forQuiet = quiet === 0 ? 0 : Math.min(MOST_QUIET_BYTES, limit / 16, free / 4 / quiet);
    const forActive = free - forQuiet * quiet;
    const missed = this.missedBytes;
    const fits = missed === 0 ? 0 : Math.min(1, forActive / missed);
    const half = (forActive - missed * fits) / 2;
    const lately = active.reduce((sum, [, account]) => sum + latelyAt(account, at), 0);
    return new Map(accounts.map(([process, account]) => {
      const share = half / active.length + (lately === 0 ? half / active.length : (half * latelyAt(account, at)) / lately);
      const more = isActive(account) ? account.missedBytes * fits + share : forQuiet;
      return [process, Math.floor((account.usedBytes + more) / PAGE_BYTES) * PAGE_BYTES];
    }));
  }

  /** Smaller grants first: what they free comes with their answers. */
  private regrant(at: number): void {
    const step = Math.min(STEP_BYTES, this.limitBytes / 32);
    const targets = [...this.targets(at)].map(([process, bytes]) => ({ process, bytes, account: this.accounts.get(process) as Account })).filter(({ account }) => account.hasReported && account.grantBytes === account.sentBytes);
    for (const { process, bytes, account } of targets) if (bytes <= account.sentBytes - step) this.send(process, account, bytes);
    for (const { process, bytes, account } of targets) {
      const most = Math.min(bytes, commitment(account) + this.uncommitted());
      if (most >= account.sentBytes + (account.missedBytes > 0 ? PAGE_BYTES : step)) this.send(process, account, most);
    }
  }

  private send(process: ProcessName, account: Account, bytes: number): void {
    account.sentBytes = bytes;
    this.options.grant(process, bytes);
  }

  private uncommitted(): number {
    return Math.max(0, this.limitBytes - this.sum(commitment));
  }

  private sum(of: (account: Account) => number): number {
    let sum = 0;
    for (const account of this.accounts.values()) sum += of(account);
    return sum;
  }

  /** For tests. */
  assertInvariants(): void {
    const committed = this.sum(commitment);
    const held = this.sum(({ heldBytes }) => heldBytes);
    if (committed > Math.max(this.options.totalBytes, held)) throw new Error(`G1: ${committed} bytes are committed of ${this.options.totalBytes}`);
  }
}

const latelyAt = ({ lately, storedAt }: Account, at: number): number => (lately === 0 ? 0 : lately * 2 ** ((storedAt - at) / LATELY_HALF_MS));

/** G1. */
const commitment = ({ heldBytes, grantBytes, sentBytes }: Account): number => Math.max(heldBytes, grantBytes, sentBytes);
