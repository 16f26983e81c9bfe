/**
 * Pages that watch views: each hears first what its view looks like, then what changes. It owns what each page was told last and
 * what whoever looks at it has chosen. Views are drawn for a page only while it is watched and in sight.
 *
 * Invariants
 * - W1 A page hears of its view once in TICK_MS at most, of all that changed in it, and nothing when nothing did.
 * - W2 Drawing takes no more than a twentieth of the time, apart from a short burst: views that are slow to draw are drawn more seldom.
 * - W3 A page gets what the notebook should keep when the view settles, and every few seconds while it changes.
 */
import type { ViewDescriptor } from "../session/output.ts";
import { changesBetween, type Change, type Json } from "../views/changes.ts";
import { readLook, type Look } from "../views/look.ts";
import { drawView, isSettled, renderView, type ViewBundle } from "../views/render-view.ts";
import type { ViewNode } from "../views/view-node.ts";
import type { Clock } from "./clock.ts";
import type { LiveView, LiveViews } from "./live-views.ts";
import { TimeShare } from "./time-share.ts";

/** What a page draws. */
export interface ViewModel {
  readonly plain: string;
  readonly node: ViewNode;
  readonly isSettled: boolean;
}

/** `now`: the time here, by which a page counts what goes on. */
export type ViewMessage =
  | { readonly type: "view"; readonly model: ViewModel; readonly now: number }
  | { readonly type: "changes"; readonly changes: readonly Change[]; readonly now: number }
  /** What the notebook is to keep. */
  | { readonly type: "saved"; readonly bundle: ViewBundle };

export interface Watch {
  readonly live: LiveView;
  look: Look;
  isInSight: boolean;
  /** What the page has. */
  model: ViewModel | undefined;
  isDirty: boolean;
  /** Set while what it shows is to be kept soon. */
  cancelSave: (() => void) | undefined;
  /** What it shows in the end is kept. */
  isKept: boolean;
  readonly tell: (message: ViewMessage) => void;
}

const TICK_MS = 50;
const DRAWING = { share: 1 / 20, burstMs: 250 };
const SAVE_MS = 3000;

export class ViewWatches {
  readonly #views: LiveViews;
  readonly #clock: Clock;
  readonly #watches = new Map<LiveView, Set<Watch>>();
  readonly #drawing = new TimeShare(DRAWING);
  #cancelTick: (() => void) | undefined;
  #nextAt = 0;

  constructor(views: LiveViews, clock: Clock) {
    this.#views = views;
    this.#clock = clock;
  }

  isWatched(live: LiveView): boolean {
    return this.#watches.has(live);
  }

  /** Views that somebody looks at. */
  get watched(): ReadonlySet<LiveView> {
    return new Set(this.#watches.keys());
  }

  begin(live: LiveView, look: unknown, tell: (message: ViewMessage) => void): Watch {
    const watch: Watch = { live, look: readLook(look), isInSight: true, model: undefined, isDirty: false, cancelSave: undefined, isKept: false, tell };
    const others = this.#watches.get(live);
    if (others === undefined) this.#watches.set(live, new Set([watch]));
    else others.add(watch);
    this.#draw(watch);
    return watch;
  }

  end(watch: Watch): void {
    watch.cancelSave?.();
    const watches = this.#watches.get(watch.live);
    watches?.delete(watch);
    if (watches?.size === 0) this.#watches.delete(watch.live);
  }

  /** Answered at once: somebody waits for it. */
  choose(watch: Watch, look: unknown): void {
    watch.look = readLook(look);
    this.#draw(watch);
  }

  setInSight(watch: Watch, isInSight: boolean): void {
    watch.isInSight = isInSight;
    if (isInSight && watch.isDirty) this.#draw(watch);
  }

  /** The view looks different, or may. */
  changed(live: LiveView): void {
    const watches = this.#watches.get(live);
    if (watches === undefined) return;
    for (const watch of watches) watch.isDirty = true;
    this.#tickLater();
  }

  close(): void {
    this.#cancelTick?.();
    for (const watches of this.#watches.values()) for (const watch of watches) watch.cancelSave?.();
    this.#watches.clear();
  }

  /** W1. */
  #tickLater(): void {
    this.#cancelTick ??= this.#clock.after(Math.max(0, this.#nextAt - this.#clock.now()), () => {
      this.#cancelTick = undefined;
      const began = this.#clock.now();
      for (const watches of this.#watches.values()) for (const watch of watches) if (watch.isDirty && watch.isInSight) this.#draw(watch);
      const now = this.#clock.now();
      this.#nextAt = Math.max(began + TICK_MS, now + this.#drawing.spend(now - began, now)); // W1, W2
    });
  }

  #draw(watch: Watch): void {
    watch.isDirty = false;
    const now = Date.now();
    const { state } = this.#views;
    const { view } = watch.live;
    const { plain, node } = drawView(state, view, watch.look, Math.max(state.latestAt, now));
    const model: ViewModel = { plain, node, isSettled: isSettled(state, view) };
    const before = watch.model;
    watch.model = model;
    if (before === undefined) watch.tell({ type: "view", model, now });
    else {
      const changes = changesBetween(before as unknown as Json, model as unknown as Json);
      if (changes.length === 0) return;
      watch.tell({ type: "changes", changes, now });
    }
    if (model.isSettled) this.#save(watch);
    else watch.cancelSave ??= this.#clock.after(SAVE_MS, () => this.#save(watch));
  }

  /** W3. */
  #save(watch: Watch): void {
    watch.cancelSave?.();
    watch.cancelSave = undefined;
    if (watch.isKept) return;
    watch.isKept = watch.model?.isSettled === true;
    const { state } = this.#views;
    watch.tell({ type: "saved", bundle: renderView(state, watch.live.view, watch.live.id, Math.max(state.latestAt, Date.now())) });
  }
}
