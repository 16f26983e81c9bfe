/** Actors that this process makes: what the head is told, and the end of those whose last handle is gone. */
import type { ActorInfo, ActorOptions, ShippedCode, TaskArgs } from "../engine/engine.ts";
import { inGroup } from "../engine/placement.ts";
import { actorId, type ActorId, type ObjectId, type ProcessName } from "../ids.ts";
import { refsCarried, type WireValue } from "../wire/hot-records.ts";
import type { ActorWanted, ToHead, WireMeta } from "../wire/message.ts";
import type { Needs } from "./needs.ts";
import type { Objects } from "./objects.ts";

export interface ActorCreationShell {
  readonly self: ProcessName;
  readonly objects: Objects;
  readonly namespace: () => string;
  readonly folder: () => string | undefined;
  readonly needs: Needs;
  sayToHead(message: ToHead, parts?: readonly Uint8Array[]): void;
  /** Calls to it may come from now on. */
  created(actor: ActorId, className: string): void;
}

export class ActorCreation {
  private readonly shell: ActorCreationShell;
  /** Those that live, with the object that counts their handles. */
  private readonly made = new Map<ActorId, ObjectId | undefined>();
  /** What restarts of an actor need, until it is dead for good. */
  private readonly held = new Map<ActorId, readonly ObjectId[]>();
  private count = 0;

  constructor(shell: ActorCreationShell) {
    this.shell = shell;
  }

  create(code: ShippedCode, args: TaskArgs, options: ActorOptions): ActorInfo {
    const { objects } = this.shell;
    const [codeValue, argsValue] = [objects.toWire(code.value), objects.toWire(args.value)]; // first: the store may be full
    const actor = actorId(this.shell.self, ++this.count);
    const handleRef = options.detached ? undefined : objects.create();
    if (handleRef) objects.handles.set(handleRef, actor);
    this.shell.created(actor, options.className);
    this.made.set(actor, handleRef);
    // the actor's worker is not known yet: the lend is to the actor, and ends with it at the latest
    const lend = objects.ownership.lend(actor as string as ProcessName, [...refsCarried([codeValue, argsValue]), ...args.topLevelRefs.map(({ ref }) => ref)]);
    const made = [codeValue, argsValue].filter((value) => value.kind === "block").map(({ ref }) => ref);
    if (options.maxRestarts) this.holdForRestarts(actor, code, args, made);
    else for (const ref of made) objects.ownership.release(ref);
    this.shell.sayToHead(this.wanted(actor, handleRef, { code, codeValue, args, argsValue, lend }, options), [inlineBytes(codeValue), inlineBytes(argsValue)]);
    const { className, methods, name, namespace, callDefaults } = options;
    return { actor, className, methods, ...(callDefaults ? { callDefaults } : {}), ...(name !== undefined ? { name } : {}), ...(namespace !== undefined ? { namespace } : {}), ...(handleRef ? { handleRef } : {}) };
  }

  /** The lend ends when the first process has its arguments; the next one will need them too. `made` has a count of ours already. */
  private holdForRestarts(actor: ActorId, code: ShippedCode, args: TaskArgs, made: readonly ObjectId[]): void {
    const others = [...code.value.refs, ...args.value.refs, ...args.topLevelRefs.map(({ ref }) => ref)];
    for (const ref of others) this.shell.objects.ownership.retain(ref);
    for (const ref of made) this.shell.objects.spilling.gone(ref); // the head keeps its address
    this.held.set(actor, [...made, ...others]);
  }

  private wanted(actor: ActorId, handleRef: ObjectId | undefined, sent: { readonly code: ShippedCode; readonly codeValue: WireValue; readonly args: TaskArgs; readonly argsValue: WireValue; readonly lend: number }, options: ActorOptions): ActorWanted {
    const { handles } = this.shell.objects;
    const env = this.shell.needs.env(options.runtimeEnv);
    const folder = env?.env.workingDir ?? this.shell.folder();
    return {
      type: "actor-wanted",
      actor,
      handleRef,
      className: options.className,
      methods: options.methods,
      shape: options.placement === undefined ? options.resources : inGroup(options.resources, options.placement),
      ...(options.placement === undefined ? {} : { placement: options.placement }),
      ...(env === undefined ? {} : { env }),
      ...(options.name !== undefined ? { name: options.name } : {}),
      namespace: options.namespace ?? this.shell.namespace(),
      ...(folder === undefined ? {} : { folder }),
      ...(options.namespace === undefined ? { isDefaultNamespace: true } : {}),
      detached: options.detached,
      getIfExists: options.getIfExists ?? false,
      maxConcurrency: options.maxConcurrency,
      maxRestarts: options.maxRestarts ?? 0,
      ...(options.listsErrors ? { listsErrors: true } : {}),
      ...(options.concurrencyGroups ? { concurrencyGroups: options.concurrencyGroups } : {}),
      ...(options.callDefaults ? { callDefaults: options.callDefaults } : {}),
      codeKey: sent.code.key,
      code: wireMeta(sent.codeValue),
      args: wireMeta(sent.argsValue),
      topLevelRefs: sent.args.topLevelRefs.map(({ index, ref }) => [index, handles.annotate([ref])[0] as string] as const),
      lend: sent.lend,
      ...(options.origin ? { origin: options.origin } : {}),
    };
  }

  died(actor: ActorId): void {
    this.shell.objects.ownership.processDied(actor as string as ProcessName);
    this.made.delete(actor);
    const held = this.held.get(actor);
    this.held.delete(actor);
    if (held) for (const ref of held) this.shell.objects.ownership.release(ref);
  }

  lastHandleGone(handle: ObjectId, actor: ActorId): void {
    if (!this.shell.objects.ownership.isOwn(handle) || !this.made.delete(actor)) return;
    this.shell.sayToHead({ type: "actor-killed", actor, noRestart: true, cause: "its last handle was gone" });
  }
}

const EMPTY = new Uint8Array(0);
const inlineBytes = (value: WireValue): Uint8Array => (value.kind === "inline" ? value.bytes : EMPTY);
const wireMeta = (value: WireValue): WireMeta => ({ refs: value.refs, ...(value.kind === "block" ? { block: value.block, blockRef: value.ref } : {}) });
