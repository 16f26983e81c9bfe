/**
 * This process's place in a cluster: ZeroMQ links, the liveness connection and what is said to the head. Takes messages
 * before it is connected and says them then, in order.
 *
 * Owns: sockets. Does not own: what messages mean (`onMessage`, `onRecord`).
 */
import { setImmediate } from "node:timers";
import type { ClusterAddress } from "../session/session-protocol.ts";
import type { JobId, ProcessKind, ProcessName } from "../ids.ts";
import { RecordType } from "../wire/frame.ts";
import type { Lane } from "../wire/lane.ts";
import { Links } from "../wire/links.ts";
import type { SharedMemory } from "../wire/shared-lanes.ts";
import { isListening } from "../wire/address.ts";
import { sharedFiles } from "../store/shared-files.ts";
import { joinLiveness, type LivenessLink } from "../wire/liveness.ts";
import { readMessage, writeMessage, type Message, type ToHead } from "../wire/message.ts";
import type { RecordReader } from "../wire/record-reader.ts";

export interface ConnectionOptions {
  readonly self: ProcessName;
  readonly kind: ProcessKind;
  readonly job: JobId;
  /** Where the cluster is. Called once. */
  readonly connect: () => Promise<ClusterAddress>;
  /** A worker is the head's child: the head sees its end without a liveness connection. */
  readonly joinsLiveness: boolean;
  readonly onMessage: (from: ProcessName, message: Message, parts: Buffer[]) => void;
  readonly onRecord: (from: ProcessName, type: number, reader: RecordReader) => void;
  readonly onConnected: (address: ClusterAddress) => void;
  /** The head is gone, or could not be reached at all. */
  readonly onEnded: (reason: string) => void;
  readonly onRefused: (text: string) => void;
  /** That process ended before this one could hear of it. */
  readonly onGone?: (process: ProcessName) => void;
}

export class Connection {
  private links: Links | undefined;
  private liveness: LivenessLink | undefined;
  private waiting: (() => void)[] = [];
  private readonly dead = new Set<ProcessName>();
  private isClosed = false;
  address: ClusterAddress | undefined;
  readonly connected: Promise<ClusterAddress>;
  private readonly options: ConnectionOptions;

  constructor(options: ConnectionOptions) {
    this.options = options;
    this.connected = this.open();
    this.connected.catch((error: Error) => {
      if (!this.isClosed) options.onEnded(`The cluster could not be reached: ${error.message}`);
    });
  }

  private async open(): Promise<ClusterAddress> {
    const { self, kind, connect, joinsLiveness } = this.options;
    const found = await connect();
    // before the head hears of this process: it may speak to it at once
    const links = new Links({ self, kind, folder: found.folder, token: found.token, onRecord: this.onRecord, onRefused: this.options.onRefused, memory: this.memory(found) });
    await links.open();
    let address: ClusterAddress;
    try {
      address = joinsLiveness ? await this.join(found) : found;
      if (this.isClosed) throw new Error("closed before it was connected");
    } catch (error) {
      await links.close();
      throw error;
    }
    this.links = links;
    this.address = address;
    this.options.onConnected(address);
    links.receive();
    const waiting = this.waiting;
    this.waiting = [];
    for (const say of waiting) say();
    return address;
  }

  private async join(found: ClusterAddress): Promise<ClusterAddress> {
    const { self, kind, job } = this.options;
    this.liveness = await joinLiveness(found.folder, { token: found.token, name: self, kind: kind === "front" ? "front" : "driver", job, namespace: found.namespace, pid: process.pid, isOwner: false });
    this.liveness.ref(false); // it must not keep a finished script alive
    this.liveness.ended.then(() => {
      if (!this.isClosed) this.options.onEnded("The cluster's head process ended");
    });
    const { grantedBytes } = this.liveness.welcome;
    return grantedBytes === undefined ? found : { ...found, grantedBytes };
  }

  private memory({ sharedMemoryFolder }: ClusterAddress): SharedMemory | undefined {
    const isOff = process.env["RAY_TS_LANE"] === "off" || (this.options.kind !== "driver" && this.options.kind !== "worker");
    return isOff ? undefined : sharedFiles(sharedMemoryFolder);
  }

  /** What a peer has sent by shared memory is heard before the news of it. */
  hear(process: ProcessName): void {
    this.links?.hear(process);
  }

  private readonly onRecord = (from: ProcessName, type: number, reader: RecordReader): void => {
    if (this.dead.has(from)) return; // a frame that crossed the news of its sender's death
    if (type !== RecordType.message) return this.options.onRecord(from, type, reader);
    const { message, parts } = readMessage(reader);
    this.options.onMessage(from, message, parts);
  };

  /** The lane to a live peer; undefined before the connection and for a dead peer. */
  lane(to: ProcessName): Lane | undefined {
    return this.isDead(to) ? undefined : this.links?.to(to);
  }

  say(to: ProcessName, message: Message, parts: readonly Uint8Array[] = []): void {
    if (!this.links) {
      if (!this.isClosed) this.waiting.push(() => this.say(to, message, parts));
      return;
    }
    if (!this.isDead(to)) writeMessage(this.links.to(to), message, parts);
  }

  sayToHead(message: ToHead, parts: readonly Uint8Array[] = []): void {
    if (!this.links || !this.address) {
      if (!this.isClosed) this.waiting.push(() => this.sayToHead(message, parts));
      return;
    }
    writeMessage(this.links.to(this.address.headName as ProcessName), message, parts);
  }

  /** News of a death goes to those who live then: of earlier ones this process learns when it first wants to speak to the dead. */
  isDead(process: ProcessName): boolean {
    if (this.dead.has(process)) return true;
    if (!this.links || !this.address || this.links.knows(process) || process === this.options.self || isListening(this.address.folder, process)) return false;
    this.dead.add(process);
    setImmediate(() => this.options.onGone?.(process));
    return true;
  }

  processDied(process: ProcessName): void {
    this.links?.drop(process);
    this.dead.add(process);
  }

  async close(): Promise<void> {
    this.isClosed = true;
    this.waiting = [];
    await this.links?.close();
    this.liveness?.close();
  }
}
