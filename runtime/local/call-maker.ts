/**
 * Makes tasks and actor calls out of what the face hands over: what calls of one kind share (their meta), the refs that a
 * call holds, its arguments and code as they travel. Owns: metas, and the blocks of large code.
 */
import type { ShippedCode, TaskArgs, TaskOptions } from "../engine/engine.ts";
import { inGroup, type Placement } from "../engine/placement.ts";
import type { ActorId, JobId, ObjectId } from "../ids.ts";
import type { CallMeta, WireValue } from "../wire/hot-records.ts";
import type { KeyedEnv } from "../engine/runtime-env.ts";
import type { Needs } from "./needs.ts";
import type { Objects } from "./objects.ts";
import { Task, type TaskSpec } from "./task.ts";
import { INLINE_LIMIT_BYTES } from "./values.ts";

/** Functions whose captured values lie in blocks; a sent one lives on while tasks use it. */
const BIG_CODES_KEPT = 32;
const METAS_KEPT = 10_000;

const NO_REFS: ObjectId[] = [];
Object.freeze(NO_REFS);

export type CallKind = Omit<CallMeta, "job" | "namespace" | "folder" | "env" | "placement">;

interface LastMeta {
  readonly target: string;
  readonly method: string;
  readonly meta: CallMeta;
}

export interface TaskMore {
  readonly code?: ShippedCode;
  readonly actor?: ActorId;
  readonly handle?: ObjectId | undefined;
  readonly maxRetries?: number;
  readonly retryExceptions?: TaskSpec["retryExceptions"];
}

export interface CallMakerOptions {
  readonly objects: Objects;
  readonly job: () => JobId;
  readonly namespace: () => string;
  readonly submitter: () => unknown;
  readonly folder: () => string | undefined;
  readonly needs: Needs;
}

export class CallMaker {
  private readonly options: CallMakerOptions;
  private readonly metas = new Map<string, CallMeta>();
  private readonly lastMetas = new WeakMap<object, LastMeta>();
  private lastOptions: object | undefined;
  private lastKind: LastMeta | undefined;
  private readonly bigCodes = new Map<string, WireValue>();
  private lastSpec: TaskSpec | undefined;
  private tasks = 0;

  constructor(options: CallMakerOptions) {
    this.options = options;
  }

  task(meta: CallMeta, args: TaskArgs, more: TaskMore): Task {
    const { objects } = this.options;
    const argsValue = objects.toWire(args.value);
    const held = this.holdsOf(args, more.code, more.handle);
    const holds = argsValue.kind === "block" ? [...held, argsValue.ref] : held; // made with one count: the task's
    const { first, refs } = objects.createMany(meta.numReturns);
    return new Task(++this.tasks, this.spec(meta, more), argsValue, args.topLevelRefs, holds, first, refs);
  }

  /** The last one again, when nothing in it differs. */
  private spec(meta: CallMeta, { code, actor, maxRetries = 0, retryExceptions }: TaskMore): TaskSpec {
    const submitter = this.options.submitter();
    const last = this.lastSpec;
    if (last && last.meta === meta && last.code === code && last.actor === actor && last.maxRetries === maxRetries && last.retryExceptions === retryExceptions && last.submitter === submitter) return last;
    return (this.lastSpec = { meta, code, actor, maxRetries, retryExceptions, submitter });
  }

  /** Every ref that the task needs, counted for it. */
  private holdsOf({ value: { refs }, topLevelRefs }: TaskArgs, code: ShippedCode | undefined, handle: ObjectId | undefined): ObjectId[] {
    const inCode = code ? this.codeRefs(code) : NO_REFS;
    if (refs.length + topLevelRefs.length + inCode.length === 0 && !handle) return NO_REFS;
    const holds = [...refs, ...topLevelRefs.map(({ ref }) => ref), ...inCode];
    if (handle) holds.push(handle);
    for (const id of holds) this.options.objects.ownership.retain(id);
    return holds;
  }

  // ---- what calls share

  /** The face gives the same options object as long as function, method and cell are the same: the usual call looks up nothing more. */
  lastMeta(options: object, target: string, method: string): CallMeta | undefined {
    const last = this.lastOptions === options ? this.lastKind : this.lastMetas.get(options);
    if (!last || last.target !== target || last.method !== method || last.meta.job !== this.options.job() || last.meta.namespace !== this.options.namespace()) return undefined;
    this.lastOptions = options;
    this.lastKind = last;
    return last.meta;
  }

  /** `asked`: of a task; a call of an actor asks for nothing. */
  metaFor(options: object, target: string, method: string, kind: CallKind, asked?: Pick<TaskOptions, "runtimeEnv" | "placement">): CallMeta {
    const meta = asked === undefined ? this.meta(kind, undefined, undefined) : this.meta(kind, this.options.needs.env(asked.runtimeEnv), asked.placement);
    this.lastMetas.set(options, { target, method, meta });
    this.lastOptions = undefined;
    return meta;
  }

  /** Nothing was sent yet: what was made before the cluster's namespace was known gets it now. */
  connected(namespace: string): void {
    for (const [key, meta] of this.metas) if (meta.namespace === "") this.metas.set(key, Object.assign(meta, { namespace }));
  }

  /** One object a kind of call, so that peers hear of it once. */
  private meta(of: CallKind, env: KeyedEnv | undefined, placement: Placement | undefined): CallMeta {
    const folder = env?.env.workingDir ?? this.options.folder();
    const resources = this.options.needs.of(placement === undefined ? of.resources : inGroup(of.resources, placement), env, of.origin);
    const meta: CallMeta = { ...of, resources, job: this.options.job(), namespace: this.options.namespace(), ...(folder === undefined ? {} : { folder }), ...(env === undefined ? {} : { env: env.key }), ...(placement === undefined ? {} : { placement }) };
    const key = JSON.stringify(meta);
    const known = this.metas.get(key);
    if (known) return known;
    if (this.metas.size > METAS_KEPT) this.metas.clear();
    this.metas.set(key, meta);
    return meta;
  }

  // ---- code

  /** The code as it travels. Large code (captured arrays) lies in a block of its own. */
  codeValue(code: ShippedCode): WireValue {
    const known = this.bigCodes.get(code.key);
    if (known) return known;
    const value = this.options.objects.toWire(code.value);
    if (value.kind === "block") {
      this.bigCodes.set(code.key, value);
      if (this.bigCodes.size > BIG_CODES_KEPT) this.forgetBigCode(this.bigCodes.keys().next().value as string);
    }
    return value;
  }

  private forgetBigCode(key: string): void {
    const value = this.bigCodes.get(key);
    this.bigCodes.delete(key);
    if (value?.kind === "block") this.options.objects.ownership.release(value.ref);
  }

  /** The refs that travel with the code. */
  codeRefs(code: ShippedCode): readonly ObjectId[] {
    const big = code.value.buffers.length > 0 || code.value.head.length > INLINE_LIMIT_BYTES ? this.codeValue(code) : undefined;
    return big?.kind === "block" ? [...code.value.refs, big.ref] : code.value.refs;
  }
}
