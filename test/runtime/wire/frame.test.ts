import { PROTOCOL_VERSION, RecordType, readFrame, writeHeader, writeRecord } from "../../../runtime/wire/frame.ts";
import { readCode, readMeta, readResult, readTask, writeCode, writeMeta, writeResult, writeTask, type TaskRecord, type WireValue } from "../../../runtime/wire/hot-records.ts";
import { readMessage, writeMessage } from "../../../runtime/wire/message.ts";
import { MalformedFrame, type RecordReader } from "../../../runtime/wire/record-reader.ts";
import { RecordWriter } from "../../../runtime/wire/record-writer.ts";
import type { Lane } from "../../../runtime/wire/lane.ts";
import type { ObjectId, ProcessName } from "../../../runtime/ids.ts";
import { seededRandom } from "../../fixtures/seeded-random.ts";

/** A lane that gathers a frame. */
function gather(write: (lane: Lane) => void): Buffer {
  const writer = new RecordWriter(16);
  writeHeader(writer);
  write({ write: (type, fill, value) => writeRecord(writer, type, fill, value), flush: () => undefined });
  return writer.take();
}

function readAll<T>(frame: Buffer, read: (reader: RecordReader) => T): T[] {
  const out: T[] = [];
  readFrame(frame, (_type, reader) => out.push(read(reader)));
  return out;
}

const inline = (text: string, refs: string[] = []): WireValue => ({ kind: "inline", bytes: Buffer.from(text), refs });
const block: WireValue = {
  kind: "block",
  ref: "d12345678-1" as ObjectId,
  block: { writer: "d12345678.w1" as ProcessName, file: "/dev/shm/x", offset: 4096, sizeBytes: 70_000, generation: 3, place: "shared-memory" },
  refs: ["d12345678-2"],
};

test("a task record comes back as it was written, with its dependencies", () => {
  const task: TaskRecord = { seq: 7, meta: 2, firstReturn: 0xfffffff0, attempt: 1, lend: 9, args: inline("[1]", ["d1-1@d1-a1@w2"]), dependencies: [{ index: 1, value: block }, { index: 3, value: inline("") }] };
  expect(readAll(gather((lane) => writeTask(lane, task)), readTask)).toEqual([task]);
});

test("many records share a frame and keep their order", () => {
  const frame = gather((lane) => {
    for (let seq = 0; seq < 1000; seq++) writeResult(lane, { seq, status: 0, lend: 0, startedAt: 1.5, runMicros: seq, values: [inline(`[${seq}]`)] });
  });
  expect(readAll(frame, readResult).map((result) => result.seq)).toEqual(Array.from({ length: 1000 }, (_, i) => i));
});

test("meta and code records come back as they were written", () => {
  const meta = { codeKey: "k", name: "square", origin: "In[3]", numReturns: 1, resources: { CPU: 1 }, job: "j", namespace: "n" };
  expect(readAll(gather((lane) => writeMeta(lane, 5, meta)), readMeta)).toEqual([{ index: 5, meta }]);
  const code = { key: "k", name: "square", value: inline("code"), lend: 0, forget: "old" };
  expect(readAll(gather((lane) => writeCode(lane, code)), readCode)).toEqual([code]);
});

test("a value with more refs than a u16 counts keeps them all", () => {
  const refs = Array.from({ length: 70_000 }, (_, i) => `d1-${i}`);
  const [result] = readAll(gather((lane) => writeResult(lane, { seq: 1, status: 0, lend: 1, startedAt: 0, runMicros: 0, values: [inline("x", refs)] })), readResult);
  expect(result?.values[0]?.refs).toEqual(refs);
});

test("a message carries its binary parts", () => {
  const frame = gather((lane) => writeMessage(lane, { type: "lend-done", lend: 4, kept: [] }, [Buffer.from("abc"), Buffer.alloc(0)]));
  expect(readAll(frame, readMessage)).toEqual([{ message: { type: "lend-done", lend: 4, kept: [] }, parts: [Buffer.from("abc"), Buffer.alloc(0)] }]);
});

test("a frame of another protocol version is refused and says what to do", () => {
  const frame = gather((lane) => writeMessage(lane, { type: "worker-idle" }));
  frame[2] = PROTOCOL_VERSION + 1;
  expect(() => readFrame(frame, () => undefined)).toThrow(/Protocol version 2, wanted 1: restart the cluster/);
});

test("text that is longer in bytes than in characters keeps its length", () => {
  const frame = gather((lane) => writeMeta(lane, 1, { name: "平方 → 🦊", numReturns: 1, resources: {}, job: "", namespace: "" }));
  expect(readAll(frame, readMeta)[0]?.meta.name).toBe("平方 → 🦊");
});

test("no garbage crashes a decoder: it reads or throws MalformedFrame or SyntaxError (20,000 seeded mutations)", () => {
  const random = seededRandom(42);
  const good = gather((lane) => {
    writeTask(lane, { seq: 1, meta: 1, firstReturn: 1, attempt: 0, lend: 0, args: inline("[1,2]"), dependencies: [{ index: 0, value: block }] });
    writeResult(lane, { seq: 1, status: 0, lend: 0, startedAt: 0, runMicros: 1, values: [inline("[1]", ["a"]), block] });
    writeMessage(lane, { type: "lend-done", lend: 4, kept: [] }, [Buffer.from("abc")]);
  });
  let refused = 0;
  for (let i = 0; i < 20_000; i++) {
    const frame = Buffer.from(good.subarray(0, random(5) === 0 ? random(good.length + 1) : good.length));
    for (let flips = random(4); flips >= 0 && frame.length > 0; flips--) frame[random(frame.length)] = random(256);
    try {
      readFrame(frame, (type, reader) => void (type === RecordType.task ? readTask(reader) : type === RecordType.result ? readResult(reader) : readMessage(reader)));
    } catch (error) {
      refused++;
      expect(error instanceof MalformedFrame || error instanceof SyntaxError).toBe(true);
    }
  }
  expect(refused).toBeGreaterThan(5000);
});

test("what is kept of a borrowed frame is a copy", () => {
  const memory = gather((lane) => ["abc", "defg"].forEach((text) => lane.write(RecordType.code, (writer) => writer.bytes(Buffer.from(text)))));
  const kept: Buffer[] = [];
  readFrame(memory, (_type, reader) => void kept.push(reader.bytes()), true);
  const results = gather((lane) => writeResult(lane, { seq: 1, status: 0, lend: 0, startedAt: 1, runMicros: 2, values: [inline("value")] }));
  const values: WireValue[] = [];
  readFrame(results, (_type, reader) => void values.push(...readResult(reader).values), true);
  memory.fill(0);
  results.fill(0);
  expect(values).toEqual([inline("value")]);
  expect(kept.map(String)).toEqual(["abc", "defg"]);
});
