/** What cannot be sent, in words: what it is, why not, and the way out. */
import { types } from "node:util";
import { CaptureError, SerializationError } from "../errors.ts";

/** `{ what: "a Socket", why: "lives in this process only", way: "make it inside the task or keep it in an actor" }` */
export interface Refusal {
  readonly what: string;
  readonly why: string;
  readonly way: string;
}

const HERE_ONLY = "lives in this process only";
const MAKE_IT_THERE = "make it inside the task or keep it in an actor";

export const liveResource = (className: string): Refusal => ({ what: withArticle(className), why: HERE_ONLY, way: MAKE_IT_THERE });

/** Refuses builtin objects that hold a process's state. Looks at internal slots only, so no user code runs. */
export function refusalOf(value: object): Refusal | undefined {
  if (types.isProxy(value)) return { what: "a Proxy", why: "has a handler that " + HERE_ONLY, way: "send the object behind it" };
  if (types.isPromise(value)) return { what: "a Promise", why: HERE_ONLY, way: "await it first, or pass an ObjectRef" };
  if (types.isWeakMap(value)) return { what: "a WeakMap", why: HERE_ONLY, way: "use a Map" };
  if (types.isWeakSet(value)) return { what: "a WeakSet", why: HERE_ONLY, way: "use a Set" };
  if (types.isGeneratorObject(value)) return { what: "a running generator", why: HERE_ONLY, way: "send the generator function and its arguments" };
  if (types.isMapIterator(value) || types.isSetIterator(value)) return { what: "an iterator", why: HERE_ONLY, way: "send an array: [...iterator]" };
  if (types.isSharedArrayBuffer(ArrayBuffer.isView(value) ? value.buffer : value)) return { what: "a SharedArrayBuffer", why: "is shared by the threads of this process only", way: "send a copy: new Uint8Array(buffer).slice()" };
  if (types.isExternal(value) || types.isModuleNamespaceObject(value)) return liveResource(types.isExternal(value) ? "native handle" : "module namespace");
  const tag = builtinTag(value);
  if (tag === "ObjectRefGenerator") return { what: "an ObjectRefGenerator", why: "gives its refs to its caller only", way: "take its refs and send those, or call the generator where they are needed" };
  if (tag === "WeakRef" || tag === "FinalizationRegistry") return { what: `a ${tag}`, why: HERE_ONLY, way: "send the object itself" };
  if (tag !== undefined && / Iterator$|^Iterator Helper$/.test(tag)) return { what: "an iterator", why: HERE_ONLY, way: "send an array: [...iterator]" };
  if (tag !== undefined && /^(WebAssembly\.|Intl\.|Atomics)/.test(tag)) return liveResource(tag);
  return undefined;
}

/** `Symbol.toStringTag` of a prototype, only where reading it runs no code. */
function builtinTag(value: object): string | undefined {
  for (let at: object | null = value; at !== null && !types.isProxy(at); at = Object.getPrototypeOf(at) as object | null) {
    const found = Object.getOwnPropertyDescriptor(at, Symbol.toStringTag);
    if (found !== undefined) return typeof found.value === "string" ? found.value : undefined;
  }
  return undefined;
}

export const refusedFunction = (fn: Function, isBound: boolean): Refusal => ({
  what: `${isBound ? "a bound function" : "a native function"}${fn.name === "" ? "" : ` (${fn.name})`}`,
  why: "has no source",
  way: "wrap it: (...args) => fn(...args)",
});

export const refusedSymbol = (symbol: symbol): Refusal => ({
  what: `Symbol(${symbol.description ?? ""})`,
  why: "is unique to this process",
  way: `use Symbol.for(${JSON.stringify(symbol.description ?? "name")})`,
});

function withArticle(noun: string): string {
  return `${/^[aeiou]/i.test(noun) && !/^(ui|uni|use|url|one)/i.test(noun) ? "an" : "a"} ${noun}`;
}

/** Makes the error that names `path`; CaptureError when the value is inside a function or class. */
export function refuse(path: string, refusal: Refusal, isCapture: boolean, cause?: unknown): Error {
  const text = `Cannot send ${path}: ${refusal.what} ${refusal.why}; ${refusal.way}`;
  const options = cause === undefined ? undefined : { cause };
  return isCapture ? new CaptureError(text, options) : new SerializationError(text, options);
}

const IDENTIFIER = /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u;

/** One step in the notation of the language: ` → name` into a function, `.key`, `[3]`, `["odd key"]`; `:` begins a step that is words, `.` a function's own property. */
export function formatStep(step: string | number, isCapture: boolean): string {
  if (typeof step === "number") return `[${step}]`;
  if (step.startsWith(":")) return ` → ${step.slice(1)}`;
  if (isCapture) return step.startsWith(".") ? step : ` → ${step}`;
  return IDENTIFIER.test(step) ? `.${step}` : `[${step.length > 40 ? JSON.stringify(step.slice(0, 40)) + "…" : JSON.stringify(step)}]`;
}
