/** Which classes' instances can be sent: those whose class can, and that hold nothing but properties and data of the language. */
import { liveResource, type Refusal } from "../serialize/refusal.ts";
import type { CodeRegistry } from "./code-registry.ts";
import type { ForeignCode } from "./foreign/foreign-code.ts";
import type { NamedValues } from "./named-values.ts";
import { hasPrivateMembers, isNative } from "./native.ts";

/** Builtins whose instances the codec rebuilds, as bases of classes. */
const DATA_BASES = new Set([
  "Object", "Map", "Set", "Array", "Date", "RegExp", "Number", "String", "Boolean", "BigInt",
  "Error", "TypeError", "RangeError", "SyntaxError", "ReferenceError", "EvalError", "URIError", "AggregateError",
  "Int8Array", "Uint8Array", "Uint8ClampedArray", "Int16Array", "Uint16Array", "Int32Array", "Uint32Array", "Float32Array", "Float64Array", "BigInt64Array", "BigUint64Array", "DataView",
]);
const PLAIN_CLASSES_OF_NODE = new Set(["EventEmitter"]);

export class InstanceRules {
  private readonly registry: CodeRegistry;
  private readonly named: NamedValues;
  private readonly foreign: ForeignCode | undefined;
  private readonly verdicts = new WeakMap<Function, Refusal | null>();

  constructor(registry: CodeRegistry, named: NamedValues, foreign: ForeignCode | undefined) {
    this.registry = registry;
    this.named = named;
    this.foreign = foreign;
  }

  refuse(classFunction: Function): Refusal | undefined {
    const known = this.verdicts.get(classFunction);
    if (known !== undefined) return known ?? undefined;
    const verdict = this.judge(classFunction);
    this.verdicts.set(classFunction, verdict ?? null);
    return verdict;
  }

  private judge(classFunction: Function): Refusal | undefined {
    for (let at: unknown = classFunction; typeof at === "function" && Object.getPrototypeOf(at) !== null; at = Object.getPrototypeOf(at)) {
      const refusal = this.judgeOne(at, classFunction);
      if (refusal !== undefined) return refusal;
    }
    return undefined;
  }

  private judgeOne(at: Function, classFunction: Function): Refusal | undefined {
    if (this.registry.metaOf(at) !== undefined || at === Function.prototype) return undefined;
    const shown = classFunction.name || "anonymous class";
    const named = this.named.of(at);
    if (named?.[0] === "g") return DATA_BASES.has(named[1]) || named[1] === "Function.prototype" ? undefined : liveResource(shown);
    if (named?.[0] === "x" && named[1].startsWith("node:")) return PLAIN_CLASSES_OF_NODE.has(at.name) ? undefined : liveResource(shown);
    if (named !== undefined) return hasPrivateMembers(at) ? refusedPrivate(at, classFunction) : undefined;
    // the one class of the language without a global name
    if (isNative(at)) return at.name === "TypedArray" ? undefined : liveResource(shown);
    if (this.foreign === undefined || this.foreign.isInternal(at)) return liveResource(shown);
    return hasPrivateMembers(at) ? refusedPrivate(at, classFunction) : undefined;
  }
}

const refusedPrivate = (at: Function, classFunction: Function): Refusal => ({
  what: `an instance of ${classFunction.name}`,
  why: `has #private members${at === classFunction ? "" : ` (of ${at.name})`} that only code of its own module can read`,
  way: `give the class static [Symbol.for("ray.serialize")] and [Symbol.for("ray.deserialize")], or use registerSerializer(${classFunction.name}, …)`,
});
