/**
 * The code shipper of one process: functions and classes to bytes and back, and the hooks by which the value codec sends code
 * inside of values.
 *
 * Submitting the same function again costs a comparison of what it captured; it is encoded again only when that may have changed.
 */
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { performance } from "node:perf_hooks";
import { fileURLToPath } from "node:url";
import { constants, Script } from "node:vm";
import type { Encoded, ShippedCode } from "../engine/engine.ts";
import type { ObjectId } from "../ids.ts";
import type { CodeShipper, RefHooks, ValueCodec } from "../serialize/codec.ts";
import { createCodec, type CodecHooks } from "../serialize/create-codec.ts";
import { SHIP_AS, type CodeHooks, type NodeReader } from "../serialize/graph.ts";
import { serializersVersion } from "../serialize/serializers.ts";
import type { CodeContent } from "./code-node.ts";
import { CodeRegistry } from "./code-registry.ts";
import { Factories, type StackSink } from "./evaluate-unit.ts";
import { ForeignCode, type ParseScript } from "./foreign/foreign-code.ts";
import { InstanceRules } from "./instance-rules.ts";
import { LoadedModules, type ImportModule } from "./loaded-modules.ts";
import { ModuleBook } from "./module-book.ts";
import { NamedValues, type NamedNode } from "./named-values.ts";
import { isNative } from "./native.ts";
import { CodeReader, type UnitRuntime } from "./read-code.ts";
import { Reads } from "./reads.ts";
import { REMAKE, remadeOf } from "./remade-values.ts";
import { Singletons } from "./singletons.ts";
import { checkSize, sizeOf, type SizedCapture } from "./size-limits.ts";
import { CodeWriter } from "./write-code.ts";

export interface ShipperEnv {
  /** `__$` of the session's cells; absent where no cells run. */
  readonly scope?: object;
  /** What units find in `__rt`: at least `import`, `require` and `meta` of the notebook's folder, and the guard. */
  readonly runtime: UnitRuntime;
  /** How received code imports modules: relative to the notebook's folder, or to `from`. Without it, `runtime.import` for all. */
  readonly importModule?: ImportModule;
  /** What names a local module that this process has loaded, besides its specifier or in place of it. */
  readonly originOf?: ModuleBook["originOf"];
  /** The public face's side of refs and handles, once it is there. */
  readonly refs?: () => RefHooks | undefined;
  /** Learns the scripts of received units, and maps the stacks of errors that are sent. */
  readonly stacks?: StackSink & { mapStack?(stack: string): string };
  /** Shown to the user, each text once. */
  readonly warn?: (text: string) => void;
  /** oxc-parser's `parseSync`, when a function comes that no compiler of ours saw; undefined: such functions are refused. */
  readonly parse?: ParseScript;
}

/** A submission whose captured values take longer to read is worth a word. */
const SLOW_CAPTURE_MS = 5;
/** Received functions kept by key. */
const MAX_RECEIVED = 1000;

export function createShipper(env: ShipperEnv): Shipper {
  return new Shipper(env);
}

interface Submitted {
  readonly shipped: ShippedCode;
  readonly reads: Reads;
  readonly serializers: number;
}

export class Shipper implements CodeShipper {
  readonly registry: CodeRegistry;
  readonly book = new ModuleBook();
  readonly singletons = new Singletons();
  /** For `createCodec`, where a codec of its own is wanted. */
  readonly codecHooks: CodecHooks;
  readonly codec: ValueCodec;
  private readonly env: ShipperEnv;
  private readonly named: NamedValues;
  private readonly submitted = new WeakMap<Function, Submitted>();
  private readonly received = new Map<string, Function | Promise<Function>>();
  private readonly warned = new Set<string>();
  private readonly slow = new WeakSet<Function>();
  private reads: Reads | undefined;

