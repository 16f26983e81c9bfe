/**
 * Gathers what cells print into few messages: a loop that prints 20,000 lines must not become 20,000 messages.
 *
 * It owns text that was printed and not yet published. The first text after a quiet moment waits 20 ms, and the wait
 * doubles up to 250 ms while printing goes on, so that a person sees the first line soon and a flood costs little.
 * Order between stdout and stderr is kept, unless they alternate so often that keeping it would cost a message a line.
 */

import { type Clock, systemClock } from "../runtime/front/clock.ts";

export type StreamName = "stdout" | "stderr";

const FIRST_DELAY_MS = 20;
const LONGEST_DELAY_MS = 250;
const MESSAGE_CHARACTERS = 1 << 18;
const ORDERED_SEGMENTS = 32;

interface Segment {
  readonly cell: number;
  readonly name: StreamName;
  text: string;
}

export class StreamCoalescer {
  readonly #publish: (cell: number, name: StreamName, text: string) => void;
  readonly #clock: Clock;
  #segments: Segment[] = [];
  #characters = 0;
  #delayMs = FIRST_DELAY_MS;
  #flushedAt = -Infinity;
  #cancelTimer: (() => void) | undefined;

  constructor(publish: (cell: number, name: StreamName, text: string) => void, clock: Clock = systemClock) {
    this.#publish = publish;
    this.#clock = clock;
  }

  add(cell: number, name: StreamName, text: string): void {
    if (text === "") return;
    const last = this.#segments.at(-1);
    if (last !== undefined && last.cell === cell && last.name === name) last.text += text;
    else this.#segments.push({ cell, name, text });
    this.#characters += text.length;
    if (this.#characters >= MESSAGE_CHARACTERS) this.flush();
    else this.#cancelTimer ??= this.#clock.after(this.#nextDelay(), () => this.flush());
  }

  /** Publishes what waits. Call it before anything that must come after the text. */
  flush(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    if (this.#segments.length === 0) return;
    const segments = this.#segments.length > ORDERED_SEGMENTS ? merged(this.#segments) : this.#segments;
    this.#segments = [];
    this.#characters = 0;
    this.#flushedAt = this.#clock.now();
    for (const { cell, name, text } of segments) {
      for (const part of split(text)) this.#publish(cell, name, part);
    }
  }

  #nextDelay(): number {
    const isQuiet = this.#clock.now() - this.#flushedAt > LONGEST_DELAY_MS;
    this.#delayMs = isQuiet ? FIRST_DELAY_MS : Math.min(this.#delayMs * 2, LONGEST_DELAY_MS);
    return this.#delayMs;
  }
}

function merged(segments: readonly Segment[]): Segment[] {
  const byStream = new Map<string, Segment>();
  for (const { cell, name, text } of segments) {
    const key = `${cell} ${name}`;
    const stream = byStream.get(key);
    if (stream === undefined) byStream.set(key, { cell, name, text });
    else stream.text += text;
  }
  return [...byStream.values()];
}

/** Parts of at most MESSAGE_CHARACTERS, none ending between the halves of a surrogate pair. */
function* split(text: string): Generator<string> {
  let start = 0;
  while (text.length - start > MESSAGE_CHARACTERS) {
    let end = start + MESSAGE_CHARACTERS;
    const code = text.charCodeAt(end - 1);
    if (code >= 0xd800 && code <= 0xdbff) end -= 1;
    yield text.slice(start, end);
    start = end;
  }
  yield start === 0 ? text : text.slice(start);
}
