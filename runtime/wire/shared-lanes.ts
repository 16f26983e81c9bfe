/**
 * Pairs of processes that talk much leave ZeroMQ, whose threads cost four wake-ups a round trip, for a pair of rings in a
 * file that both map. Owns: the rings, their bells, and who switches when. ZeroMQ stays the way to agree.
 *
 * The process with the smaller name offers a file. Each side changes its direction by a last record over ZeroMQ, and the
 * other one reads the ring from that record on: so nothing overtakes.
 *
 *   A (smaller name)                       B
 *   offer ------------------------------>  maps the file
 *         <------------------------------  taken; from here on B writes into its ring
 *   reads B's ring; switched ----------->  reads A's ring
 *   from here on A writes into its ring
 */
import { availableParallelism } from "node:os";
import { setImmediate } from "node:timers";
import type { ProcessName } from "../ids.ts";
import { Bell, Doorbell } from "./doorbell.ts";
import { RecordType, writeHeader, writeRecord } from "./frame.ts";
import { MalformedFrame, type RecordReader } from "./record-reader.ts";
import { RecordWriter } from "./record-writer.ts";
import { RingPoller, type Core, type PolledRing } from "./ring-poller.ts";
import { RING_HEADER_BYTES, RingReader, RingWriter } from "./ring.ts";
import { SpinSlots } from "./spin-slots.ts";

const RING_BYTES = 256 * 1024;
const ONE_WAY_BYTES = RING_HEADER_BYTES + RING_BYTES;
const FILE_BYTES = 2 * ONE_WAY_BYTES;
const SLOTS_FILE_BYTES = 4096;
/** Frames to a peer before a file is worth its memory. */
const TALKS_MUCH = 32;
/** Half a MiB each: a process with more peers than that talks to the later ones over ZeroMQ. */
const MOST_LANES = 32;
/** Drivers and workers; the head has little to say, and much to do at once. */
const TALKERS = /^[dw]/;

const ANY_CORE: Core = { yield: () => undefined, leave: () => undefined };

const SAY = { wanted: 1, offer: 2, taken: 3, switched: 4, refused: 5, bell: 6 } as const;
type Said = keyof typeof SAY;

/** What store/shared-files.ts gives. */
export interface SharedMemory {
  create(name: string, sizeBytes: number): SharedFile | undefined;
  open(name: string, sizeBytes: number): SharedFile | undefined;
  /** Named pipes, as file descriptors. Without them ZeroMQ is the bell. */
  createPipe?(name: string): number | undefined;
  openPipe?(name: string): number | undefined;
  readonly core?: Core;
}

interface SharedFile {
  readonly memory: ArrayBuffer;
  unlink(): void;
  close(): void;
}

export interface SharedLanesOptions {
  readonly self: ProcessName;
  /** Undefined where files cannot be mapped: this process then offers nothing and refuses what others offer. */
  readonly memory: SharedMemory | undefined;
  /** Sends a frame over ZeroMQ, past the out-buffer. */
  readonly sendNow: (to: ProcessName, frame: Buffer) => void;
  /** What waits in the out-buffer leaves. */
  readonly flush: (to: ProcessName) => void;
  /** `isBorrowed`: the frame's memory is the ring's, and the next one's when this returns. */
  readonly onFrame: (from: ProcessName, frame: Buffer, isBorrowed: boolean) => void;
  readonly onRefused: (text: string) => void;
}

interface Pair {
  sent: number;
  state: "talking" | "asked" | "refused" | "mapped";
  file?: SharedFile;
  /** Set from the switch on. */
  out?: RingWriter;
  in?: RingReader;
  polled?: PolledRing;
  /** Absent: over ZeroMQ. */
  bell?: Bell;
}

export class SharedLanes {
  private readonly options: SharedLanesOptions;
  private readonly pairs = new Map<ProcessName, Pair>();
  private poller: RingPoller | undefined;
  private doorbell: Doorbell | undefined;
  private isClosed = false;

  constructor(options: SharedLanesOptions) {
    this.options = options;
  }

  /** Takes a frame for a peer that it has a ring to, and copies it. False: it goes over ZeroMQ. */
  send(to: ProcessName, frame: Buffer): boolean {
    const pair = this.pairs.get(to);
    if (!pair?.out) {
      this.count(to, pair);
      return false;
    }
    if (pair.out.write(frame)) this.ring(to, pair);
    this.poller?.wake();
    return true;
  }

  private count(to: ProcessName, known: Pair | undefined): void {
    if (!this.options.memory || !TALKERS.test(to)) return;
    let pair = known;
    if (!pair) this.pairs.set(to, (pair = { sent: 0, state: "talking" }));
    if (++pair.sent < TALKS_MUCH || pair.state !== "talking") return;
    if (this.options.self < to) return this.offer(to, pair);
    pair.state = "asked";
    this.say(to, "wanted");
  }

  private offer(to: ProcessName, pair: Pair): void {
    const name = `lane-${this.options.self}-${to}`;
    const lanes = [...this.pairs.values()].filter(({ file }) => file).length;
    const file = lanes < MOST_LANES ? this.options.memory?.create(name, FILE_BYTES) : undefined;
    pair.state = file ? "asked" : "refused";
    if (!file) return;
    pair.file = file;
    this.listenToBell();
    this.say(to, "offer", name);
  }

  // ---- what the other side says over ZeroMQ

  onRecord(from: ProcessName, reader: RecordReader): void {
    if (this.isClosed) return; // an answer that crossed the end
    const said = reader.u8();
    let pair = this.pairs.get(from);
    if (!pair) this.pairs.set(from, (pair = { sent: 0, state: "talking" }));
    switch (said) {
      case SAY.wanted: return pair.state === "talking" ? this.offer(from, pair) : undefined;
      case SAY.offer: return this.take(from, pair, reader.text());
      case SAY.taken: return this.onTaken(from, pair);
      case SAY.switched: return this.listen(from, pair);
      case SAY.refused: return this.onRefused(pair);
      case SAY.bell: return this.onRing();
      default: throw new MalformedFrame(`A word about lanes of kind ${said}`);
    }
  }

