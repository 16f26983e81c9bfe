/**
 * What tasks need of a worker: amounts of resources, and a runtime environment. Each pair is one object, so that its identity
 * tells it from every other one on the way of a call. Owns: these objects, and the environment of this process.
 */
import { isPlainEnv, mergeEnvs, type KeyedEnv, type RuntimeEnv } from "../engine/runtime-env.ts";
import { keyedEnv } from "../env/env-key.ts";
import type { Shape } from "../wire/message.ts";

interface Need {
  readonly env: KeyedEnv;
  /** The cell or file that asked last. */
  origin: string | undefined;
}

export class Needs {
  /** Of this process: what it submits has the same, and what is asked for besides. */
  readonly own: KeyedEnv | undefined;
  private readonly shapes = new Map<string, Shape>();
  private readonly shapeKeys = new WeakMap<Shape, string>();
  private readonly merged = new WeakMap<RuntimeEnv, KeyedEnv | undefined>();
  private readonly ofShape = new WeakMap<Shape, Need>();

  constructor(own: KeyedEnv | undefined) {
    this.own = own;
  }

  /** The environment of work that asks for this one. */
  env(asked: RuntimeEnv | undefined): KeyedEnv | undefined {
    if (asked === undefined || isPlainEnv(asked)) return this.own;
    if (!this.merged.has(asked)) this.merged.set(asked, keyedEnv(mergeEnvs(this.own?.env ?? {}, asked)));
    return this.merged.get(asked);
  }

  /** The object for both. */
  of(resources: Shape, env: KeyedEnv | undefined, origin: string | undefined): Shape {
    const shape = this.find(resources, env?.key ?? "");
    if (env === undefined) return shape;
    const need = this.ofShape.get(shape);
    if (need) need.origin = origin;
    else this.ofShape.set(shape, { env, origin });
    return shape;
  }

  /** The same by its key, as the head names it. */
  find(resources: Shape, envKey: string): Shape {
    let key = this.shapeKeys.get(resources);
    if (key === undefined) this.shapeKeys.set(resources, (key = JSON.stringify(resources)));
    key += envKey;
    const known = this.shapes.get(key);
    if (known) return known;
    const shape = envKey === "" ? resources : { ...resources };
    this.shapes.set(key, shape);
    return shape;
  }

  envOf(shape: Shape): KeyedEnv | undefined {
    return this.ofShape.get(shape)?.env;
  }

  originOf(shape: Shape): string | undefined {
    return this.ofShape.get(shape)?.origin;
  }

  /** True when a task of that shape may run in this very process. */
  isOwn(shape: Shape): boolean {
    return this.envOf(shape)?.key === this.own?.key;
  }
}
