/**
 * What the transports give by themselves: calls that are an id and a promise, with no arguments, through a pair of rings as
 * the runtime has them, and in batched frames over one ZeroMQ socket. Prints one line each: BENCH {"name": …, "value": …}.
 */
import { fork } from "node:child_process";
import { closeSync, ftruncateSync, openSync, rmSync } from "node:fs";
import { availableParallelism } from "node:os";
import * as zmq from "zeromq";
import { platform } from "../../../runtime/store/platform.ts";
import { RING_HEADER_BYTES, RingReader, RingWriter } from "../../../runtime/wire/ring.ts";
import { RingPoller } from "../../../runtime/wire/ring-poller.ts";
import { SpinSlots } from "../../../runtime/wire/spin-slots.ts";

const CAPACITY = 256 * 1024;
const ONE_WAY = RING_HEADER_BYTES + CAPACITY;
const FILE_BYTES = 2 * ONE_WAY + 64;
const SOCKET_OPTIONS = { linger: 0, sendHighWaterMark: 0, receiveHighWaterMark: 0, sendTimeout: 0 } as const;
const RECORD_BYTES = 16;

const [role = "driver", file = `${process.cwd()}/lane-${process.pid}`] = process.argv.slice(2);
const endpoint = `ipc://${file}.socket`;
zmq.context.blocky = false;

type Send = (frame: Buffer) => void;

/** Gathers records of a call's number, and sends them in a microtask. */
class Gathered {
  private readonly frame = Buffer.alloc(64 * 1024);
  private used = 0;
  private readonly send: Send;

  constructor(send: Send) {
    this.send = send;
  }

  add(id: number): void {
    if (this.used === 0) queueMicrotask(() => this.flush());
    this.frame.writeUInt32LE(id, this.used);
    this.used += RECORD_BYTES;
    if (this.used === this.frame.length) this.flush();
  }

  flush(): void {
    if (this.used === 0) return;
    const { used } = this;
    this.used = 0;
    this.send(this.frame.subarray(0, used));
  }
}

const ids = (frame: Buffer, on: (id: number) => void): void => {
  for (let at = 0; at < frame.length; at += RECORD_BYTES) on(frame.readUInt32LE(at));
};

/** Calls through `send`; what comes back is handed to `answered`. */
function caller(send: Send): { readonly call: () => Promise<void>; readonly answered: (frame: Buffer) => void } {
  const waiting = new Map<number, () => void>();
  const out = new Gathered(send);
  let next = 0;
  return {
    call: () => new Promise((resolve) => {
      waiting.set(++next, resolve);
      out.add(next);
    }),
    answered: (frame) => ids(frame, (id) => {
      const resolve = waiting.get(id);
      waiting.delete(id);
      resolve?.();
    }),
  };
}

/** Both rings of the file, polled as the runtime does. */
function openLane(isDriver: boolean, onFrame: (frame: Buffer) => void): Send {
  const calls = platform();
  if (!calls) throw new Error("koffi is needed");
  const fd = openSync(file, isDriver ? "w+" : "r+");
  if (isDriver) ftruncateSync(fd, FILE_BYTES);
  const { memory } = calls.mapShared(fd, FILE_BYTES);
  closeSync(fd);
  const [out, back] = isDriver ? [0, ONE_WAY] : [ONE_WAY, 0];
  const writer = new RingWriter(memory, out, CAPACITY);
  const reader = new RingReader(memory, back, CAPACITY);
  const slots = new SpinSlots(memory.slice(2 * ONE_WAY), availableParallelism(), () => true);
  const poller = new RingPoller(slots, calls.core);
  // nobody sleeps here: it is the floor that is measured
  poller.add({ poll: () => reader.read((frame) => onFrame(frame)), park: () => false, wake: () => undefined });
  return (frame) => {
    writer.write(frame);
    while (writer.isStarved) writer.writeRest();
  };
}

async function work(): Promise<void> {
  const socket = new zmq.Dealer(SOCKET_OPTIONS);
  socket.connect(endpoint);
  await socket.send("up");
  const sendLane = openLane(false, (frame) => sendLane(frame));
  for (;;) {
    const [frame] = await socket.receive();
    void socket.send(frame as Buffer);
  }
}

async function drive(): Promise<void> {
  const socket = new zmq.Router({ ...SOCKET_OPTIONS, mandatory: true });
  await socket.bind(endpoint);
  const lane = caller((frame) => sendLane(frame));
  const sendLane: Send = openLane(true, (frame) => lane.answered(frame));
  const child = fork(process.argv[1] as string, ["worker", file]);
  const [peer] = (await socket.receive()) as [Buffer];
  const batched = caller((frame) => void socket.send([peer, Buffer.from(frame)]));
  void (async () => { for (;;) batched.answered((await socket.receive())[1] as Buffer); })();

  await measure("bare_lane", lane.call);
  await measure("bare_socket", batched.call);
  child.kill("SIGKILL");
  rmSync(file);
  process.exit(0);
}

async function measure(name: string, call: () => Promise<void>): Promise<void> {
  const one = async (n: number): Promise<void> => { for (let i = 0; i < n; i++) await call(); };
  const all = async (n: number): Promise<void> => { for (let k = 0; k < n; k += 10_000) await Promise.all(Array.from({ length: 10_000 }, call)); };
  const report = async (figure: string, n: number, run: (n: number) => Promise<void>): Promise<void> => {
    for (const start = performance.now(); performance.now() - start < 1000; ) await run(n);
    const all: number[] = [];
    for (let i = 0; i < 5; i++) {
      const start = performance.now();
      await run(n);
      all.push((1000 * n) / (performance.now() - start));
    }
    console.log("BENCH " + JSON.stringify({ name: figure, value: all.sort((a, b) => a - b)[2] }));
  };
  await report(`${name}_sync`, 5000, one);
  await report(`${name}_async`, 40_000, all);
}

await (role === "driver" ? drive() : work());