  private take(from: ProcessName, pair: Pair, name: string): void {
    if (name !== `lane-${from}-${this.options.self}` || pair.state === "mapped") throw new MalformedFrame(`An offer of the lane "${name}"`);
    const file = this.options.memory?.open(name, FILE_BYTES);
    if (!file) {
      pair.state = "refused";
      return this.say(from, "refused");
    }
    Object.assign(pair, { state: "mapped", file, in: new RingReader(file.memory, 0, RING_BYTES) } satisfies Partial<Pair>);
    this.listenToBell();
    this.switch(from, pair, new RingWriter(file.memory, ONE_WAY_BYTES, RING_BYTES), "taken");
  }

  private onTaken(from: ProcessName, pair: Pair): void {
    const { file } = pair;
    if (pair.state !== "asked" || !file) throw new MalformedFrame("A lane was taken that was not offered");
    file.unlink();
    Object.assign(pair, { state: "mapped", in: new RingReader(file.memory, ONE_WAY_BYTES, RING_BYTES) } satisfies Partial<Pair>);
    this.switch(from, pair, new RingWriter(file.memory, 0, RING_BYTES), "switched");
    this.listen(from, pair);
  }

  /** Before the peer hears of the lane. */
  private listenToBell(): void {
    if (this.doorbell) return;
    const fd = this.options.memory?.createPipe?.(bellOf(this.options.self));
    if (fd !== undefined) this.doorbell = new Doorbell(fd, this.onRing);
  }

  /** The last that goes over ZeroMQ in this direction. */
  private switch(to: ProcessName, pair: Pair, out: RingWriter, last: "taken" | "switched"): void {
    this.options.flush(to);
    this.say(to, last);
    pair.out = out;
    const bell = this.options.memory?.openPipe?.(bellOf(to));
    if (bell !== undefined) pair.bell = new Bell(bell);
  }

  private listen(from: ProcessName, pair: Pair): void {
    const { in: ring } = pair;
    if (!ring || pair.polled) throw new MalformedFrame("A lane began that was not agreed on");
    pair.polled = {
      poll: () => this.poll(from, pair, ring),
      park: () => ring.park(),
      wake: () => ring.wake(),
    };
    this.pollerOf().add(pair.polled);
  }

  private onRefused(pair: Pair): void {
    pair.file?.unlink();
    pair.file?.close();
    delete pair.file;
    pair.state = "refused";
  }

  private ring(to: ProcessName, { bell }: Pair): void {
    if (bell) bell.ring();
    else this.say(to, "bell");
  }

  /** Somebody rang: there is something to read, or room for what waits. */
  private readonly onRing = (): void => {
    for (const [to, pair] of this.pairs) if (pair.out?.isStarved && pair.out.writeRest()) this.ring(to, pair);
    this.poller?.woken();
  };

  // ---- reading

  private poll(from: ProcessName, pair: Pair, ring: RingReader): number {
    if (ring.isEmpty) return 0;
    try {
      const frames = ring.read((frame, isBorrowed) => this.options.onFrame(from, frame, isBorrowed));
      if (pair.file && ring.mustRing()) this.ring(from, pair);
      return frames;
    } catch (error) {
      if (!(error instanceof MalformedFrame)) throw error;
      this.options.onRefused(`The shared lane of ${from} is not read any more: ${error.message}`);
      this.forget(pair);
      return 0;
    }
  }

  private pollerOf(): RingPoller {
    if (this.poller) return this.poller;
    const { memory } = this.options;
    // stays mapped: a poller's last turn may come after the end. Without it nobody spins, and every record waits for the bell
    const slots = memory?.create("spinners", SLOTS_FILE_BYTES) ?? memory?.open("spinners", SLOTS_FILE_BYTES);
    const cores = slots ? Math.min(availableParallelism(), SLOTS_FILE_BYTES / 4) : 0;
    return (this.poller = new RingPoller(new SpinSlots(slots?.memory ?? new ArrayBuffer(0), cores, isAlive), memory?.core ?? ANY_CORE));
  }

  // ---- the end

  hear(process: ProcessName): void {
    this.pairs.get(process)?.polled?.poll();
  }

  /** The peer is gone. What it had written is read first. */
  drop(process: ProcessName): void {
    const pair = this.pairs.get(process);
    if (!pair) return;
    pair.polled?.poll();
    this.pairs.delete(process);
    this.forget(pair);
  }

  close(): void {
    this.isClosed = true;
    for (const pair of this.pairs.values()) this.forget(pair);
    this.pairs.clear();
    this.doorbell?.close();
  }

  private forget(pair: Pair): void {
    const { file, polled, bell } = pair;
    if (polled) this.poller?.remove(polled);
    bell?.close();
    delete pair.bell;
    delete pair.out;
    delete pair.file;
    delete pair.polled;
    pair.state = "refused";
    file?.unlink();
    // not while a frame from it is being handled
    if (file) setImmediate(() => file.close());
  }

  private say(to: ProcessName, what: Said, text?: string): void {
    if (this.isClosed) return;
    const writer = new RecordWriter(128);
    writeHeader(writer);
    writeRecord(writer, RecordType.lane, (record) => {
      record.u8(SAY[what]);
      if (text !== undefined) record.text(text);
    });
    this.options.sendNow(to, writer.take());
  }
}

/** Files that begin with a process's name go with it. */
const bellOf = (process: ProcessName): string => `${process}.bell`;

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
