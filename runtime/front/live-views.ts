/**
 * Live views of a front: each is shown once from its snapshot and then changes with the head's events, as updates of the
 * same display id. It owns one fold of the events for all views; what a view looks like is `runtime/views`.
 *
 * Invariants
 * - V1 A view sends at most one update in 100 ms, and never one that looks like the last.
 * - V2 After `flush` nothing waits. A view that can change no more is forgotten.
 */
import type { EngineEvent } from "../engine/events.ts";
import type { MimeBundle, Output, ViewDescriptor } from "../session/output.ts";
import { applyEvents } from "../views/apply-events.ts";
import { isSettled, renderView, viewDependsOn } from "../views/render-view.ts";
import { createViewState } from "../views/view-state.ts";
import { type Clock, systemClock } from "./clock.ts";
import type { FrontOutput } from "./front.ts";

type ViewOutput = Extract<Output, { type: "view" }>;

interface LiveView {
  readonly view: ViewDescriptor;
  readonly displayId: string;
  readonly cell: number;
  shown: string;
  sentAt: number;
  /** Set while an update waits for its turn. */
  cancel: (() => void) | undefined;
}

const INTERVAL_MS = 100;
/** Above this the oldest stay as they are: a loop that shows views must not cost more and more. */
const MOST_VIEWS = 500;

export class LiveViews {
  readonly #emit: (output: FrontOutput, cell: number) => void;
  readonly #clock: Clock;
  readonly #state = createViewState();
  readonly #live = new Map<string, LiveView>();

  /** `emit` gets the cell that showed the view. */
  constructor(emit: (output: FrontOutput, cell: number) => void, clock: Clock = systemClock) {
    this.#emit = emit;
    this.#clock = clock;
  }

  add({ view, snapshot, displayId, isResult }: ViewOutput, cell: number): void {
    applyEvents(this.#state, snapshot as readonly EngineEvent[]);
    const data = renderView(this.#state, view);
    this.#emit(isResult ? { type: "result", data, metadata: {}, displayId } : { type: "display", data, metadata: {}, displayId, update: false }, cell);
    this.#forget(displayId);
    if (isSettled(this.#state, view)) return;
    this.#live.set(displayId, { view, displayId, cell, shown: JSON.stringify(data), sentAt: this.#clock.now(), cancel: undefined });
    const oldest = this.#live.keys().next();
    if (this.#live.size > MOST_VIEWS && !oldest.done) this.#forget(oldest.value);
  }

  apply(rows: readonly EngineEvent[]): void {
    applyEvents(this.#state, rows);
    for (const live of this.#live.values()) {
      if (live.cancel !== undefined || !rows.some((row) => viewDependsOn(live.view, row))) continue;
      const waitMs = Math.max(0, live.sentAt + INTERVAL_MS - this.#clock.now());
      live.cancel = this.#clock.after(waitMs, () => this.#send(live));
    }
  }

  /** Sends every change that waits for its turn. */
  flush(): void {
    for (const live of [...this.#live.values()]) if (live.cancel !== undefined) this.#send(live);
  }

  close(): void {
    for (const displayId of [...this.#live.keys()]) this.#forget(displayId);
  }

  #send(live: LiveView): void {
    live.cancel?.();
    live.cancel = undefined;
    const data: MimeBundle = renderView(this.#state, live.view);
    if (isSettled(this.#state, live.view)) this.#forget(live.displayId);
    const shown = JSON.stringify(data);
    if (shown === live.shown) return;
    live.shown = shown;
    live.sentAt = this.#clock.now();
    this.#emit({ type: "display", data, metadata: {}, displayId: live.displayId, update: true }, live.cell);
  }

  #forget(displayId: string): void {
    this.#live.get(displayId)?.cancel?.();
    this.#live.delete(displayId);
  }
}
