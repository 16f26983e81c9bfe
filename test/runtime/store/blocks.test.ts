import { runInNewContext } from "node:vm";
import { Blocks, type Extent } from "../../../runtime/store/blocks.ts";

const anywhere = (): boolean => true;

test("a block of the same size is used again, and neighbours merge when freed", () => {
  const blocks = new Blocks<string>();
  blocks.add("s", 1);
  blocks.carved("s", 100);
  const [a, b, c] = [30, 40, 30].map((pages) => blocks.take(pages, anywhere)!);
  expect([a!.offset, b!.offset, c!.offset]).toEqual([1, 31, 71]);
  expect(blocks.take(1, anywhere)).toBeUndefined();
  blocks.release(b!);
  expect(blocks.take(40, anywhere)!.offset).toBe(31);
  blocks.release(a!);
  blocks.release(c!);
  expect(blocks.take(41, anywhere)).toBeUndefined();
  blocks.assertInvariants();
});

test("a segment with blocks in use cannot be dropped", () => {
  const blocks = new Blocks<string>();
  blocks.add("s", 1);
  blocks.carved("s", 10);
  blocks.take(1, anywhere);
  expect(() => blocks.drop("s")).toThrow("1 blocks in use");
});

test("a block cannot be released twice", () => {
  const blocks = new Blocks<string>();
  blocks.add("s", 1);
  blocks.carved("s", 10);
  const extent = blocks.take(3, anywhere)!;
  blocks.release(extent);
  expect(() => blocks.release(extent)).toThrow("not in use");
});

test("calls cut in their middle, without any finally, are made whole from the blocks in use", () => {
  const blocks = new Blocks<string>();
  blocks.add("s", 1);
  blocks.carved("s", 10_000);
  const kept = Array.from({ length: 20 }, () => [blocks.take(10, anywhere)!, blocks.take(5, anywhere)!]).map(([keep, gap]) => (blocks.release(gap!), keep!));
  const taken = new Set<Extent<string>>();
  const turn = (): void => {
    for (const pages of [3, 20, 7, 50, 4]) taken.add(blocks.take(pages, anywhere)!);
    for (const extent of taken) blocks.release(extent);
    taken.clear();
  };
  for (let i = 0; i < 60; i++) {
    expect(() => runInNewContext("for (;;) turn()", { turn }, { timeout: 2 })).toThrow("Script execution timed out");
    for (const extent of taken) if (blocks.isUsed(extent)) blocks.release(extent);
    taken.clear();
    blocks.release(blocks.take(1, anywhere)!);
    blocks.assertInvariants();
  }
  expect(kept.map((extent) => [extent.offset, extent.pages])).toEqual(kept.map((_, i) => [1 + 15 * i, 10]));
  // what was taken and never heard of, at most one of each cut
  expect(10_000 - 200 - blocks.freePages).toBeLessThanOrEqual(60 * 50);
});

test.each([1, 2, 3, 4])("random takes and releases never give a page to two blocks (seed %i)", (seed) => {
  let state = seed;
  const random = (below: number): number => (state = (state * 48271) % 2147483647) % below;
  const blocks = new Blocks<number>();
  const live: Extent<number>[] = [];
  const ends = new Map<number, number>();
  for (let step = 0; step < 8000; step++) {
    const roll = random(100);
    const pages = 1 + random(roll % 3 === 0 ? 200 : 20);
    if (roll < 50) {
      let extent = blocks.take(pages, anywhere, roll % 2 === 0);
      if (extent === undefined) {
        const segment = ends.size === 0 || roll < 10 ? ends.size : random(ends.size);
        if (!ends.has(segment)) blocks.add(segment, 1);
        const missing = pages - blocks.freeAtEnd(segment);
        if (missing > 0) blocks.carved(segment, missing + random(5));
        ends.set(segment, blocks.end(segment));
        extent = blocks.takeAtEnd(segment, pages);
      }
      if (extent.pages !== pages) throw new Error(`asked for ${pages} pages, got ${extent.pages}`);
      live.push(extent);
    } else if (live.length > 0) blocks.release(live.splice(random(live.length), 1)[0]!);
    if (step % 20 === 0) {
      blocks.assertInvariants();
      const sorted = [...live].sort((a, b) => a.segment - b.segment || a.offset - b.offset);
      const isApart = (extent: Extent<number>, i: number): boolean => {
        const next = sorted[i + 1];
        const end = extent.offset + extent.pages;
        return end <= (next?.segment === extent.segment ? next.offset : ends.get(extent.segment)!);
      };
      expect(sorted.every(isApart)).toBe(true);
    }
  }
  for (const extent of live) blocks.release(extent);
  for (const segment of ends.keys()) blocks.drop(segment);
  expect(blocks.freePages).toBe(0);
});
