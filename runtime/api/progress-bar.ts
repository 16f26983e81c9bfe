/** What `ray.progress` gives: the refs that it follows. */
import { inspect } from "node:util";
import type { ProgressView } from "./host.ts";
import type { Hold, ObjectRef } from "./object-ref.ts";

/** A bar that follows refs. It is drawn where it was asked for; as another cell's value it is drawn there too. */
export interface Progress {
  readonly refs: readonly ObjectRef<any>[];
  readonly label: string | undefined;
}

export class ProgressBar implements Progress {
  readonly refs: readonly ObjectRef<any>[];
  readonly label: string | undefined;
  readonly #holds: readonly Hold[];
  readonly #startedAt = Date.now();

  constructor(refs: readonly ObjectRef<any>[], holds: readonly Hold[], label: string | undefined) {
    this.refs = refs;
    this.#holds = holds;
    this.label = label;
  }

  get holds(): readonly Hold[] {
    return this.#holds;
  }

  get view(): ProgressView {
    return { kind: "progress", refs: this.#holds.map(({ id }) => id), startedAt: this.#startedAt, ...(this.label === undefined ? {} : { label: this.label }) };
  }

  [inspect.custom](): string {
    return `Progress(${this.label === undefined ? "" : `${this.label}, `}${this.refs.length} refs)`;
  }
}
