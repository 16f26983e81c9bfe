/**
 * `ObjectRef<T>`: a value that is somewhere in the cluster, or will be. One is made for each id that the engine gives or
 * that a decoded value holds, 100,000 a second and more, so it is two small objects and no closure.
 *
 * H1. Each Hold stands for one count at its engine, given back once: by dispose, or when the holder was collected.
 */
import type { Engine } from "../engine/engine.ts";
import type { ObjectId } from "../ids.ts";
import { SHIP, type Shipped } from "./shippable.ts";

/** What the refs of one engine share. */
export interface RefScope {
  readonly engine: Engine;
  /** False once the cluster behind the engine was shut down: its refs mean nothing any more. */
  readonly isLive: boolean;
  get(ref: ObjectRef<unknown>): Promise<unknown>;
}

/** What `madeBy` says of a ref that `ray.put` made. */
export const MADE_BY_PUT = "ray.put";

/** One count of an object, held by a ref or by an actor handle. */
export interface Hold {
  readonly id: ObjectId;
  /** By which its engine finds it quickest; 0: not known. */
  readonly count: number;
  readonly scope: RefScope;
  /** The task or actor call that makes it; undefined for refs that came inside a value. */
  readonly madeBy: string | undefined;
  isReleased: boolean;
}

const released = new FinalizationRegistry<Hold>(release);

/** Gives the count back when `holder` is collected. */
export function releaseWithHolder(holder: object, hold: Hold): void {
  released.register(holder, hold);
}

export function release(hold: Hold): void {
  if (hold.isReleased) return; // H1
  hold.isReleased = true;
  if (hold.scope.isLive) hold.scope.engine.release(hold.id, hold.count);
}

const REF_BRAND = Symbol.for("ray-ts.object-ref");

let construct: (hold: Hold) => ObjectRef<unknown>;
let read: (value: object) => Hold | undefined;

/**
 * A reference to the value of a task, an actor call or `ray.put`: `await ray.get(ref)` gives the value. It is not a
 * promise, so passing or returning one never waits. As a top-level argument of `.remote()` it arrives as its value; inside
 * an object, an array or a closure it stays a ref.
 *
 * @example
 * const ref = ray.put([1, 2, 3]); // ObjectRef<number[]>
 * await ray.get(ref);             // [1, 2, 3]
 *
 * @see https://docs.ray.io/en/latest/ray-core/objects.html
 */
export class ObjectRef<T> implements Disposable {
  readonly #hold: Hold;

  static {
    // a bundler renames a class that names itself inside
    Object.defineProperty(this, "name", { value: "ObjectRef", configurable: true });
    construct = (hold) => new ObjectRef<unknown>(hold as never);
    read = (value) => (#hold in value ? value.#hold : undefined);
  }

  private constructor(hold: never) {
    if (typeof hold !== "object") throw new TypeError("An ObjectRef is made by f.remote(...), a handle's method or ray.put(value)");
    this.#hold = hold;
  }

  /** True for an ObjectRef, also one of another copy of this package. */
  static [Symbol.hasInstance](value: unknown): value is ObjectRef<unknown> {
    return typeof value === "object" && value !== null && (value as { [REF_BRAND]?: unknown })[REF_BRAND] === true;
  }

  /** Its id in the cluster: `d3fa9c1d2-1`. */
  get id(): string {
    return this.#hold.id;
  }

  /** The value, as `ray.get(this)` gives it: for `Promise.all(refs.map((ref) => ref.value()))`. */
  value(): Promise<T> {
    return this.#hold.scope.get(this) as Promise<T>;
  }

  /** Lets go of the object now, instead of when this ref is collected. */
  [Symbol.dispose](): void {
    release(this.#hold);
  }

  toString(): string {
    return `ObjectRef(${this.#hold.id})`;
  }

  get [Symbol.toStringTag](): "ObjectRef" {
    return "ObjectRef";
  }
}

Object.defineProperty(ObjectRef.prototype, REF_BRAND, { value: true });
// code that was sent has the ObjectRef of the process where it runs
Object.defineProperty(ObjectRef, SHIP, { value: (): Shipped => ({ singleton: "object-ref", args: [] }) });
Object.defineProperty(ObjectRef.prototype, Symbol.for("nodejs.util.inspect.custom"), {
  value(this: ObjectRef<unknown>) { return this.toString(); },
});

/** A ref that takes over one count of `id`. */
export function makeRef(scope: RefScope, id: ObjectId, madeBy: string | undefined, count = 0): ObjectRef<unknown> {
  const hold: Hold = { id, count, scope, madeBy, isReleased: false };
  const ref = construct(hold);
  released.register(ref, hold);
  return ref;
}

/** What an ObjectRef of this copy holds; undefined for every other value. */
export function holdOf(value: unknown): Hold | undefined {
  return typeof value === "object" && value !== null ? read(value) : undefined;
}
