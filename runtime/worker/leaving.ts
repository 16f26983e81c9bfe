/** An actor that ends from inside: by `ray.exitActor`, or by `ray.terminate` in its turn. Owns: that it is to end, and which call asked. */
import { RayError } from "../errors.ts";

/** Between an actor's last result and its end. */
const LINGER_MS = 50;

export class Leaving<Call extends object> {
  private readonly tellHead: (cause: string) => void;
  private asked: { readonly by: Call | undefined; readonly cause: string } | undefined;

  constructor(tellHead: (cause: string) => void) {
    this.tellHead = tellHead;
  }

  /** No call begins any more; the actor ends when none runs. */
  get isAsked(): boolean {
    return this.asked !== undefined;
  }

  /** Its caller hears of the actor's end from the head. */
  isBy(call: Call): boolean {
    return this.asked?.by === call;
  }

  ask(by: Call | undefined, cause: string): void {
    this.asked ??= { by, cause };
  }

  /** No call runs. Results that were written before are on their way when the head ends this process. */
  idle(): void {
    const { asked } = this;
    if (asked) setTimeout(() => this.tellHead(asked.cause), LINGER_MS);
  }
}

/** What a call of `ray.exitActor` throws, so that its method goes no further. Nobody gets it: the call ends with the actor. */
export const leaving = (): RayError => new RayError("This actor ends by ray.exitActor()");

export const notLeaving = (className: string | undefined): RayError => new RayError(className
  ? `ray.exitActor() was called in the constructor of ${className}: throw an error there, and the actor is not made`
  : "ray.exitActor() was called outside an actor: it ends the actor whose method calls it. From outside write ray.terminate(handle) or ray.kill(handle)");
