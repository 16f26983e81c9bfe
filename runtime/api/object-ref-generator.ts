/** What a generator gives when it is called remotely: its items as refs, as they are made. */
import type { ItemStream } from "../engine/engine.ts";
import { ObjectLostError, type RayError } from "../errors.ts";
import type { ObjectId } from "../ids.ts";
import type { Scope } from "./home.ts";
import { holdOf, makeRef, type ObjectRef } from "./object-ref.ts";

interface State {
  readonly scope: Scope;
  readonly stream: ItemStream;
  readonly completed: ObjectRef<unknown>;
  readonly madeBy: string;
}

/** Nobody can take the items any more: the generator ends. */
const forgotten = new FinalizationRegistry<ItemStream>((stream) => stream.close());

let construct: (state: State) => ObjectRefGenerator<unknown>;

/**
 * The refs of a generator's items, each there as soon as it is made. A generator that throws has its error as the last ref.
 * Leaving the loop early, or `close()`, ends it where it runs.
 *
 * @example
 * const count = ray.remote(function* (n: number) { for (let i = 0; i < n; i++) yield i; });
 * for await (const ref of count.remote(3)) console.log(await ray.get(ref)); // 0, 1, 2
 *
 * @see https://docs.ray.io/en/latest/ray-core/ray-generator.html
 */
export class ObjectRefGenerator<Y> implements AsyncIterable<ObjectRef<Y>>, AsyncIterator<ObjectRef<Y>, undefined>, AsyncDisposable {
  readonly #state: State;

  static {
    // a bundler renames a class that names itself inside
    Object.defineProperty(this, "name", { value: "ObjectRefGenerator", configurable: true });
    construct = (state) => new ObjectRefGenerator<unknown>(state as never);
  }

  private constructor(state: never) {
    if (typeof state !== "object") throw new TypeError("An ObjectRefGenerator is made by the .remote(...) of a generator");
    this.#state = state;
    forgotten.register(this, this.#state.stream, this);
  }

  /** The next ref, when there is one. */
  async next(): Promise<IteratorResult<ObjectRef<Y>, undefined>> {
    const { scope, stream, madeBy } = this.#state;
    for (;;) {
      if (!scope.isLive) throw new ObjectLostError(`Cannot read on in ${madeBy}: its cluster is gone, and its objects with it`);
      const id = stream.take();
      if (id !== undefined) return { done: false, value: makeRef(scope, id, madeBy) as ObjectRef<Y> };
      if (stream.isFinished) return { done: true, value: undefined };
      await moreOf(scope, stream);
    }
  }

  /** What leaving a `for await` early calls. */
  async return(): Promise<IteratorResult<ObjectRef<Y>, undefined>> {
    this.close();
    return { done: true, value: undefined };
  }

  /** A ref that is ready when the generator has ended, and has its error when it threw. */
  completed(): ObjectRef<undefined> {
    return this.#state.completed as ObjectRef<undefined>;
  }

  /** True when it has ended and each of its refs was taken. */
  isFinished(): boolean {
    return this.#state.stream.isFinished;
  }

  /** Ends the generator where it runs, at its next `yield`; refs that were not taken are let go. */
  close(): void {
    if (this.#state.scope.isLive) this.#state.stream.close();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
  }

  toString(): string {
    return `ObjectRefGenerator(${this.#state.completed.id})`;
  }

  declare readonly [Symbol.toStringTag]: "ObjectRefGenerator";
}

// a value, so that whoever asks what it is runs no code
Object.defineProperty(ObjectRefGenerator.prototype, Symbol.toStringTag, { value: "ObjectRefGenerator", configurable: true });
Object.defineProperty(ObjectRefGenerator.prototype, Symbol.for("nodejs.util.inspect.custom"), {
  value(this: ObjectRefGenerator<unknown>) { return this.toString(); },
});

/** A worker whose task waits for an item gives its CPU back meanwhile, as in get. */
async function moreOf(scope: Scope, stream: ItemStream): Promise<void> {
  let fail: (error: RayError) => void = () => undefined;
  const more = new Promise<void>((resolve, reject) => {
    fail = reject;
    stream.whenMore(resolve);
  });
  scope.beginWait(fail);
  try {
    await more;
  } finally {
    scope.endWait(fail);
  }
}

export function makeGenerator(scope: Scope, id: ObjectId, madeBy: string): ObjectRefGenerator<unknown> {
  const stream = scope.engine.streamOf(id);
  if (!stream) throw new TypeError(`The engine has no stream of ${madeBy}`);
  return construct({ scope, stream, completed: makeRef(scope, id, madeBy), madeBy });
}

export const isGeneratorFunction = (code: Function): boolean => /^\[object (Async)?GeneratorFunction\]$/.test(Object.prototype.toString.call(code));

/** Ahead of who takes them, if nothing else is asked for. */
export const ITEMS_AHEAD = 64;

/** The ref behind a generator, for `ray.cancel`. */
export const holdOfGenerator = (value: unknown): ReturnType<typeof holdOf> => (value instanceof ObjectRefGenerator ? holdOf(value.completed()) : undefined);
