/**
 * Every decoder of bytes that another process sent, with seeded mutations of good ones: each ends in a value or in its documented
 * error, never in a hang, a crash or memory without bound.
 */
import { parseLaunchFile } from "../../kernel/wire/connection-file.ts";
import { decodeMessage, encodeMessage, MessageRejectedError, newHeader } from "../../kernel/wire/codec.ts";
import { createSigner } from "../../kernel/wire/signature.ts";
import { SerializationError } from "../../runtime/errors.ts";
import type { EngineEvent } from "../../runtime/engine/events.ts";
import { PrintParser, printMark } from "../../runtime/head/prints.ts";
import type { ObjectId } from "../../runtime/ids.ts";
import { createCodec } from "../../runtime/serialize/create-codec.ts";
import { encodeError } from "../../runtime/serialize/encode-error.ts";
import { pack, unpack } from "../../runtime/serialize/pack.ts";
import { MarkParser, beginMark, endMark, markedOutput } from "../../runtime/session/output-marks.ts";
import { applyEvents } from "../../runtime/views/apply-events.ts";
import { createViewState } from "../../runtime/views/view-state.ts";
import { RecordType, readFrame, writeHeader, writeRecord } from "../../runtime/wire/frame.ts";
import { readCode, readMeta, readResult, readTask, writeCode, writeMeta, writeResult, writeTask } from "../../runtime/wire/hot-records.ts";
import type { Lane } from "../../runtime/wire/lane.ts";
import { readMessage, writeMessage, type Message } from "../../runtime/wire/message.ts";
import { MalformedFrame } from "../../runtime/wire/record-reader.ts";
import { RecordWriter } from "../../runtime/wire/record-writer.ts";
import { seededRandom } from "../fixtures/seeded-random.ts";
import { Session, Worker, refs, Ref, counterHandle } from "./ship/two-sides.ts";

type Random = (below: number) => number;

/** A copy with a few bytes changed, and sometimes cut off, grown, or with a part of it twice. */
function mutated(good: Uint8Array, random: Random): Buffer {
  let bytes = Buffer.from(good);
  if (random(5) === 0) bytes = bytes.subarray(0, random(bytes.length + 1));
  if (random(8) === 0) bytes = Buffer.concat([bytes, Buffer.from(good.subarray(random(good.length)))]);
  for (let flips = random(4); flips >= 0 && bytes.length > 0; flips--) {
    const at = random(bytes.length);
    // lengths and counts are what hurts most
    if (random(3) === 0) bytes.fill(0xff, at, Math.min(bytes.length, at + 1 + random(4)));
    else bytes[at] = random(256);
  }
  return bytes;
}

/** By name too: what a script of another realm throws is of that realm's classes. */
const isOneOf = (error: unknown, classes: readonly Function[]): boolean => classes.some((one) => error instanceof one || (error as Error | null)?.name === one.name);

/** Decodes `times` mutations of each good one; gives how many were refused. Throws for an error that is not of `documented`. */
async function fuzz(seed: number, good: readonly Uint8Array[], times: number, documented: readonly Function[], decode: (bytes: Buffer) => unknown): Promise<number> {
  const random = seededRandom(seed);
  let refused = 0;
  for (let i = 0; i < times; i++) {
    const bytes = mutated(good[random(good.length)] as Uint8Array, random);
    try {
      await decode(bytes);
    } catch (error) {
      if (!isOneOf(error, documented)) throw new Error(`seed ${seed}, mutation ${i}: ${bytes.toString("base64")}`, { cause: error });
      refused++;
    }
  }
  return refused;
}

function gather(write: (lane: Lane) => void): Buffer {
  const writer = new RecordWriter(16);
  writeHeader(writer);
  write({ write: (type, fill, value) => writeRecord(writer, type, fill, value), flush: () => undefined });
  return writer.take();
}

const rows: readonly EngineEvent[] = [
  { type: "task", task: "d1-t1" as never, name: "square", owner: "d1" as never, state: "running", refs: ["d1-1" as never], submittedAt: 1, attempt: 0 },
  { type: "object", ref: "d1-1" as never, state: "ready", at: 2, sizeBytes: 8, place: "inline", preview: "1" },
  { type: "actor", actor: "d1-a1" as never, className: "Counter", state: "alive", detached: false, at: 3 },
  { type: "worker", worker: "w1" as never, pid: 1, state: "idle", at: 4 },
  { type: "resources", total: { CPU: 2 }, available: { CPU: 1 }, storeUsedBytes: 0, storeTotalBytes: 1, storeSpilledBytes: 0, at: 5 },
  { type: "task-counts", name: "square", finished: 1, failed: 0, totalRunMs: 1, at: 6 },
];

