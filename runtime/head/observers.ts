/** Who looks at which actor, and how often it is to say how it is. Pure. */
import type { ActorId, ProcessName } from "../ids.ts";

export class Observers {
  private readonly byActor = new Map<ActorId, Map<ProcessName, number>>();

  /** How often the actor is to say so, in milliseconds; 0: nobody looks. */
  everyMs(actor: ActorId): number {
    const wishes = [...(this.byActor.get(actor)?.values() ?? [])];
    return wishes.length === 0 ? 0 : Math.min(...wishes);
  }

  /** 0: that process looks no more. */
  set(observer: ProcessName, actor: ActorId, everyMs: number): void {
    const wishes = this.byActor.get(actor) ?? new Map<ProcessName, number>();
    if (everyMs > 0) wishes.set(observer, everyMs);
    else wishes.delete(observer);
    if (wishes.size === 0) this.byActor.delete(actor);
    else this.byActor.set(actor, wishes);
  }

  /** The process has gone: what it looked at. */
  left(observer: ProcessName): ActorId[] {
    const actors = [...this.byActor].filter(([, wishes]) => wishes.has(observer)).map(([actor]) => actor);
    for (const actor of actors) this.set(observer, actor, 0);
    return actors;
  }
}
