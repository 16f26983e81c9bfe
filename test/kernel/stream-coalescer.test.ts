import { StreamCoalescer } from "../../kernel/stream-coalescer.ts";
import { ManualClock } from "../fixtures/manual-clock.ts";

type Published = [cell: number, name: string, text: string];

function newCoalescer(): { streams: StreamCoalescer; clock: ManualClock; published: Published[] } {
  const published: Published[] = [];
  const clock = new ManualClock();
  return { streams: new StreamCoalescer((...message) => published.push(message), clock), clock, published };
}

test("text waits 20 ms for more and goes as one message", () => {
  const { streams, clock, published } = newCoalescer();
  streams.add(1, "stdout", "a\n");
  streams.add(1, "stdout", "b\n");
  clock.advance(19);
  expect(published).toEqual([]);
  clock.advance(1);
  expect(published).toEqual([[1, "stdout", "a\nb\n"]]);
});

test("a loop that prints for two seconds gives a dozen messages, and the next quiet line is quick again", () => {
  const { streams, clock, published } = newCoalescer();
  for (let i = 0; i < 20_000; i += 1) {
    streams.add(1, "stdout", `line ${i}\n`);
    clock.advance(0.1);
  }
  streams.flush();
  expect(published.length).toBeLessThan(15);
  expect(published.map(([, , text]) => text).join("")).toBe(Array.from({ length: 20_000 }, (_, i) => `line ${i}\n`).join(""));
  clock.advance(1000);
  published.length = 0;
  streams.add(1, "stdout", "quick");
  clock.advance(20);
  expect(published).toEqual([[1, "stdout", "quick"]]);
});

test("stdout, stderr and cells keep their order", () => {
  const { streams, published } = newCoalescer();
  streams.add(1, "stdout", "a");
  streams.add(1, "stderr", "b");
  streams.add(1, "stdout", "c");
  streams.add(2, "stdout", "d");
  streams.flush();
  expect(published).toEqual([[1, "stdout", "a"], [1, "stderr", "b"], [1, "stdout", "c"], [2, "stdout", "d"]]);
});

test("a flood that alternates between stdout and stderr is two messages, with each stream in its own order", () => {
  const { streams, published } = newCoalescer();
  for (let i = 0; i < 1000; i += 1) streams.add(1, i % 2 === 0 ? "stdout" : "stderr", `${i} `);
  streams.flush();
  expect(published).toHaveLength(2);
  expect(published[0]?.[2].startsWith("0 2 4 ")).toBe(true);
});

test("ten megabytes come whole in parts, no pair cut", () => {
  const { streams, published } = newCoalescer();
  const text = "x" + "😀".repeat(5_000_000);
  streams.add(1, "stdout", text);
  expect(published.map(([, , part]) => part).join("")).toBe(text);
  expect(published.every(([, , part]) => part.length <= 1 << 18 && !/^[\udc00-\udfff]/.test(part))).toBe(true);
});

test("after a flush no timer is left and nothing is published twice", () => {
  const { streams, clock, published } = newCoalescer();
  streams.add(1, "stdout", "a");
  streams.flush();
  streams.flush();
  clock.advance(1000);
  expect(published).toHaveLength(1);
  expect(clock.isIdle).toBe(true);
});
