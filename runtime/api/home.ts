/**
 * What the parts of one `ray` share: the host, and a scope for each engine that it has had. Owns: which refs still mean
 * something. Does not own: the engine's life (`cluster.ts`).
 */
import type { Engine, Returns, TaskArgs } from "../engine/engine.ts";
import { ObjectLostError, type RayError } from "../errors.ts";
import type { Bundle, Placement } from "../engine/placement.ts";
import type { ObjectId } from "../ids.ts";
import type { RayHost } from "./host.ts";
import { capturedPlacement } from "./placement.ts";
import { holdOf, makeRef, type Hold, type ObjectRef, type RefScope } from "./object-ref.ts";

/** One engine, and the waits that `ray.shutdown` must end. */
export class Scope implements RefScope {
  readonly engine: Engine;
  readonly home: Home;
  isLive = true;
  private readonly waits = new Map<(error: RayError) => void, () => void>();

  constructor(engine: Engine, home: Home) {
    this.engine = engine;
    this.home = home;
  }

  get(ref: ObjectRef<unknown>): Promise<unknown> {
    return this.home.get(ref);
  }

  /** Tells the engine that a get or wait begins; `fail` ends it when the cluster goes. */
  beginWait(fail: (error: RayError) => void): void {
    this.waits.set(fail, this.engine.beginWait());
  }

  endWait(fail: (error: RayError) => void): void {
    const ended = this.waits.get(fail);
    this.waits.delete(fail);
    if (this.isLive) ended?.();
  }

  end(error: RayError): void {
    this.isLive = false;
    for (const fail of [...this.waits.keys()]) fail(error);
  }
}

export class Home {
  readonly host: RayHost;
  readonly get: (ref: ObjectRef<unknown>) => Promise<unknown>;
  private last: Scope | undefined;
  private readonly scopes = new WeakMap<Engine, Scope>();

  constructor(host: RayHost, get: (home: Home, ref: ObjectRef<unknown>) => Promise<unknown>) {
    this.host = host;
    this.get = (ref) => get(this, ref);
  }

  /** The scope of the engine that work goes to now; starts an engine if there is none. */
  current(): Scope {
    return this.scopeOf(this.host.engine());
  }

  scopeOf(engine: Engine): Scope {
    if (this.last?.engine === engine) return this.last;
    let scope = this.scopes.get(engine);
    if (!scope) this.scopes.set(engine, (scope = new Scope(engine, this)));
    return (this.last = scope);
  }
}

/** The hold behind a ref that is going to be used; throws when it can no longer be. The text begins `Cannot get ObjectRef(d1-1)`. */
export function usable(hold: Hold, verb: string, rest = ""): Hold {
  if (hold.isReleased) throw new ObjectLostError(`Cannot ${verb} ObjectRef(${hold.id})${rest}: it was let go by \`using\` or [Symbol.dispose](). Keep the ref as long as you need the value`);
  if (!hold.scope.isLive) throw lostWithCluster(hold, verb, rest);
  return hold;
}

/** As `usable`, for a ref that goes into work for `scope`'s cluster. */
export function sendable(hold: Hold, scope: RefScope | undefined, rest: string): Hold {
  if (scope && hold.scope !== scope) throw lostWithCluster(hold, "pass", rest);
  return usable(hold, "pass", rest);
}

const lostWithCluster = (hold: Hold, verb: string, rest: string): ObjectLostError =>
  new ObjectLostError(`Cannot ${verb} ObjectRef(${hold.id})${rest}: its cluster is gone, and its objects with it. Make the object again`);

/** Arguments as the engine takes them: top-level refs are listed apart, with null in their place. */
export function encodeCall(scope: Scope, args: readonly unknown[], label: string): TaskArgs {
  let plain: unknown[] | undefined;
  let topLevelRefs: { index: number; ref: ObjectId }[] | undefined;
  for (let index = 0; index < args.length; index++) {
    const hold = holdOf(args[index]);
    if (!hold) continue;
    sendable(hold, scope, ` to ${label}`);
    (topLevelRefs ??= []).push({ index, ref: hold.id });
    (plain ??= [...args])[index] = null;
  }
  return { value: scope.home.host.codec.encodeArgs(plain ?? args, label), topLevelRefs: topLevelRefs ?? NO_REFS };
}

const NO_REFS: TaskArgs["topLevelRefs"] = Object.freeze([]);

/** What `.remote()` gives: one ref, several, or undefined. */
export function refsOf(scope: Scope, { ids, first }: Returns, numReturns: number, madeBy: string): unknown {
  if (numReturns === 1) return makeRef(scope, ids[0] as ObjectId, madeBy, first);
  return numReturns === 0 ? undefined : ids.map((id, i) => makeRef(scope, id, madeBy, first && first + i));
}

/** As `withOrigin`, for work that a task or actor in a placement group submits: it runs in the group too. */
export function withCapture<O extends { readonly origin?: string; readonly resources: Bundle }>(options: O, label: string): (parent: Placement, origin: string | undefined) => O {
  let last: { readonly parent: Placement; readonly fromOrigin: (origin: string | undefined) => O } | undefined;
  return (parent, origin) => {
    if (last?.parent !== parent) last = { parent, fromOrigin: withOrigin({ ...options, placement: capturedPlacement(parent, options.resources, label) }) };
    return last.fromOrigin(origin);
  };
}

/** `options` with the cell or file that submits now; a new object only when that changed. */
export function withOrigin<O extends { readonly origin?: string }>(options: O): (origin: string | undefined) => O {
  let last = options;
  return (origin) => {
    if (last.origin === origin) return last;
    return (last = origin === undefined ? options : { ...options, origin });
  };
}
