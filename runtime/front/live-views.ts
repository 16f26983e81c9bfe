/**
 * Live views of a front: each is shown once from its snapshot, and then changes with the head's events. It owns one fold of the
 * events for all views, and the updates of their outputs; pages that watch a view hear of it by `view-watches.ts`; what a view
 * looks like is `runtime/views`.
 *
 * Invariants
 * - V1 An output changes once in `intervalMs` at most, and never to what it is already. While a page watches its view, which
 *   draws it itself, only at a cell's end and when the view settles.
 * - V2 A view that changes as time goes by is drawn each second, also when nothing else happens.
 * - V3 After `flush` nothing waits. The output of a view that can change no more is left alone; pages may still look at it.
 */
import type { EngineEvent } from "../engine/events.ts";
import type { ObjectId } from "../ids.ts";
import type { Output, ViewDescriptor } from "../session/output.ts";
import { applyEvents } from "../views/apply-events.ts";
import { isRefOver } from "../views/object-refs-view.ts";
import { isSettled, isTimed, renderView, subjectOfControl, subjectsOf, subjectsShown, VIEW_MIME, type ViewBundle } from "../views/render-view.ts";
import { applyUi, chartPulse, type UiOutput } from "../views/ui-state.ts";
import { createViewState, type ViewState } from "../views/view-state.ts";
import { type Clock, systemClock } from "./clock.ts";
import type { FrontOutput } from "./front-output.ts";

type ViewOutput = Extract<Output, { type: "view" }>;

export interface LiveView {
  readonly view: ViewDescriptor;
  /** What it shows. */
  readonly subjects: readonly string[];
  readonly id: string;
  readonly cell: number;
  /** False for one that a page shows from a saved notebook: that page writes what it shows. */
  readonly hasOutput: boolean;
  /** As it was put out last. */
  shown: string;
  sentAt: number;
  /** Set while an update waits for its turn. */
  cancel: (() => void) | undefined;
}

export interface LiveViewsParts {
  /** Gets the cell that showed the view. */
  readonly emit: (output: FrontOutput, cell: number) => void;
  readonly intervalMs: number;
  readonly clock?: Clock;
  /** The view looks different, or may. */
  readonly changed?: (live: LiveView) => void;
  readonly isWatched?: (live: LiveView) => boolean;
}

const TICK_MS = 1000;
/** Above this the oldest stay as they are: a loop that shows views must not cost more and more. */
const MOST_LIVE = 500;
/** That pages may look at. */
const MOST_VIEWS = 2000;

export class LiveViews {
  readonly state: ViewState = createViewState();
  readonly #parts: LiveViewsParts;
  readonly #clock: Clock;
  readonly #views = new Map<string, LiveView>();
  readonly #live = new Set<LiveView>();
  /** Living views by what they show. */
  readonly #bySubject = new Map<string, Set<LiveView>>();
  #cancelTick: (() => void) | undefined;

  constructor(parts: LiveViewsParts) {
    this.#parts = parts;
    this.#clock = parts.clock ?? systemClock;
  }

  /** Those that change. */
  get live(): ReadonlySet<LiveView> {
    return this.#live;
  }

  find(id: string): LiveView | undefined {
    return this.#views.get(id);
  }

  add({ view, snapshot, displayId, isResult }: ViewOutput, cell: number): void {
    applyEvents(this.state, snapshot as readonly EngineEvent[]);
    const data = this.#draw(view, displayId);
    const live = this.#keep(view, displayId, cell, true);
    live.shown = comparable(data);
    this.#parts.emit(isResult ? { type: "result", data, metadata: {}, displayId } : { type: "display", data, metadata: {}, displayId, update: false }, cell);
    if (isSettled(this.state, view)) this.#settle(live);
  }

  /** A view that a page shows from a saved notebook, of what is still there. */
  adopt(id: string, view: ViewDescriptor): LiveView {
    return this.#keep(view, id, 0, false);
  }

  apply(rows: readonly EngineEvent[]): void {
    const changed = new Set<LiveView>();
    for (const row of rows) this.#addShowing(this.#subjectsOf(row), changed);
    applyEvents(this.state, rows);
    for (const row of rows) if (row.type === "actor-pulse") this.#addShowing(chartPulse(this.state, row).map(subjectOfControl), changed);
    for (const live of changed) this.#change(live);
    this.#tickLater();
  }

  /** The session says something of its controls, or a page has touched one. */
  applyUi(output: UiOutput): void {
    const changed = new Set<LiveView>();
    this.#addShowing(applyUi(this.state, output).map(subjectOfControl), changed);
    for (const live of changed) this.#change(live);
  }

  #addShowing(subjects: readonly string[], views: Set<LiveView>): void {
    for (const subject of subjects) for (const live of this.#bySubject.get(subject) ?? []) views.add(live);
  }