const block = { writer: "w1" as never, file: "/dev/shm/x", offset: 0, sizeBytes: 1, generation: 0, place: "shared-memory" } as const;
const messages: readonly Message[] = [
  { type: "hello", token: "secret", from: "d1" as never, kind: "driver" },
  { type: "leases-wanted", shape: { CPU: 1 }, count: 3 },
  { type: "events", rows },
  { type: "actor-state", actor: "d1-a1" as never, state: "dead", cause: "ray.kill" },
  { type: "fetched", ref: "d1-1" as ObjectId, error: false, block, refs: [], lend: 0 },
  { type: "borrow", refs: [["d1-1" as ObjectId, 4]] },
  { type: "free-blocks", blocks: [block] },
  { type: "store-used", usedBytes: 5, heldBytes: 6, spilledBytes: 7, grantBytes: 8, storedBytes: 9, missedBytes: 0 },
  { type: "collected", round: 2, spillableBytes: 9, oldestAt: 5 },
  { type: "fetch", ref: "d1-1" as ObjectId, lost: block },
  { type: "moved", ref: "d1-1" as ObjectId, move: 3, from: block, block },
  { type: "views-told", unread: ["d1-1" as ObjectId] },
];

describe.each([1, 2, 3])("seed %i", (seed) => {
  test("frames, records and messages: MalformedFrame", async () => {
    const good = [
      gather((lane) => writeTask(lane, { seq: 1, meta: 1, firstReturn: 1, attempt: 0, lend: 0, args: { kind: "inline", bytes: Buffer.from("[1]"), refs: ["d1-1"] }, dependencies: [{ index: 0, value: { kind: "block", ref: "d1-1" as ObjectId, block, refs: [] } }] })),
      gather((lane) => writeResult(lane, { seq: 1, status: 0, lend: 0, startedAt: 0, runMicros: 1, values: [{ kind: "block", ref: "d1-1" as ObjectId, block, refs: ["d1-2"] }] })),
      gather((lane) => writeMeta(lane, 1, { name: "square", numReturns: 1, resources: { CPU: 1 }, job: "j1", namespace: "n" })),
      gather((lane) => writeCode(lane, { key: "k", name: "square", lend: 0, value: { kind: "inline", bytes: Buffer.from("()=>1"), refs: [] } })),
      ...messages.map((message) => gather((lane) => writeMessage(lane, message, [Buffer.from("part")]))),
    ];
    const read = { [RecordType.task]: readTask, [RecordType.result]: readResult, [RecordType.meta]: readMeta, [RecordType.code]: readCode, [RecordType.message]: readMessage } as const;
    const refused = await fuzz(seed, good, 20_000, [MalformedFrame], (bytes) => readFrame(bytes, (type, reader) => (read as Record<number, (from: typeof reader) => unknown>)[type]?.(reader)));
    expect(refused).toBeGreaterThan(5000);
  });

  test("messages with fields of other types: MalformedFrame, or a message whose handlers may believe its type", async () => {
    const random = seededRandom(seed);
    const wrong = [undefined, null, "text", -1, 1e300, true, [], {}, [null], { a: null }];
    let refused = 0;
    for (let i = 0; i < 5000; i++) {
      const message = structuredClone(messages[random(messages.length)]) as unknown as Record<string, unknown>;
      const names = Object.keys(message).filter((name) => name !== "type");
      const holder = Array.isArray(message["rows"]) && random(2) === 0 ? ((message["rows"] as Record<string, unknown>[])[random(rows.length)] as Record<string, unknown>) : message;
      const name = holder === message ? (names[random(names.length)] as string) : (Object.keys(holder)[random(Object.keys(holder).length)] as string);
      holder[name] = wrong[random(wrong.length)];
      const frame = gather((lane) => writeMessage(lane, message as never));
      try {
        readFrame(frame, (_type, reader) => {
          const read = readMessage(reader).message;
          // the deepest use of a message's content: the folds of the views and tables
          if (read.type === "events") applyEvents(createViewState(), read.rows);
        });
      } catch (error) {
        expect(error).toBeInstanceOf(MalformedFrame);
        refused++;
      }
    }
    expect(refused).toBeGreaterThan(2000);
  });

  test("values: SerializationError", async () => {
    const codec = createCodec({ refs: () => refs });
    const cycle: Record<string, unknown> = { a: 1 };
    cycle["self"] = cycle;
    const values: unknown[] = [
      { a: [1, "two", null, true], b: { c: 3 } },
      [cycle, new Map([[1, new Set(["x"])]]), new Date(5), /x+/giu, 12345678901234567890n, [1, , 3]],
      { big: new Float64Array(2000).fill(1), small: new Uint8Array(10), buffer: new ArrayBuffer(16) },
      [new Ref("d1-1"), counterHandle, Symbol.for("s"), Object.create(null), Object.freeze({ x: 1 }), new RangeError("bad", { cause: new Error("why") })],
      { get lazy() { return 1; }, [Symbol.iterator]: 5, boxed: Object("s"), view: new DataView(new ArrayBuffer(8)) },
    ];
    const encoded = values.map((value) => codec.encode(value, "value"));
    encoded.push(encodeError(codec, new TypeError("thrown"), { taskName: "t", pid: 1 }));
    const packed = encoded.map((each) => pack(each));
    const before = process.memoryUsage().rss;
    const refused = await fuzz(seed, packed, 20_000, [SerializationError], (bytes) => codec.decode({ ...unpack(bytes), refs: ["d1-1" as ObjectId, "d1-7" as ObjectId] }));
    expect(refused).toBeGreaterThan(3000);
    expect(process.memoryUsage().rss - before).toBeLessThan(1e9);
  });

  test("code: SerializationError, or an error of the code's own text", async () => {
    const session = new Session(new Worker());
    await session.cells("class Base { n = 1; twice() { return 2 * this.n; } } class Sub extends Base { #k = 3; k() { return this.#k; } } const add = 4; const helper = (x) => x + add; const f = (x) => [helper(x), new Sub().k(), new Base().twice()];");
    const code = session.shipper.ship(session.scope.names["f"] as Function, "f");
    const good = pack(code.value);
    let keys = 0;
    const worker = new Worker();
    const refused = await fuzz(seed, [good], 1500, [SerializationError, SyntaxError, ReferenceError, TypeError], async (bytes) => worker.shipper.receive({ ...code, key: `k${keys++}`, value: { ...unpack(bytes), refs: code.value.refs } }));
    expect(refused).toBeGreaterThan(100);
  });

  test("output of sessions and workers: text or events, whatever comes between the marks", () => {
    const random = seededRandom(seed);
    const session = Buffer.concat([Buffer.from("hi " + beginMark("n", 1) + "text\n"), ...markedOutput("n", 1, { type: "stream", name: "stdout", text: "x" } as never), Buffer.from(endMark("n", 1))]);
    const worker = Buffer.from(`before\n${printMark("n", { name: "square", job: "j", task: "t" })}in square\n${printMark("n", undefined)}after\n`);
    for (let i = 0; i < 5000; i++) {
      let seen = 0;
      const marks = new MarkParser({ nonce: "n", stream: "stdout" });
      for (const chunk of cut(mutated(session, random), random)) seen += marks.push(chunk).length;
      seen += marks.finish().length;
      const prints = new PrintParser("n", "stdout", () => seen++);
      for (const chunk of cut(mutated(worker, random), random)) prints.push(chunk);
      prints.end();
      expect(seen).toBeLessThan(1000);
    }
  });

  test("Jupyter's messages and connection files: MessageRejectedError, an error that names the file", async () => {
    const signer = createSigner("hmac-sha256", "");
    const frames = encodeMessage({ identities: [Buffer.from("client")], header: newHeader("execute_request", "s", "u"), parentHeader: {}, metadata: {}, content: { code: "1" }, buffers: [] }, signer);
    const random = seededRandom(seed);
    expect(await fuzz(seed, frames, 5000, [MessageRejectedError], (bytes) => decodeMessage(frames.map((frame) => (random(3) === 0 ? bytes : frame)), signer))).toBeGreaterThan(1000);
    const file = Buffer.from(JSON.stringify({ transport: "tcp", ip: "127.0.0.1", shell_port: 1, control_port: 2, stdin_port: 3, iopub_port: 4, hb_port: 5, signature_scheme: "hmac-sha256", key: "k" }));
    await fuzz(seed, [file], 3000, [Error], (bytes) => {
      try {
        return parseLaunchFile(bytes.toString(), "/f.json");
      } catch (error) {
        if (!/^Cannot use the connection file \/f\.json: /.test((error as Error).message)) throw { wrong: error };
        throw error;
      }
    });
  });
});

function* cut(bytes: Buffer, random: Random): Generator<Buffer> {
  for (let at = 0; at < bytes.length; ) {
    const to = Math.min(bytes.length, at + 1 + random(40));
    yield bytes.subarray(at, to);
    at = to;
  }
}
