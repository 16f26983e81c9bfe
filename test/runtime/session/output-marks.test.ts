import { beginMark, endMark, markedOutput, markedText, MarkParser, type MarkEvent } from "../../../runtime/session/output-marks.ts";
import type { Output } from "../../../runtime/session/output.ts";

const NONCE = "0123456789abcdef";
const stream = (execution: number, name: "stdout" | "stderr", text: string): MarkEvent => ({ type: "output", execution, output: { type: "stream", name, text } });
const bytes = (...parts: (string | Uint8Array)[]): Buffer => Buffer.concat(parts.map((part) => Buffer.from(part as string)));

function parse(whole: Buffer, cuts: readonly number[] = [], name: "stdout" | "stderr" = "stdout"): MarkEvent[] {
  const parser = new MarkParser({ nonce: NONCE, stream: name });
  const events: MarkEvent[] = [];
  let from = 0;
  for (const cut of [...cuts, whole.length]) {
    events.push(...parser.push(whole.subarray(from, cut)));
    from = cut;
  }
  return join([...events, ...parser.finish()]);
}

/** Neighbouring texts of one target, joined: where chunks end is no part of the meaning. */
function join(events: readonly MarkEvent[]): MarkEvent[] {
  const joined: MarkEvent[] = [];
  for (const event of events) {
    const last = joined.at(-1);
    if (event.type === "output" && last?.type === "output" && event.output.type === "stream" && last.output.type === "stream"
      && event.execution === last.execution && event.output.name === last.output.name) {
      joined[joined.length - 1] = stream(event.execution, event.output.name, last.output.text + event.output.text);
    } else joined.push(event);
  }
  return joined;
}

/** mulberry32 */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

test("plain text belongs to the cell that runs, and after its end still to it", () => {
  const events = parse(bytes("before\n", beginMark(NONCE, 1), "one\n", endMark(NONCE, 1), "late\n", beginMark(NONCE, 2), "two\n", endMark(NONCE, 2)));
  expect(events).toEqual([
    stream(0, "stdout", "before\n"),
    { type: "begin", execution: 1 }, stream(1, "stdout", "one\n"), { type: "end", execution: 1 },
    stream(1, "stdout", "late\n"),
    { type: "begin", execution: 2 }, stream(2, "stdout", "two\n"), { type: "end", execution: 2 },
  ]);
});

test("marked text names its own cell and stream, and plain text goes on after it", () => {
  const events = parse(bytes(beginMark(NONCE, 7), "a", markedText(NONCE, 3, "stderr", "late"), "b", endMark(NONCE, 7)));
  expect(events).toEqual([{ type: "begin", execution: 7 }, stream(7, "stdout", "a"), stream(3, "stderr", "late"), stream(7, "stdout", "b"), { type: "end", execution: 7 }]);
});

test("the other pipe's plain text is stderr", () => {
  expect(parse(bytes(beginMark(NONCE, 1), "oops"), [], "stderr")).toEqual([{ type: "begin", execution: 1 }, stream(1, "stderr", "oops")]);
});

test("a payload larger than a pipe's atomic write comes back whole", () => {
  const output: Output = { type: "display", data: { "text/plain": "ž".repeat(100_000) }, metadata: {}, displayId: "d", update: false };
  const pieces = [...markedOutput(NONCE, 4, output)];
  expect(pieces.length).toBeGreaterThan(20);
  expect(Math.max(...pieces.map((piece) => piece.length))).toBeLessThan(9000);
  expect(parse(bytes(...pieces))).toEqual([{ type: "output", execution: 4, output }]);
});

test("text between the pieces of a payload, as a child process writes it, harms neither", () => {
  const output: Output = { type: "result", data: { "text/plain": "x".repeat(20_000) }, metadata: {} };
  const [first, ...others] = [...markedOutput(NONCE, 4, output)];
  expect(parse(bytes(beginMark(NONCE, 4), first as Buffer, "child\n", ...others))).toEqual([{ type: "begin", execution: 4 }, stream(4, "stdout", "child\n"), { type: "output", execution: 4, output }]);
});

test.each([
  ["another nonce", beginMark("ffffffffffffffff", 9)],
  ["no such kind", `\x1b]ray-ts;${NONCE};q;1;0\x07`],
  ["no end of header", `\x1b]ray-ts;${NONCE};b;${"1".repeat(60)}`],
  ["only its beginning", `\x1b]ray-ts;${NONCE.slice(0, 5)} and on`],
  ["an escape at the end", "red \x1b"],
])("text that looks like a mark stays text: %s", (_, text) => {
  for (let cut = 0; cut <= text.length; cut++) {
    expect(parse(bytes(beginMark(NONCE, 1), text), [beginMark(NONCE, 1).length + cut])).toEqual([{ type: "begin", execution: 1 }, stream(1, "stdout", text)]);
  }
});

test("a payload that is no JSON is told to its cell and the rest goes on", () => {
  const events = parse(bytes(`\x1b]ray-ts;${NONCE};j;5;3\x07{x}`, markedText(NONCE, 5, "stdout", "after")));
  expect(events).toEqual([stream(5, "stderr", expect.stringContaining("could not be read") as unknown as string), stream(5, "stdout", "after")]);
});

test("characters split by chunks and by other cells' text come out whole", () => {
  const euro = Buffer.from("€");
  const [open, close] = markedText(NONCE, 2, "stderr", "|").split("|") as [string, string];
  const whole = bytes(beginMark(NONCE, 1), euro.subarray(0, 1), open, euro.subarray(0, 2), close, euro.subarray(1), open, euro.subarray(2), close, endMark(NONCE, 1));
  expect(parse(whole)).toEqual([{ type: "begin", execution: 1 }, stream(1, "stdout", "€"), stream(2, "stderr", "€"), { type: "end", execution: 1 }]);
});

test("half a character at the end of a cell is shown as broken, not given to the next cell", () => {
  expect(parse(bytes(beginMark(NONCE, 1), Buffer.from("€").subarray(0, 2), endMark(NONCE, 1)))).toEqual([{ type: "begin", execution: 1 }, stream(1, "stdout", "\ufffd"), { type: "end", execution: 1 }]);
});

test("any splitting into chunks gives the same events", () => {
  const random = seeded(20_26);
  const pick = <T>(of: readonly T[]): T => of[Math.floor(random() * of.length)] as T;
  for (let round = 0; round < 300; round++) {
    const parts: (string | Uint8Array)[] = [];
    for (let i = 0; i < 12; i++) {
      const execution = 1 + Math.floor(random() * 3);
      parts.push(...pick<() => (string | Uint8Array)[]>([
        () => [beginMark(NONCE, execution)],
        () => [endMark(NONCE, execution)],
        () => [markedText(NONCE, execution, pick(["stdout", "stderr"]), pick(["x", "日本語", "\x1b[31mred\x1b[0m", "\x1b]ray-ts;"]))],
        () => [pick(["plain", "ünïcödé 🎈", "\x1b", "\x1b]ray-ts;", beginMark("0123456789abcdee", 1), "\n"])],
        () => [...markedOutput(NONCE, execution, { type: "result", data: { "text/plain": pick(["ok", "\x1b]ray-ts;", "é".repeat(9000)]) }, metadata: {} })],
      ])());
    }
    const whole = bytes(...parts);
    const cuts = Array.from({ length: 1 + Math.floor(random() * 20) }, () => Math.floor(random() * whole.length)).sort((a, b) => a - b);
    expect(parse(whole, cuts)).toEqual(parse(whole));
  }
});
