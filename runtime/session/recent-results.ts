/**
 * `_`, the value of the last cell that had one, and `Out`, the last 100 by the cell's number. Refs, lists of refs and actor
 * handles are held weakly: looking at a value must not keep its objects or its process in the cluster.
 */
const KEPT = 100;

type Held = { readonly value: unknown } | { readonly weak: WeakRef<object> };

export class RecentResults {
  /** What cells see as `Out`. */
  readonly byNumber: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
  readonly #order: string[] = [];
  readonly #isLive: (value: unknown) => boolean;
  #last: Held = { value: undefined };

  /** `isLive` tells values that stand for something in the cluster. */
  constructor(isLive: (value: unknown) => boolean) {
    this.#isLive = isLive;
  }

  readonly last = (): unknown => read(this.#last);

  /** `cell` is the shown name, `In[3]`. */
  add(cell: string, value: unknown): void {
    const isWeak = typeof value === "object" && value !== null && this.#isLive(value);
    const held: Held = isWeak ? { weak: new WeakRef(value) } : { value };
    this.#last = held;
    const number = /^In\[(\d+)\]$/.exec(cell)?.[1];
    if (number === undefined) return;
    if (!(number in this.byNumber)) this.#order.push(number);
    Object.defineProperty(this.byNumber, number, { get: () => read(held), enumerable: true, configurable: true });
    const oldest = this.#order.length > KEPT ? this.#order.shift() : undefined;
    if (oldest !== undefined) delete this.byNumber[oldest];
  }
}

function read(held: Held): unknown {
  return "weak" in held ? held.weak.deref() : held.value;
}
