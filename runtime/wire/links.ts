/**
 * ZeroMQ connections of one process to its peers. Owns: the router, one dealer a peer that we spoke to first, and the
 * out-buffers. Does not own: what records mean.
 *
 * L1. The side that connects speaks first: HELLO with the cluster's token. Frames before it are refused, so another user of
 *     the machine gets nothing.
 * L2. What this process sends to one peer takes one path at a time, so it arrives in order: a socket for as long as the peer
 *     lives, or after an agreed switch a ring of shared memory (shared-lanes.ts).
 * L3. A send never waits and never throws: `sendTimeout: 0` with no high-water mark queues in libzmq at once.
 */
import { setImmediate, setTimeout } from "node:timers";
import * as zmq from "zeromq";
import type { ProcessKind, ProcessName } from "../ids.ts";
import { bindRouter, connectDealer } from "./address.ts";
import { RecordType, readFrame } from "./frame.ts";
import { readMessage, writeMessage } from "./message.ts";
import { Outbox } from "./outbox.ts";
import { MalformedFrame, type RecordReader } from "./record-reader.ts";
import { SharedLanes, type SharedMemory } from "./shared-lanes.ts";

zmq.context.blocky = false;

const SOCKET_OPTIONS = { linger: 0, sendHighWaterMark: 0, receiveHighWaterMark: 0, sendTimeout: 0 } as const;
/** A peer may bind a moment after we connect. */
const RECONNECT_MS = 10;
/** A closing process gives libzmq this long to hand the last frames to the kernel. */
const LAST_FRAMES_MS = 50;

export interface LinksOptions {
  readonly self: ProcessName;
  readonly kind: ProcessKind;
  readonly folder: string;
  readonly token: string;
  readonly onRecord: (from: ProcessName, type: number, reader: RecordReader) => void;
  /** A frame that was refused: wrong token, wrong version, malformed. */
  readonly onRefused: (text: string) => void;
  /** Files that this process and its peers can map. */
  readonly memory?: SharedMemory | undefined;
}

interface Peer {
  readonly outbox: Outbox;
  /** By its socket. */
  readonly send: (frame: Buffer) => void;
  readonly dealer?: zmq.Dealer;
}

export class Links {
  private readonly router = new zmq.Router({ ...SOCKET_OPTIONS, mandatory: true });
  private readonly peers = new Map<ProcessName, Peer>();
  private readonly welcome = new Set<string>();
  private isClosed = false;
  private unbind = (): void => {};
  private readonly shared: SharedLanes;

  private readonly options: LinksOptions;

  constructor(options: LinksOptions) {
    this.options = options;
    this.shared = new SharedLanes({
      self: options.self,
      memory: options.memory,
      sendNow: (to, frame) => this.peers.get(to)?.send(frame),
      flush: (to) => this.peers.get(to)?.outbox.flush(),
      onFrame: (from, frame, isBorrowed) => this.read(from, frame, (type, reader) => options.onRecord(from, type, reader), isBorrowed),
      onRefused: options.onRefused,
    });
  }

  /** Binds this process's router: from now on others may speak to it. What they say waits for `receive`. */
  async open(): Promise<void> {
    this.unbind = await bindRouter(this.router, this.options.folder, this.options.self);
  }

  receive(): void {
    void this.receiveFromRouter();
  }

  /** There is a path to it, or was one. */
  knows(process: ProcessName): boolean {
    return this.peers.has(process);
  }

  /** The lane to a peer; connects when there is no path yet. */
  to(process: ProcessName): Outbox {
    return (this.peers.get(process) ?? this.connect(process)).outbox;
  }

  /** The peer is gone: what waits for it is dropped. */
  drop(process: ProcessName): void {
    const peer = this.peers.get(process);
    if (!peer) return;
    this.shared.drop(process);
    this.peers.delete(process);
    this.welcome.delete(process);
    peer.outbox.discard();
    peer.dealer?.close();
  }

  /** Sends what waits and closes every socket. */
  async close(): Promise<void> {
    if (this.isClosed) return;
    for (const peer of this.peers.values()) peer.outbox.flush();
    this.isClosed = true;
    this.shared.close();
    // linger 0 drops what libzmq's thread has not yet written; a moment is enough on one machine
    await new Promise((done) => setTimeout(done, LAST_FRAMES_MS));
    for (const peer of this.peers.values()) peer.dealer?.close();
    this.router.close();
    this.unbind();
    this.peers.clear();
  }

