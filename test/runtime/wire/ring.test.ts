import { RING_HEADER_BYTES, RingReader, RingWriter } from "../../../runtime/wire/ring.ts";
import { seededRandom } from "../../fixtures/seeded-random.ts";

const CAPACITY = 256;

/** Both ends of a ring whose counts begin at `from`. */
function ends(from = 0): { writer: RingWriter; reader: RingReader; words: Int32Array; read: () => Buffer[] } {
  const memory = new ArrayBuffer(RING_HEADER_BYTES + CAPACITY);
  const words = new Int32Array(memory, 0, RING_HEADER_BYTES / 4);
  words[0] = words[16] = from;
  const reader = new RingReader(memory, 0, CAPACITY);
  return { writer: new RingWriter(memory, 0, CAPACITY), reader, words, read: () => { const got: Buffer[] = []; reader.read((frame) => got.push(Buffer.from(frame))); return got; } };
}

const frame = (length: number, fill = length & 255): Buffer => Buffer.alloc(length, fill);

test("frames arrive whole and in order", () => {
  const { writer, read } = ends();
  const frames = [frame(0), frame(1), frame(100), frame(7)];
  for (const it of frames) writer.write(it);
  expect(read()).toEqual(frames);
  expect(read()).toEqual([]);
});

test("a frame that is longer than the ring goes in pieces, and the reader rings for more", () => {
  const { writer, reader, read } = ends();
  const long = Buffer.from(Array.from({ length: 1000 }, (_, i) => i & 255));
  writer.write(long);
  writer.write(frame(5));
  const got: Buffer[] = [];
  for (let turns = 0; got.length < 2 && turns < 20; turns++) {
    got.push(...read());
    if (reader.mustRing()) writer.writeRest();
  }
  expect(got).toEqual([long, frame(5)]);
  expect(writer.isStarved).toBe(false);
});

test("a writer rings once for a reader that sleeps", () => {
  const { writer, reader, read } = ends();
  expect(writer.write(frame(1))).toBe(false);
  read();
  expect(reader.park()).toBe(true);
  expect([writer.write(frame(2)), writer.write(frame(3))]).toEqual([true, false]);
  expect(read().length).toBe(2);
});

test("a reader to whom something came does not go to sleep", () => {
  const { writer, reader } = ends();
  writer.write(frame(1));
  expect(reader.park()).toBe(false);
  expect(writer.write(frame(2))).toBe(false);
});

test("a writer that never pauses does not keep the reader for ever", () => {
  const { writer, reader } = ends();
  writer.write(frame(8));
  const read = reader.read(() => void writer.write(frame(8)));
  expect(read).toBeGreaterThan(1);
  expect(reader.park()).toBe(false);
});

test("counts go past 2^32", () => {
  const { writer, read } = ends(-64); // 2^32 - 64
  for (let i = 0; i < 20; i++) {
    writer.write(frame(10 + i));
    expect(read()).toEqual([frame(10 + i)]);
  }
});

test("memory that was damaged is an error, not a crash", () => {
  const far = ends();
  far.words[0] = 100_000;
  expect(() => far.read()).toThrow("its memory was damaged");
  const huge = ends();
  huge.writer.write(frame(8));
  new Uint8Array(huge.words.buffer).fill(255, RING_HEADER_BYTES, RING_HEADER_BYTES + 4);
  expect(() => huge.read()).toThrow("its memory was damaged");
});

test.each([1, 2, 3, 4, 5])("whatever the order of steps, nothing is lost, torn or left waiting, seed %i", (seed) => {
  const pick = seededRandom(seed);
  const { writer, reader, read } = ends(pick(2) === 0 ? 0 : -100);
  const sent: Buffer[] = [];
  const got: Buffer[] = [];
  let isAsleep = false;
  let bells = 0; // on their way to the reader
  let isWanted = false; // on its way to the writer
  const rang = (must: boolean): void => void (bells += must ? 1 : 0);
  for (let step = 0; step < 20_000; step++) {
    const what = pick(6);
    if (what < 2 && sent.length - got.length < 50) {
      sent.push(frame(pick(10) === 0 ? pick(900) : pick(40), step & 255));
      rang(writer.write(sent.at(-1) as Buffer));
    } else if (what === 2 && isWanted) {
      isWanted = false;
      rang(writer.writeRest());
    } else if (what === 3 && !isAsleep) {
      got.push(...read());
      isWanted ||= reader.mustRing();
    } else if (what === 4 && !isAsleep) isAsleep = reader.park();
    else if (what === 5 && isAsleep && bells > 0) {
      bells--;
      isAsleep = false;
      reader.wake();
    }
  }
  // only what was rung for moves now
  for (let turns = 0; turns < 1000; turns++) {
    if (isAsleep && bells === 0 && !isWanted) break;
    isAsleep = false;
    got.push(...read());
    if (isWanted || reader.mustRing()) rang(writer.writeRest());
    isWanted = false;
    if (turns > 900) isAsleep = reader.park();
  }
  got.push(...read());
  expect(got.length).toBe(sent.length);
  expect(Buffer.concat(got).equals(Buffer.concat(sent))).toBe(true);
});

test("a frame in one piece is handed on where it lies, one that goes over the ring's end is put together; neither is written over before it was handled", () => {
  const { writer, reader } = ends();
  const got: [Buffer, boolean][] = [];
  for (let i = 0; i < 10; i++) {
    writer.write(frame(100, i));
    reader.read((borrowed, isBorrowed) => {
      writer.write(frame(100, 200)); // a second one fits, a third does not
      writer.write(frame(100, 201));
      got.push([Buffer.from(borrowed), isBorrowed]);
      expect(reader.read(() => { throw new Error("not while one is handled"); })).toBe(0);
      writer.writeRest();
    });
    while (writer.isStarved || !reader.isEmpty) {
      writer.writeRest();
      reader.read(() => undefined);
    }
  }
  const firsts = got.filter(([bytes]) => (bytes[0] as number) < 200);
  expect(firsts.map(([bytes]) => bytes)).toEqual(Array.from({ length: 10 }, (_, i) => frame(100, i)));
  expect(new Set(firsts.map(([, isBorrowed]) => isBorrowed))).toEqual(new Set([true, false]));
});

test("a frame whose handling throws is behind the reader all the same", () => {
  const { writer, reader, read } = ends();
  writer.write(frame(3));
  writer.write(frame(4));
  expect(() => reader.read(() => { throw new Error("bad"); })).toThrow("bad");
  expect(read()).toEqual([frame(4)]);
});
