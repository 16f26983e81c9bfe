/** The actor behind each process of `ray.util.Pool`. */
import { SHIP, type Shipped } from "../shippable.ts";

export class PoolWorker {
  readonly #ready: unknown;

  static {
    // a bundler may rename it
    Object.defineProperty(this, "name", { value: "PoolWorker" });
  }

  /** Every process has this class: it travels by its name. */
  static [SHIP](): Shipped {
    return { singleton: "pool-worker", args: [] };
  }

  constructor(initializer: ((...args: unknown[]) => unknown) | undefined, args: readonly unknown[]) {
    this.#ready = initializer?.(...args);
  }

  /** The results of one call after the other, each with its arguments. */
  async run(fn: (...args: unknown[]) => unknown, calls: readonly (readonly unknown[])[]): Promise<unknown[]> {
    await this.#ready;
    const results: unknown[] = [];
    for (const args of calls) results.push(await fn(...args));
    return results;
  }
}
