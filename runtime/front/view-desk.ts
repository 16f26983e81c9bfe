/**
 * Everything about views in a front: their outputs, the pages that watch them, what those may have done. Owns none of the state
 * itself: `live-views.ts` and `view-watches.ts` do.
 */
import type { EngineEvent } from "../engine/events.ts";
import type { ActorId } from "../ids.ts";
import type { Output, UiValue, ViewDescriptor } from "../session/output.ts";
import { partsOf, type UiOutput } from "../views/ui-state.ts";
import type { ViewState } from "../views/view-state.ts";
import type { Clock } from "./clock.ts";
import type { FrontOutput } from "./front-output.ts";
import { LiveViews } from "./live-views.ts";
import { ObservedActors } from "./observed-actors.ts";
import { ViewActions, type ActingCluster } from "./view-actions.ts";
import { ViewWatches, type ViewMessage } from "./view-watches.ts";

/** What a page wants to watch: `view` is what a saved notebook says of a view that this front has not made. */
export interface ViewRequest {
  readonly id: string;
  readonly view?: unknown;
  readonly look?: unknown;
}

/** One page's watch of one view. */
export interface ViewWatch {
  /** Whoever looks has unfolded, sorted, searched, turned a page. */
  look(look: unknown): void;
  setInSight(isInSight: boolean): void;
  /** Has something done to what the view shows; resolves with what came of it, in words. */
  act(act: unknown): Promise<string>;
  close(): void;
}

export interface ViewDeskParts {
  readonly emit: (output: FrontOutput, cell: number) => void;
  readonly clock: Clock;
  /** Outputs are drawn by a browser, where each change costs, and not by a terminal. */
  readonly isPage: boolean;
  /** Resolves when it is known whether there is one, perhaps from before. */
  readonly cluster: () => Promise<ActingCluster | undefined>;
  readonly nameOf: (cell: number) => string;
  readonly say: (message: ActorObserved) => void;
  /** Tells the session that a control was touched; resolves when its code has run. `cell` is that of the view. */
  readonly touch: (control: string, value: UiValue, cell: number) => Promise<void>;
}

/** To the head. */
export interface ActorObserved {
  readonly type: "actor-observed";
  readonly actor: ActorId;
  readonly everyMs: number;
}

const PAGE_INTERVAL_MS = 500;
const TERMINAL_INTERVAL_MS = 100;

export class ViewDesk {
  readonly #parts: ViewDeskParts;
  readonly #views: LiveViews;
  readonly #watches: ViewWatches;
  readonly #actions: ViewActions;
  readonly #observed: ObservedActors;

  constructor(parts: ViewDeskParts) {
    this.#parts = parts;
    const { emit, clock, isPage } = parts;
    this.#views = new LiveViews({
      emit, clock,
      intervalMs: isPage ? PAGE_INTERVAL_MS : TERMINAL_INTERVAL_MS,
      changed: (live) => this.#watches.changed(live),
      isWatched: (live) => this.#watches.isWatched(live),
    });
    this.#watches = new ViewWatches(this.#views, clock);
    this.#observed = new ObservedActors({
      live: () => this.#views.live,
      actorsOf: ({ view }) => actorsIn(this.#views.state, view),
      isWatched: (live) => this.#watches.isWatched(live),
      ask: (actor, everyMs) => parts.say({ type: "actor-observed", actor, everyMs }),
    });
    this.#actions = new ViewActions({ views: this.#views, cluster: parts.cluster, touch: parts.touch });
  }

  add(output: Extract<Output, { type: "view" }>, cell: number): void {
    this.#views.add(output, cell);
    this.#observed.update();
  }

  /** The head is there, perhaps another one. */
  clusterOpened(): void {
    this.#observed.askAgain();
  }

  /** Refs of that owner are shown that have not ended. */
  waitsFor(owner: string): boolean {
    return this.#views.waitsFor(owner);
  }

  /** What the session says of its controls. */
  applyUi(output: UiOutput): void {
    this.#views.applyUi(output);
  }

  /** The session has ended: nobody hears of its controls any more. */
  sessionEnded(): void {
    this.#views.uiEnded();
  }

  apply(rows: readonly EngineEvent[]): void {
    this.#views.apply(rows);
  }

  ownerEnded(owner: string): void {
    this.#views.ownerEnded(owner, Date.now());
  }

  flush(): void {
    this.#views.flush();
  }

  async close(): Promise<void> {
    this.#watches.close();
    this.#views.close();
    await this.#actions.close();
  }

  /** Undefined: nothing is known of that view, or no more. */
  async watch({ id, view, look }: ViewRequest, tell: (message: ViewMessage) => void): Promise<ViewWatch | undefined> {
    const live = this.#views.find(id) ?? (await this.#adopted(id, view));
    if (live === undefined) return undefined;
    const watch = this.#watches.begin(live, look, tell);
    this.#observed.update();
    return {
      look: (chosen) => this.#watches.choose(watch, chosen),
      setInSight: (isInSight) => this.#watches.setInSight(watch, isInSight),
      act: (wanted) => this.#actions.act(live, wanted, this.#parts.nameOf(live.cell)),
      close: () => {
        this.#watches.end(watch);
        this.#observed.update();
      },
    };
  }

  async #adopted(id: string, view: unknown): Promise<ReturnType<LiveViews["find"]>> {
    const descriptor = readOutliving(view);
    if (descriptor === undefined) return undefined;
    await this.#parts.cluster();
    const { state } = this.#views;
    const isKnown = descriptor.kind === "cluster" ? state.resources !== undefined : state.actors.has(descriptor.actor as ActorId);
    return isKnown ? (this.#views.find(id) ?? this.#views.adopt(id, descriptor)) : undefined;
  }
}

function actorsIn(state: ViewState, view: ViewDescriptor): ActorId[] {
  if (view.kind === "actor") return [view.actor as ActorId];
  if (view.kind !== "ui") return [];
  return partsOf(state, view.root).flatMap((control) => (control.control === "chart" && control.watches !== undefined ? [control.watches.actor as ActorId] : []));
}

/** A view of what outlives a session, as a notebook has it: it may come from anywhere. */
function readOutliving(view: unknown): Extract<ViewDescriptor, { kind: "actor" | "cluster" }> | undefined {
  if (typeof view !== "object" || view === null) return undefined;
  const { kind, actor, className, methods } = view as Readonly<Record<string, unknown>>;
  if (kind === "cluster") return { kind };
  if (kind !== "actor" || typeof actor !== "string" || typeof className !== "string") return undefined;
  const names = Array.isArray(methods) ? methods.filter((name): name is string => typeof name === "string") : [];
  return { kind, actor, className, methods: names };
}