  private connect(process: ProcessName): Peer {
    if (process === this.options.self) return this.loop(process);
    const dealer = new zmq.Dealer({ ...SOCKET_OPTIONS, routingId: this.options.self, reconnectInterval: RECONNECT_MS });
    const peer = this.add(process, (frame) => this.send(dealer, frame, process), dealer);
    connectDealer(dealer, this.options.folder, process);
    writeMessage(peer.outbox, { type: "hello", token: this.options.token, from: this.options.self, kind: this.options.kind });
    void this.receiveFromDealer(dealer, process);
    return peer;
  }

  /** What this process sends to itself arrives when the event loop turns. */
  private loop(self: ProcessName): Peer {
    return this.add(self, (frame) => void setImmediate(() => this.isClosed || this.read(self, frame, (type, reader) => this.options.onRecord(self, type, reader))));
  }

  private add(process: ProcessName, send: (frame: Buffer) => void, dealer?: zmq.Dealer): Peer {
    const isSelf = process === this.options.self;
    const outbox = new Outbox((frame) => {
      // sockets take the memory that they are given; a ring copies
      if (isSelf || !this.shared.send(process, frame)) send(Buffer.from(frame));
    });
    const peer: Peer = { outbox, send, ...(dealer ? { dealer } : {}) };
    this.peers.set(process, peer);
    return peer;
  }

  private send(socket: zmq.Dealer | zmq.Router, frame: Buffer | [string, Buffer], to: ProcessName): void {
    if (this.isClosed) return;
    (socket as zmq.Dealer).send(frame as Buffer).catch((error: NodeJS.ErrnoException) => {
      // EHOSTUNREACH: the peer died; the head tells everybody, with the reason
      if (error.code !== "EHOSTUNREACH" && !this.isClosed) this.options.onRefused(`Cannot send to ${to}: ${error.message}`);
    });
  }

  private async receiveFromRouter(): Promise<void> {
    for (;;) {
      let parts: Buffer[];
      try {
        parts = (await this.router.receive()) as Buffer[];
      } catch (error) {
        if (this.isClosed) return;
        throw error;
      }
      const [id, frame] = parts;
      if (id && frame) this.onRouterFrame(id.toString("latin1"), frame);
    }
  }

  private onRouterFrame(id: string, frame: Buffer): void {
    const from = id as ProcessName;
    this.read(from, frame, (type, reader) => {
      if (this.welcome.has(id)) this.onRecord(from, type, reader);
      else this.greet(from, type, reader);
    });
  }

  private greet(from: ProcessName, type: number, reader: RecordReader): void {
    const hello = type === RecordType.message ? readMessage(reader).message : undefined;
    if (hello?.type !== "hello" || hello.token !== this.options.token || hello.from !== from) throw new MalformedFrame("No valid HELLO: wrong token, or not a process of this cluster");
    this.welcome.add(from);
    if (!this.peers.has(from)) this.add(from, (frame) => this.send(this.router, [from, frame], from));
  }

  private async receiveFromDealer(dealer: zmq.Dealer, from: ProcessName): Promise<void> {
    for (;;) {
      let frame: Buffer | undefined;
      try {
        [frame] = (await dealer.receive()) as Buffer[];
      } catch (error) {
        if (dealer.closed || this.isClosed) return;
        throw error;
      }
      if (frame) this.read(from, frame, (type, reader) => this.onRecord(from, type, reader));
    }
  }

  private onRecord(from: ProcessName, type: number, reader: RecordReader): void {
    if (type === RecordType.lane) this.shared.onRecord(from, reader);
    else this.options.onRecord(from, type, reader);
  }

  /** What has arrived by shared memory is heard now. */
  hear(process: ProcessName): void {
    this.shared.hear(process);
  }

  private read(from: ProcessName, frame: Buffer, on: (type: number, reader: RecordReader) => void, isBorrowed = false): void {
    try {
      readFrame(frame, on, isBorrowed);
    } catch (error) {
      if (!(error instanceof MalformedFrame)) throw error;
      this.options.onRefused(`A frame from ${from} was refused: ${error.message}`);
    }
  }
}