  constructor(env: ShipperEnv) {
    this.env = env;
    this.registry = new CodeRegistry(env.scope === undefined ? undefined : this.book.viewOf(env.scope));
    const { registry, singletons, book } = this;
    if (env.originOf !== undefined) book.originOf = env.originOf;
    const importModule = env.importModule ?? ((specifier, from, attributes) => importFrom(env.runtime, specifier, from, attributes));
    const modules = new LoadedModules(async (specifier, from, attributes) => {
      const namespace = await importModule(specifier, from, attributes);
      if (from === undefined && attributes === undefined) book.imported(specifier, namespace);
      return namespace;
    });
    const foreign = env.parse === undefined ? undefined : new ForeignCode(env.parse, registry);
    this.named = new NamedValues({ singletons, book, modules, foreign, isOurs: (code) => registry.metaOf(code) !== undefined });
    const writer = new CodeWriter({ registry, foreign, reads: () => this.reads, assigned: (unit, code, names) => this.warnAssigned(unit, code, names) });
    const reader = new CodeReader({ registry, modules, runtime: env.runtime, factories: new Factories(env.stacks) });
    const code = this.hooks(writer, reader, modules, new InstanceRules(registry, this.named, foreign));
    const mapStack = env.stacks?.mapStack?.bind(env.stacks);
    this.codecHooks = { code, refs: () => env.refs?.(), ...(mapStack === undefined ? {} : { mapStack }) };
    this.codec = createCodec(this.codecHooks);
  }

  private hooks(writer: CodeWriter, reader: CodeReader, modules: LoadedModules, rules: InstanceRules): CodeHooks {
    const { named, singletons, registry } = this;
    return {
      named: (value) => named.of(value),
      namedModule: (node) => named.moduleOf(node as NamedNode),
      readNamed: (node) => named.read(node as NamedNode),
      refuseInstance: (classFunction) => rules.refuse(classFunction),
      canWrite: (code) => registry.metaOf(code) !== undefined || (this.env.parse !== undefined && !isNative(code)),
      write: (code, node) => writer.write(code, node),
      read: (node, graph: NodeReader, keep) => reader.read(node as unknown as CodeContent, graph, keep),
      load: (wanted) => modules.load(wanted),
      remade: remadeOf,
      revive: (name, args) => (Object.hasOwn(REMAKE, name) ? REMAKE[name]!(...args) : singletons.revive(name, args)),
      reviving: registry.reviving,
    };
  }

  ship(code: Function, boundName: string | undefined): ShippedCode {
    const before = this.submitted.get(code);
    const name = this.nameOf(code, boundName);
    if (before?.serializers === serializersVersion() && before.reads.areSame()) return renamed(before.shipped, name);
    const outer = this.reads;
    const reads = new Reads((value) => this.isFixed(value));
    this.reads = reads;
    const startedAt = performance.now();
    try {
      const value = this.codec.encode(code, name);
      this.reads = outer;
      this.checkSize(code, name, value, reads);
      const shipped = before !== undefined && isSame(before.shipped.value, value) ? renamed(before.shipped, name) : { key: keyOf(value), value: keep(value), name };
      this.submitted.set(code, { shipped, reads, serializers: serializersVersion() });
    } finally {
      this.reads = outer;
    }
    // the first time lowers units, and is not worth changing the program for
    const elapsedMs = performance.now() - startedAt;
    if (before !== undefined && elapsedMs > SLOW_CAPTURE_MS) this.warnSlow(code, name, elapsedMs, reads);
    return this.submitted.get(code)!.shipped;
  }

  receive(code: ShippedCode): Function | Promise<Function> {
    const known = this.received.get(code.key);
    if (known !== undefined) return known;
    const made = this.codec.decode(code.value) as Function | Promise<Function>;
    this.received.set(code.key, made);
    if (this.received.size > MAX_RECEIVED) this.received.delete(this.received.keys().next().value!);
    if (typeof made !== "function") {
      made.then((fn) => this.received.set(code.key, fn), () => this.received.delete(code.key));
    }
    return made;
  }

  private nameOf(code: Function, boundName: string | undefined): string {
    if (boundName !== undefined && boundName !== "") return boundName;
    return code.name !== "" ? code.name : (this.registry.unitName(code) ?? "anonymous function");
  }

  /** Values that cannot change inside: comparing identities is enough. */
  private isFixed(value: object): boolean {
    const refs = this.env.refs?.();
    if (refs?.refId(value) !== undefined || refs?.actorInfo(value) !== undefined) return true;
    return SHIP_AS in value || this.named.of(value) !== undefined;
  }

