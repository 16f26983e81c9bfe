/** Two processes' lanes over one memory, with the frames of ZeroMQ in queues that the test delivers when it likes. */
import type { ProcessName } from "../../../runtime/ids.ts";
import { RecordType, readFrame } from "../../../runtime/wire/frame.ts";
import { SharedLanes, type SharedMemory } from "../../../runtime/wire/shared-lanes.ts";
import { seededRandom } from "../../fixtures/seeded-random.ts";

const A = "daaaaaaaa" as ProcessName;
const B = "wbbbbbbbb" as ProcessName;

class Files implements SharedMemory {
  readonly made = new Map<string, ArrayBuffer>();
  closed = 0;
  isFull = false;

  create(name: string, sizeBytes: number): ReturnType<SharedMemory["create"]> {
    if (this.isFull || this.made.has(name)) return undefined;
    this.made.set(name, new ArrayBuffer(sizeBytes));
    return this.open(name, sizeBytes);
  }

  open(name: string, sizeBytes: number): ReturnType<SharedMemory["open"]> {
    const memory = this.made.get(name);
    return memory?.byteLength === sizeBytes ? { memory, unlink: () => void this.made.delete(name), close: () => void this.closed++ } : undefined;
  }
}

interface End {
  readonly lanes: SharedLanes;
  readonly got: string[];
  /** Over ZeroMQ, to this end. */
  readonly arriving: Buffer[];
  readonly refused: string[];
  send(text: string): void;
  deliver(): void;
}

function pair(files: SharedMemory, { b: filesOfB }: { readonly b: SharedMemory | undefined } = { b: files }): { a: End; b: End } {
  const a = {} as End;
  const b = {} as End;
  const make = (end: End, self: ProcessName, other: End, otherName: ProcessName, memory: SharedMemory | undefined): void => {
    const got: string[] = [];
    const refused: string[] = [];
    const lanes = new SharedLanes({
      self, memory,
      sendNow: (_to, frame) => void other.arriving.push(frame),
      flush: () => undefined,
      onFrame: (_from, frame) => void got.push(frame.toString()),
      onRefused: (text) => void refused.push(text),
    });
    Object.assign(end, {
      lanes, got, refused, arriving: [],
      send: (text: string) => void (lanes.send(otherName, Buffer.from(text)) || other.arriving.push(Buffer.from(text))),
      deliver: () => {
        const frame = end.arriving.shift();
        if (!frame) return;
        if (frame[0] !== 0x52) return void got.push(frame.toString());
        readFrame(frame, (type, reader) => {
          expect(type).toBe(RecordType.lane);
          lanes.onRecord(otherName, reader);
        });
      },
    });
  };
  make(a, A, b, B, files);
  make(b, B, a, A, filesOfB);
  return { a, b };
}

const turn = (): Promise<void> => new Promise((resolve) => { setImmediate(resolve); });

async function settle({ a, b }: { a: End; b: End }, isDone: () => boolean): Promise<void> {
  for (let turns = 0; turns < 20_000 && !isDone(); turns++) {
    a.deliver();
    b.deliver();
    await turn();
  }
}

test.each([1, 2, 3, 4, 5, 6])("frames of both directions keep their order across the switch, seed %i", async (seed) => {
  const pick = seededRandom(seed);
  const files = new Files();
  const ends = pair(files);
  const { a, b } = ends;
  const count = { a: 0, b: 0 };
  for (let step = 0; step < 3000; step++) {
    const what = pick(5);
    if (what === 0) a.send(String(count.a++));
    else if (what === 1) b.send(String(count.b++));
    else if (what === 2) a.deliver();
    else if (what === 3) b.deliver();
    else if (pick(10) === 0) await turn();
  }
  await settle(ends, () => a.got.length === count.b && b.got.length === count.a);
  expect(b.got).toEqual(Array.from({ length: count.a }, (_, i) => String(i)));
  expect(a.got).toEqual(Array.from({ length: count.b }, (_, i) => String(i)));
  expect(a.arriving.length + b.arriving.length).toBe(0);
  expect([...files.made.keys()]).toEqual(["spinners"]); // the lane's file has no name any more
  a.lanes.close();
  b.lanes.close();
});

test.each([
  ["the other side cannot map files", new Files(), undefined],
  ["there is no room", Object.assign(new Files(), { isFull: true }), new Files()],
] as const)("when %s everything goes over ZeroMQ", async (_what, filesOfA, filesOfB) => {
  const ends = pair(filesOfA, { b: filesOfB });
  const { a, b } = ends;
  for (let i = 0; i < 200; i++) {
    a.send(String(i));
    b.deliver();
    a.deliver();
  }
  await settle(ends, () => b.got.length === 200);
  expect(b.got.length).toBe(200);
  expect([...filesOfA.made.keys()]).toEqual([]);
});

test("what a peer had written before it died is heard, and its memory goes", async () => {
  const files = new Files();
  const ends = pair(files);
  const { a, b } = ends;
  for (let i = 0; i < 100; i++) a.send(String(i));
  await settle(ends, () => b.got.length === 100);
  for (let i = 0; i < 10; i++) b.send(String(i));
  await settle(ends, () => a.got.length === 10);
  b.send("last words");
  a.lanes.drop(B);
  expect(a.got.at(-1)).toBe("last words");
  await turn();
  expect(files.closed).toBe(1);
  expect(a.lanes.send(B, Buffer.from("x"))).toBe(false);
  b.lanes.close();
});

test("an answer that comes when its lane was closed is nothing", () => {
  const { a, b } = pair(new Files());
  for (let i = 0; i < 100; i++) a.send(String(i));
  while (b.arriving.length > 0) b.deliver();
  a.lanes.close();
  expect(a.arriving.length).toBe(1);
  a.deliver();
  expect(a.got).toEqual([]);
  b.lanes.close();
});

test("an offer of another process's file is refused", () => {
  const { a, b } = pair(new Files());
  b.arriving.push(Buffer.from([0x52, 0x54, 1, 0, 10, 0, 0, 0, RecordType.lane, 2, 4, 0, 0, 0, 0x2e, 0x2e, 0x2f, 0x78]));
  expect(() => b.deliver()).toThrow('An offer of the lane "../x"');
  a.lanes.close();
});
