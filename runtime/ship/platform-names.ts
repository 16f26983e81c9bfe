/**
 * What every process has under the same name: globals (`Math.max`, `Array.prototype.map`, `setTimeout`, `console`) and the exports
 * of Node's own modules. Tables of the realm that cells run in, made when first needed.
 */
import { builtinModules } from "node:module";
import { performance } from "node:perf_hooks";
import { runInThisContext } from "node:vm";

export interface BuiltinExport {
  readonly specifier: string;
  readonly imported: string;
}

const realm = runInThisContext("globalThis") as Record<string, unknown>;
/** Before any user code could add to them. */
const GLOBAL_NAMES = Object.getOwnPropertyNames(realm);
const LAZY_NAMES = new Set(GLOBAL_NAMES.filter((name) => Object.getOwnPropertyDescriptor(realm, name)?.get !== undefined && name !== "localStorage" && name !== "sessionStorage"));
/** Modules that only warn when they are looked at. */
const SILENT = /^(_|punycode$|sys$|constants$|trace_events$|wasi$|inspector|repl$|domain$|test)/;

let globals: Map<unknown, string> | undefined;
/** Modules may have been loaded since the table was made; looked at now and then only. */
const STALE_MS = 20;
let builtins: { readonly values: Map<unknown, BuiltinExport>; readonly loaded: number; readAt: number } | undefined;

/** `["Math", "max"]` joined by dots, for a function or namespace object of the language or of Node. */
export function globalPath(value: object): string | undefined {
  globals ??= readGlobals();
  return globals.get(value) ?? lazyGlobal(value);
}

/** Node makes most of its globals when they are first read: only the one that can be meant is looked at. */
function lazyGlobal(value: object): string | undefined {
  const name = typeof value === "function" ? value.name : OBJECT_NAMES.get(className(value));
  return name !== undefined && LAZY_NAMES.has(name) && realm[name] === value ? name : undefined;
}

const OBJECT_NAMES = new Map([["process", "process"], ["Crypto", "crypto"], ["Performance", "performance"], ["Navigator", "navigator"]]);

function className(value: object): string {
  const proto = Object.getPrototypeOf(value) as object | null;
  const made = proto === null ? undefined : dataOf(proto, "constructor");
  return typeof made === "function" ? made.name : "";
}

export function globalByPath(path: string): unknown {
  if (path === "globalThis") return realm;
  let value: unknown = realm;
  for (const key of path.split(".")) value = (value as Record<string, unknown> | undefined)?.[key];
  if (value === undefined) throw new ReferenceError(`${path} is not defined in this version of Node`);
  return value;
}

function readGlobals(): Map<unknown, string> {
  const table = new Map<unknown, string>([[realm, "globalThis"]]);
  const holders: [object, string][] = [];
  for (const name of GLOBAL_NAMES) {
    const value = name === "process" || name === "Buffer" ? realm[name] : dataOf(realm, name);
    if (!isHolder(value) || table.has(value)) continue;
    table.set(value, name);
    holders.push([value, name]);
    const prototype = typeof value === "function" ? dataOf(value, "prototype") : undefined;
    if (isHolder(prototype)) holders.push([prototype, `${name}.prototype`]);
  }
  for (const [holder, path] of holders) {
    if (path.endsWith(".prototype")) table.set(holder, path);
    for (const key of Object.getOwnPropertyNames(holder)) {
      const value = dataOf(holder, key);
      if (typeof value === "function" && key !== "constructor" && !table.has(value)) table.set(value, `${path}.${key}`);
    }
  }
  // an object of the process, not of its properties: a copy would not follow
  table.set((realm["process"] as NodeJS.Process).env, "process.env");
  return table;
}

/** `{ specifier: "node:path", imported: "join" }` for an export of one of Node's modules that is loaded. */
export function builtinExport(value: object): BuiltinExport | undefined {
  const now = performance.now();
  if (builtins === undefined || now - builtins.readAt > STALE_MS) {
    const loaded = (process as unknown as { moduleLoadList: readonly string[] }).moduleLoadList;
    if (builtins?.loaded === loaded.length) builtins.readAt = now;
    else builtins = { values: readBuiltins(new Set(loaded)), loaded: loaded.length, readAt: now };
  }
  return builtins.values.get(value);
}

function readBuiltins(loaded: ReadonlySet<string>): Map<unknown, BuiltinExport> {
  const table = new Map<unknown, BuiltinExport>();
  for (const name of builtinModules) {
    if (SILENT.test(name) || !loaded.has(`NativeModule ${name}`)) continue;
    const exports: unknown = process.getBuiltinModule(name);
    if (!isHolder(exports)) continue;
    const specifier = `node:${name}`;
    if (!table.has(exports)) table.set(exports, { specifier, imported: "default" });
    for (const imported of Object.keys(exports)) {
      const value = dataOf(exports, imported);
      if (isHolder(value) && !table.has(value)) table.set(value, { specifier, imported });
    }
  }
  return table;
}

/** The folder from which a `require` function resolves; undefined for other values. */
export function requireFolder(value: object): string | undefined {
  if (typeof value !== "function" || value.name !== "require") return undefined;
  const resolve = dataOf(value, "resolve");
  const paths = typeof resolve === "function" ? dataOf(resolve, "paths") : undefined;
  if (typeof paths !== "function" || !Object.hasOwn(value, "cache")) return undefined;
  return (paths as (request: string) => string[] | null)("./x")?.[0];
}

export const requireFrom = (folder: string): NodeJS.Require => process.getBuiltinModule("node:module").createRequire(`${folder}/`);

const isHolder = (value: unknown): value is object => (typeof value === "object" && value !== null) || typeof value === "function";

function dataOf(holder: object, key: string): unknown {
  const descriptor = Object.getOwnPropertyDescriptor(holder, key);
  return descriptor !== undefined && "value" in descriptor ? descriptor.value : undefined;
}
