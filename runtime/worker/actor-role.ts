/** What makes a worker an actor's process: what it was told, its methods beyond those of the class, and how many calls may run. */
import { CALL_METHOD, READY_METHOD, TERMINATE_METHOD, type ActorInfo, type TaskContext } from "../engine/engine.ts";
import type { Placement } from "../engine/placement.ts";
import type { ActorId, JobId } from "../ids.ts";

export interface ActorRole {
  readonly id: ActorId;
  /** Its own handle's, which counts nothing. */
  readonly info: ActorInfo;
  readonly className: string;
  readonly maxConcurrency: number;
  readonly concurrencyGroups: Readonly<Record<string, number>> | undefined;
  /** How many processes it had before this one. */
  readonly restarts: number;
  readonly resources: Readonly<Record<string, number>>;
  readonly placement: Placement | undefined;
  readonly namespace: string;
  readonly job: string;
  /** The cell or file that made it. */
  readonly origin: string | undefined;
}

const neverAborted = new AbortController().signal;

/** What the constructor can ask. */
export function constructorContext({ id, info, className, restarts, resources, placement, namespace, job }: ActorRole): TaskContext {
  return { placement, actorInfo: info, taskName: `${className}.constructor`, actor: id, wasActorRestarted: restarts > 0, signal: neverAborted, assignedResources: resources, namespace, jobId: job as JobId };
}

/** The function behind a method's name; called with the instance as `this`. */
export function actorMethod(className: string, instance: object | undefined, name: string, exit: (cause: string) => never): Function {
  if (name === READY_METHOD) return isReady;
  if (name === CALL_METHOD) return callWithInstance;
  if (name === TERMINATE_METHOD) return () => exit("it was ended by ray.terminate, after the calls before it");
  const method = (instance as Record<string, unknown>)[name];
  if (typeof method !== "function") throw new TypeError(`Actor ${className} has no method "${name}"`);
  return method;
}

/** What `ray.ready` calls: it runs when the constructor has. */
const isReady = (): true => true;

function callWithInstance(this: object, fn: (self: object, ...args: unknown[]) => unknown, ...args: unknown[]): unknown {
  return fn(this, ...args);
}

/** How many calls run, in all and by concurrency group. */
export class RunningCalls {
  total = 0;
  private readonly limits: ReadonlyMap<string, number>;
  private readonly most: number;
  private readonly byGroup = new Map<string, number>();

  constructor(most: number, groups: Readonly<Record<string, number>> | undefined) {
    this.most = most;
    this.limits = new Map(Object.entries(groups ?? {}));
  }

  get hasGroups(): boolean {
    return this.limits.size > 0;
  }

  get mayOverlap(): boolean {
    return this.most > 1 || this.hasGroups;
  }

  hasRoom(group: string | undefined): boolean {
    if (!this.hasGroups) return this.total < this.most;
    return this.of(group) < this.mostOf(group);
  }

  began(group: string | undefined, by: 1 | -1): void {
    this.total += by;
    if (this.hasGroups) this.byGroup.set(this.groupOf(group), this.of(group) + by);
  }

  private of(group: string | undefined): number {
    return this.byGroup.get(this.groupOf(group)) ?? 0;
  }

  mostOf(group: string | undefined): number {
    return this.limits.get(group ?? "") ?? this.most;
  }

  /** An unknown group is none. */
  groupOf(group: string | undefined): string {
    return group !== undefined && this.limits.has(group) ? group : "";
  }
}
