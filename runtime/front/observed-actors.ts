/** Which actors' processes are asked to say how they are: those whose views somebody sees, more often where a page draws each change. */
import type { ActorId } from "../ids.ts";
import type { LiveView } from "./live-views.ts";

export interface ObservedActorsParts {
  /** The views that change, the newest last. */
  readonly live: () => Iterable<LiveView>;
  /** Those whose fields it shows. */
  readonly actorsOf: (live: LiveView) => readonly ActorId[];
  readonly isWatched: (live: LiveView) => boolean;
  readonly ask: (actor: ActorId, everyMs: number) => void;
}

const WATCHED_MS = 100;
const SHOWN_MS = 500;
/** Of those that no page watches the newest. */
const MOST_SHOWN = 20;

export class ObservedActors {
  readonly #parts: ObservedActorsParts;
  #asked = new Map<ActorId, number>();

  constructor(parts: ObservedActorsParts) {
    this.#parts = parts;
  }

  /** Views came or went, or pages that watch them. */
  update(): void {
    const wanted = this.#wanted();
    for (const [actor, everyMs] of wanted) if (this.#asked.get(actor) !== everyMs) this.#parts.ask(actor, everyMs);
    for (const actor of this.#asked.keys()) if (!wanted.has(actor)) this.#parts.ask(actor, 0);
    this.#asked = wanted;
  }

  /** Another head: it has been asked nothing. */
  askAgain(): void {
    this.#asked = new Map();
    this.update();
  }

  #wanted(): Map<ActorId, number> {
    const wanted = new Map<ActorId, number>();
    const shown: ActorId[] = [];
    for (const live of this.#parts.live()) {
      for (const actor of this.#parts.actorsOf(live)) {
        if (this.#parts.isWatched(live)) wanted.set(actor, WATCHED_MS);
        else shown.push(actor);
      }
    }
    for (const actor of shown.slice(-MOST_SHOWN)) if (!wanted.has(actor)) wanted.set(actor, SHOWN_MS);
    return wanted;
  }
}
