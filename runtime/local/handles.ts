/** Which objects are actors' handles, so that a handle travels with where its actor is. */
import type { ActorId, ObjectId, ProcessName } from "../ids.ts";

export interface ActorPlaces {
  workerOf(actor: ActorId): ProcessName | undefined;
  learned(actor: ActorId, worker: ProcessName): void;
  expect(actor: ActorId, className: string): void;
}

export class Handles {
  private readonly actors = new Map<ObjectId, ActorId>();
  private readonly places: () => ActorPlaces;

  constructor(places: () => ActorPlaces) {
    this.places = places;
  }

  set(handle: ObjectId, actor: ActorId): void {
    this.actors.set(handle, actor);
  }

  has(id: ObjectId): boolean {
    return this.actors.has(id);
  }

  get any(): boolean {
    return this.actors.size > 0;
  }

  /** The actor of a handle that is gone. */
  take(handle: ObjectId): ActorId | undefined {
    const actor = this.actors.get(handle);
    if (actor) this.actors.delete(handle);
    return actor;
  }

  /** Refs as they travel: `id`, or `id@actor@worker` for a handle. */
  annotate(refs: readonly ObjectId[]): readonly string[] {
    if (refs.length === 0 || this.actors.size === 0) return refs;
    return refs.map((id) => {
      const actor = this.actors.get(id);
      return actor ? `${id}@${actor}@${this.places().workerOf(actor) ?? ""}` : id;
    });
  }

  /** What a peer wrote behind refs. */
  learn(refs: readonly string[]): void {
    for (const wire of refs) {
      const [id, actor, worker] = wire.split("@");
      if (!actor) continue;
      this.actors.set(id as ObjectId, actor as ActorId);
      if (worker) this.places().learned(actor as ActorId, worker as ProcessName);
      else this.places().expect(actor as ActorId, "");
    }
  }
}