  private warnAssigned(unit: { readonly id: string; readonly name: string }, code: Function, names: readonly string[]): void {
    const shown = code.name || unit.name || this.registry.unitName(code) || "A function";
    const list = names.map((name) => (name === "__this" ? "this" : name)).join(", ");
    this.warnOnce(unit.id, `${shown} assigns to ${list}, which is a copy where it runs: nobody else sees the change. Return the value, or keep it in an actor.`);
  }

  private warnSlow(code: Function, name: string, elapsedMs: number, reads: Reads): void {
    if (this.slow.has(code)) return;
    this.slow.add(code);
    const costly = reads.objects.map(({ name: captured, value }) => ({ captured, ms: this.costOf(value) })).sort((a, b) => b.ms - a.ms)[0];
    if (costly === undefined) return;
    const { captured } = costly;
    this.warnOnce(`slow ${name}`, `${name} reads ${captured} at each call (${elapsedMs.toFixed(0)} ms). Put it once and pass the ref: const ${captured}Ref = ray.put(${captured}); ${name}.remote(${captured}Ref)`);
  }

  private checkSize(code: Function, name: string, value: Encoded, { objects, texts }: Reads): void {
    const captures = (): SizedCapture[] => [...new Map([...objects, ...texts].map((each) => [each.value, each.name]))].map(([captured, of]) => ({ name: of, bytes: sizeOf(this.codec.encode(captured, of)) }));
    const word = checkSize(name, sizeOf(value), captures);
    if (word === undefined) return;
    this.slow.add(code); // one word is enough
    this.warnOnce(`large ${this.registry.metaOf(code)?.unitId ?? name}`, word);
  }

  private costOf(value: object): number {
    const startedAt = performance.now();
    const { buffers } = this.codec.encode(value, "");
    // what is compared and copied costs besides what is encoded
    return performance.now() - startedAt + buffers.reduce((sum, { byteLength }) => sum + byteLength, 0) / 4e6;
  }

  private warnOnce(id: string, text: string): void {
    if (this.warned.has(id)) return;
    this.warned.add(id);
    this.env.warn?.(text);
  }
}

function importFrom(runtime: UnitRuntime, specifier: string, from: string | undefined, attributes?: Readonly<Record<string, string>>): Promise<Record<string, unknown>> {
  if (from !== undefined && from.startsWith("file:") && existsSync(new URL(from))) return importBeside(fileURLToPath(from))(specifier);
  if (runtime.import === undefined) return Promise.reject(new TypeError(`Cannot import "${specifier}": this process has no importer.`));
  return runtime.import(specifier, attributes === undefined ? undefined : { with: attributes });
}

/** `import()` as it would be in that file. */
function importBeside(filename: string): (specifier: string) => Promise<Record<string, unknown>> {
  const script = new Script("(specifier) => import(specifier)", { filename, importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER });
  return script.runInThisContext() as (specifier: string) => Promise<Record<string, unknown>>;
}

const renamed = (shipped: ShippedCode, name: string): ShippedCode => (shipped.name === name ? shipped : { ...shipped, name });

/** Content-addressed: the same code with the same captured values. */
function keyOf({ head, buffers, refs }: Encoded): string {
  const hash = createHash("sha1").update(head);
  for (const buffer of buffers) hash.update(buffer);
  for (const ref of refs) hash.update(ref);
  return hash.digest("base64url").slice(0, 16);
}

/** Memory of its own: the user may change a captured array after the call, and a worker may ask for the code later. */
const keep = ({ head, buffers, refs }: Encoded): Encoded => ({ head, buffers: buffers.map((buffer) => Uint8Array.prototype.slice.call(buffer)), refs });

function isSame(a: Encoded, b: Encoded): boolean {
  return sameList(a.refs, b.refs, (x: ObjectId, y: ObjectId) => x === y) && Buffer.compare(a.head, b.head) === 0 && sameList(a.buffers, b.buffers, (x, y) => Buffer.compare(x, y) === 0);
}

function sameList<T>(a: readonly T[], b: readonly T[], equal: (x: T, y: T) => boolean): boolean {
  return a.length === b.length && a.every((item, i) => equal(item, b[i]!));
}
