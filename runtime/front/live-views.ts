/**
 * Live views of a front: each is shown once from its snapshot and then changes with the head's events, as updates of the
 * same display id. It owns one fold of the events for all views; what a view looks like is `runtime/views`.
 *
 * Invariants
 * - V1 A view sends at most one update in 100 ms, and never one that looks like the last.
 * - V2 One that shows how long something takes is drawn each second, also when nothing else happens.
 * - V3 After `flush` nothing waits. A view that can change no more is forgotten.
 */
import type { EngineEvent } from "../engine/events.ts";
import type { MimeBundle, Output, ViewDescriptor } from "../session/output.ts";
import { applyEvents } from "../views/apply-events.ts";
import { isSettled, isTimed, renderView, viewDependsOn } from "../views/render-view.ts";
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
  /** V2. */
  cancelTick: (() => void) | undefined;
}

const INTERVAL_MS = 100;
const TICK_MS = 1000;
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
    const data = this.#draw(view);
    this.#emit(isResult ? { type: "result", data, metadata: {}, displayId } : { type: "display", data, metadata: {}, displayId, update: false }, cell);
    this.#forget(displayId);
    if (isSettled(this.#state, view)) return;
    const live: LiveView = { view, displayId, cell, shown: JSON.stringify(data), sentAt: this.#clock.now(), cancel: undefined, cancelTick: undefined };
    this.#live.set(displayId, live);
    this.#tickLater(live);
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
    const data: MimeBundle = this.#draw(live.view);
    if (isSettled(this.#state, live.view)) this.#forget(live.displayId);
    const shown = JSON.stringify(data);
    if (shown === live.shown) return;
    live.shown = shown;
    live.sentAt = this.#clock.now();
    this.#emit({ type: "display", data, metadata: {}, displayId: live.displayId, update: true }, live.cell);
  }

  #draw(view: ViewDescriptor): MimeBundle {
    return isTimed(view) ? renderView(this.#state, view, Math.max(this.#state.latestAt, Date.now())) : renderView(this.#state, view);
  }

  /** V2. */
  #tickLater(live: LiveView): void {
    if (!isTimed(live.view)) return;
    live.cancelTick = this.#clock.after(TICK_MS, () => {
      this.#send(live);
      if (this.#live.has(live.displayId)) this.#tickLater(live);
    });
  }

  #forget(displayId: string): void {
    const live = this.#live.get(displayId);
    live?.cancel?.();
    live?.cancelTick?.();
    this.#live.delete(displayId);
  }
}