  /** Refs of that owner are shown that have not ended. */
  waitsFor(owner: string): boolean {
    for (const { view } of this.#live) if ("refs" in view && view.refs.some((ref) => ref.startsWith(`${owner}-`))) return true;
    return false;
  }

  /** Nobody hears of its controls any more. */
  uiEnded(): void {
    for (const id of this.state.ui.keys()) this.state.uiEnded.add(id);
    for (const live of [...this.#live]) if (live.view.kind === "ui") this.#change(live);
  }

  /** Everything that a process made and that had not ended is lost with it. */
  ownerEnded(owner: string, at: number): void {
    const lost = new Set<string>();
    for (const { view } of this.#live) {
      if (!("refs" in view)) continue;
      for (const ref of view.refs) if (ref.startsWith(`${owner}-`) && !isRefOver(this.state, ref)) lost.add(ref);
    }
    this.apply([...lost].map((ref) => ({ type: "object", ref: ref as ObjectId, state: "lost", error: "OwnerDiedError: the session that made it ended", at })));
  }

  /** Sends every change that waits for its turn, and what watched views look like now. */
  flush(): void {
    for (const live of [...this.#live]) if (live.hasOutput && (live.cancel !== undefined || this.#isWatched(live))) this.#send(live);
  }

  close(): void {
    this.#cancelTick?.();
    for (const live of [...this.#live]) this.#settle(live);
    this.#views.clear();
  }

  #keep(view: ViewDescriptor, id: string, cell: number, hasOutput: boolean): LiveView {
    const before = this.#views.get(id);
    if (before !== undefined) this.#settle(before);
    this.#views.delete(id);
    const live: LiveView = { view, subjects: subjectsShown(this.state, view), id, cell, hasOutput, shown: "", sentAt: this.#clock.now(), cancel: undefined };
    this.#views.set(id, live);
    this.#live.add(live);
    for (const subject of live.subjects) {
      const others = this.#bySubject.get(subject);
      if (others === undefined) this.#bySubject.set(subject, new Set([live]));
      else others.add(live);
    }
    this.#tickLater();
    const [oldest] = this.#live;
    if (this.#live.size > MOST_LIVE && oldest !== undefined) this.#settle(oldest);
    const oldestId = this.#views.keys().next();
    if (this.#views.size > MOST_VIEWS && !oldestId.done) this.#views.delete(oldestId.value);
    return live;
  }

  /** A task's prints are shown with its refs. */
  #subjectsOf(row: EngineEvent): readonly string[] {
    const subjects = subjectsOf(row);
    if (row.type !== "log" || row.task === undefined) return subjects;
    return [...subjects, ...(this.state.tasks.get(row.task as never)?.refs ?? [])];
  }

  #change(live: LiveView): void {
    this.#parts.changed?.(live);
    if (!live.hasOutput || live.cancel !== undefined) return;
    if (this.#isWatched(live) && !isSettled(this.state, live.view)) return; // V1
    const waitMs = Math.max(0, live.sentAt + this.#parts.intervalMs - this.#clock.now());
    live.cancel = this.#clock.after(waitMs, () => this.#send(live));
  }

  #isWatched(live: LiveView): boolean {
    return this.#parts.isWatched?.(live) === true;
  }

  #send(live: LiveView): void {
    live.cancel?.();
    live.cancel = undefined;
    const data = this.#draw(live.view, live.id);
    if (isSettled(this.state, live.view)) this.#settle(live);
    const shown = comparable(data);
    if (shown === live.shown) return;
    live.shown = shown;
    live.sentAt = this.#clock.now();
    this.#parts.emit({ type: "display", data, metadata: {}, displayId: live.id, update: true }, live.cell);
  }

  #draw(view: ViewDescriptor, id: string): ViewBundle {
    return renderView(this.state, view, id, Math.max(this.state.latestAt, Date.now()));
  }

  /** V2. */
  #tickLater(): void {
    if (this.#cancelTick !== undefined || this.#timed().length === 0) return;
    this.#cancelTick = this.#clock.after(TICK_MS, () => {
      this.#cancelTick = undefined;
      for (const live of this.#timed()) this.#change(live);
      this.#tickLater();
    });
  }

  #timed(): LiveView[] {
    const now = Date.now();
    return [...this.#live].filter(({ view }) => isTimed(this.state, view, now));
  }

  /** Its output changes no more, and no event is about it. */
  #settle(live: LiveView): void {
    live.cancel?.();
    live.cancel = undefined;
    this.#live.delete(live);
    for (const subject of live.subjects) {
      const others = this.#bySubject.get(subject);
      others?.delete(live);
      if (others?.size === 0) this.#bySubject.delete(subject);
    }
  }
}

/** What is seen of it: not when it was drawn. */
const comparable = (data: ViewBundle): string => JSON.stringify([data["text/plain"], data[VIEW_MIME].node, data[VIEW_MIME].isSettled]);
