/**
 * The actor behind `ray.util.Queue`. Its calls overlap, so that one that waits for an item does not keep out the one that
 * brings it. What cannot be done in time is an answer and not an error: the queue at the caller's side has the words.
 *
 * Q1. Somebody waits for an item only while there is none, and for room only while there is none.
 */
import { SHIP, type Shipped } from "../shippable.ts";

interface Waiter {
  readonly serve: () => void;
}

export class QueueActor {
  readonly #most: number;
  readonly #items: unknown[] = [];
  readonly #takers: Waiter[] = [];
  readonly #bringers: Waiter[] = [];
  #whenQuiet: (() => void)[] = [];

  static {
    // a bundler may rename it
    Object.defineProperty(this, "name", { value: "QueueActor" });
  }

  /** Every process has this class: it travels by its name. */
  static [SHIP](): Shipped {
    return { singleton: "queue-actor", args: [] };
  }

  /** `most` 0: no limit. */
  constructor(most: number) {
    this.#most = most;
  }

  size(): number {
    return this.#items.length;
  }

  /** All of them, or none: false. `[items]`, since a ref in a list stays a ref. `waitMs` 0 looks once, undefined waits for ever. */
  put(items: readonly unknown[], waitMs: number | undefined): Promise<boolean> | boolean {
    if (this.#hasRoom(items.length) && this.#bringers.length === 0) return this.#add(items);
    if (waitMs === 0) return false;
    return this.#waitIn(this.#bringers, waitMs, () => this.#add(items), false);
  }

  /** The items, or undefined when there are not that many. */
  take(count: number, waitMs: number | undefined): Promise<readonly unknown[] | undefined> | readonly unknown[] | undefined {
    if (this.#items.length >= count) return this.#remove(count);
    if (waitMs === 0) return undefined;
    return this.#waitIn(this.#takers, waitMs, () => this.#remove(count), undefined);
  }

  /** Resolves when nobody waits for an item or for room. */
  quiet(): Promise<void> {
    return new Promise((resolve) => {
      this.#whenQuiet.push(resolve);
      this.#noticeQuiet();
    });
  }

  #hasRoom(count: number): boolean {
    return this.#most === 0 || this.#items.length + count <= this.#most;
  }

  #add(items: readonly unknown[]): true {
    this.#items.push(...items);
    this.#serve();
    return true;
  }

  #remove(count: number): unknown[] {
    const removed = this.#items.splice(0, count);
    this.#serve();
    return removed;
  }

  // Q1; who waits longest comes first
  #serve(): void {
    if (this.#items.length > 0) this.#takers.shift()?.serve();
    if (this.#hasRoom(1)) this.#bringers.shift()?.serve();
  }

  #waitIn<T>(line: Waiter[], waitMs: number | undefined, act: () => T, otherwise: T): Promise<T> {
    return new Promise((resolve) => {
      const waiter: Waiter = {
        serve: () => {
          clearTimeout(timer);
          resolve(act());
          this.#noticeQuiet();
        },
      };
      const timer = waitMs === undefined ? undefined : setTimeout(() => {
        line.splice(line.indexOf(waiter), 1);
        resolve(otherwise);
        this.#noticeQuiet();
      }, waitMs);
      line.push(waiter);
    });
  }

  #noticeQuiet(): void {
    if (this.#takers.length + this.#bringers.length > 0) return;
    for (const resolve of this.#whenQuiet) resolve();
    this.#whenQuiet = [];
  }
}
