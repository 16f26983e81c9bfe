/** Makes this process an actor's: builds the class, resolves the constructor's arguments, constructs, and tells the head. */
import type { ActorInfo, Encoded, ShippedCode } from "../engine/engine.ts";
import { plainAmounts } from "../engine/placement.ts";
import { OwnerDiedError } from "../errors.ts";
import type { ObjectId, ProcessName } from "../ids.ts";
import { failureText } from "../local/constructor-failure.ts";
import type { LocalEngine } from "../local/local-engine.ts";
import { refOf, refsCarried, type WireValue } from "../wire/hot-records.ts";
import type { ActorWanted, Message, WireMeta } from "../wire/message.ts";
import type { Executor } from "./executor.ts";
import type { ListedErrors } from "./results.ts";

export interface ActorHostOptions {
  readonly engine: () => LocalEngine;
  readonly executor: Executor;
  readonly decode: (value: Encoded) => unknown;
  readonly receive: (code: ShippedCode) => Function | Promise<Function>;
  readonly enter: (folder: string | undefined) => void;
  readonly encodeFailure: (error: unknown, taskName: string) => Encoded;
  readonly describeError: (error: unknown) => string;
}

export class ActorHost {
  private readonly options: ActorHostOptions;
  /** Of the actor that this process became. */
  job: string | undefined;
  namespace: string | undefined;

  constructor(options: ActorHostOptions) {
    this.options = options;
  }

  onMessage(message: Message, parts: readonly Buffer[]): boolean {
    if (message.type !== "become-actor") return false;
    this.job = message.job;
    this.namespace = message.wanted.namespace;
    this.options.enter(message.wanted.folder);
    void this.become(message, parts);
    return true;
  }

  private async become({ owner, job, restarts, wanted }: Extract<Message, { type: "become-actor" }>, parts: readonly Buffer[]): Promise<void> {
    const { executor } = this.options;
    const engine = this.options.engine();
    executor.becomeActor({ id: wanted.actor, info: ownInfo(wanted), className: wanted.className, maxConcurrency: wanted.maxConcurrency, concurrencyGroups: wanted.concurrencyGroups, restarts, resources: wanted.placement ? plainAmounts(wanted.shape) : wanted.shape, placement: wanted.placement, namespace: wanted.namespace, job, origin: wanted.origin });
    const code = valueOf(wanted.code, parts[0]);
    const args = valueOf(wanted.args, parts[1]);
    const topLevel = wanted.topLevelRefs.map(([, ref]) => refOf(ref));
    engine.objects.handles.learn([...code.refs, ...args.refs, ...wanted.topLevelRefs.map(([, ref]) => ref)]);
    engine.ownership.received(wanted.lend, owner, [...refsCarried([code, args]), ...topLevel]);
    for (const ref of topLevel) engine.retain(ref);
    try {
      if (restarts > 0) needsMaker(engine, owner, [code, args]);
      const built = await engine.objects.sent.read(code, (value) => this.options.receive({ key: wanted.codeKey, name: wanted.className, value }));
      const list = (await engine.objects.sent.read(args, this.options.decode)) as unknown[];
      engine.ownership.settled(wanted.lend, owner);
      for (const [index, ref] of wanted.topLevelRefs) list[index] = await this.resolve(refOf(ref));
      const listed = wanted.listsErrors ? (list.pop() as ListedErrors) : undefined;
      const instance = Reflect.construct(built, list) as object;
      executor.actorReady(instance, listed);
      engine.connection.sayToHead({ type: "actor-alive", actor: wanted.actor });
    } catch (error) {
      engine.ownership.settled(wanted.lend, owner);
      const failure = failureText(this.options.encodeFailure(error, `${wanted.className}.constructor`));
      engine.connection.sayToHead({ type: "actor-failed", actor: wanted.actor, ...(failure === undefined ? {} : { failure }), cause: `its constructor failed: ${this.options.describeError(error)}` });
    } finally {
      for (const ref of topLevel) engine.release(ref);
    }
  }

  /** The value of a ref; throws the error of a failed one. */
  private async resolve(ref: ObjectId): Promise<unknown> {
    const engine = this.options.engine();
    await new Promise<void>((ready) => void engine.whenReady([ref], () => ready()));
    const resolved = engine.peek(ref);
    if (!resolved) throw new Error(`Object ${ref} was freed before the actor was made`);
    const value = await this.options.decode(resolved.value);
    if (resolved.error) throw value;
    return value;
  }
}

/** As in Ray an actor's handle of itself does not keep it alive. */
function ownInfo({ actor, className, methods, name, namespace, callDefaults }: ActorWanted): ActorInfo {
  return { actor, className, methods, ...(name === undefined ? {} : { name }), namespace, ...(callDefaults ? { callDefaults } : {}) };
}

/** Values in blocks live as long as who made them, and the actor may outlive that. */
function needsMaker({ connection }: LocalEngine, maker: ProcessName, values: readonly WireValue[]): void {
  if (connection.isDead(maker) && values.some(({ kind }) => kind === "block")) throw new OwnerDiedError(`what it needs is over 64 KiB and was lost when its maker, ${maker}, ended. Let the constructor make or load such data itself`);
}

function valueOf(meta: WireMeta, bytes: Buffer | undefined): WireValue {
  return meta.block && meta.blockRef ? { kind: "block", ref: meta.blockRef, block: meta.block, refs: meta.refs } : { kind: "inline", bytes: bytes ?? new Uint8Array(0), refs: meta.refs };
}
