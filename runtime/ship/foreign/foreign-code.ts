/**
 * Functions that no compiler of ours saw: those of plain scripts and modules, and methods of objects in cells. Their text is V8's,
 * their variables the inspector's.
 *
 * Owns: what was found out about each function and script. Values of variables that nothing assigns to are read once.
 */
import { createHash } from "node:crypto";
import type { createRequire, isBuiltin } from "node:module";
import type { Program } from "oxc-parser";
import { liveResource, type Refusal } from "../../serialize/refusal.ts";
import type { CodeRegistry, ForeignScript, ImportedName, ScopeView, ShippedUnit } from "../code-registry.ts";
import { isNative, sourceOf } from "../native.ts";
import { ClosureInspector, type Closure, type ClosureScope } from "./closure-inspector.ts";
import { functionText, type FunctionText, type ParseScript } from "./function-text.ts";
import { PackageExports } from "./package-exports.ts";
import { scriptBindings, type ScriptBindings } from "./script-bindings.ts";

export type { ParseScript };

/** Longer scripts (bundles) are not parsed for what they assign: their variables are read each time. */
const MAX_PARSED_CHARS = 300_000;
/** Names that code of ours uses, provided by the text around the unit. */
const PROVIDED = new Set(["__$", "__rt", "__g", "undefined", "NaN", "Infinity"]);

export interface ForeignCapture {
  readonly unit: ShippedUnit;
  /** Captured variables, read now or when they were read last. */
  readonly locals: readonly (readonly [name: string, value: unknown])[];
  /** `__$` of code from a cell. */
  readonly scope: ScopeView | undefined;
  /** False when the next look may find other values. */
  readonly isFixed: boolean;
}

interface Known {
  readonly unit: ShippedUnit;
  readonly scope: ScopeView | undefined;
  readonly bindings: ScriptBindings;
  /** Name under which a class's text has its base. */
  readonly base: string | undefined;
  readonly fixed: ForeignCapture | undefined;
}

export class ForeignCode {
  private readonly parse: ParseScript;
  private readonly registry: CodeRegistry;
  private readonly inspector = new ClosureInspector();
  private readonly packages = new PackageExports();
  private readonly known = new WeakMap<Function, Known | { readonly refusal: Refusal }>();
  private readonly scripts = new Map<string, ScriptBindings>();
  private readonly urls = new WeakMap<Function, string>();
  private readonly imported = new WeakMap<object, ImportedName>();

  constructor(parse: ParseScript, registry: CodeRegistry) {
    this.parse = parse;
    this.registry = registry;
  }

  capture(code: Function): ForeignCapture | { readonly refusal: Refusal } {
    const known = this.known.get(code);
    if (known === undefined) return this.firstCapture(code);
    if ("refusal" in known) return known;
    if (known.fixed !== undefined) return known.fixed;
    const closure = this.inspector.look(code, known.unit.locals)!;
    return this.read(code, known, closure.scopes);
  }

  /** A function of Node itself: its class's instances hold a process's state. */
  isInternal(code: Function): boolean {
    return this.urlOf(code).startsWith("node:");
  }

  /** For a value that a script imported from a package or a module of Node, and for a package's own exports. */
  exportOf(value: object): ImportedName | undefined {
    const imported = this.imported.get(value);
    if (imported !== undefined) return imported;
    if (typeof value !== "function" || isNative(value)) return this.packages.ofObject(value);
    const url = this.urlOf(value);
    return url.includes("/node_modules/") ? this.packages.ofFunction(value, url) : undefined;
  }

  private urlOf(code: Function): string {
    const known = this.urls.get(code);
    if (known !== undefined) return known;
    const closure = isNative(code) ? undefined : this.inspector.look(code, []);
    const url = closure === undefined ? "" : this.inspector.script(closure.place.scriptId).url;
    this.urls.set(code, url);
    return url;
  }

  private firstCapture(code: Function): ForeignCapture | { readonly refusal: Refusal } {
    const text = functionText(sourceOf(code), this.parse);
    const refusal = text === undefined ? unreadable(code) : tied(code, text);
    if (refusal !== undefined) return this.refused(code, refusal);
    const free = [...text!.names.free];
    const closure = this.inspector.look(code, free);
    if (closure === undefined) return this.refused(code, unreadable(code));
    const { url } = this.inspector.script(closure.place.scriptId);
    if (url.startsWith("node:")) return this.refused(code, liveResource(`function of Node (${code.name})`));
    if (text!.names.usesOuterThis && this.isInsideThis(code, closure)) return this.refused(code, outerThis(code));
    return this.learn(code, text!, closure, url, free);
  }

  /** Outside of all functions `this` is undefined, in the copy too. */
  private isInsideThis(code: Function, { place }: Closure): boolean {
    const { ownThis } = this.bindingsOf(place.scriptId);
    const { offset } = beginning(this.inspector.script(place.scriptId).text, sourceOf(code), place);
    return ownThis === undefined || ownThis.some(({ start, end }) => offset > start && offset < end);
  }

  private refused(code: Function, refusal: Refusal): { readonly refusal: Refusal } {
    const verdict = { refusal };
    this.known.set(code, verdict);
    return verdict;
  }

  private learn(code: Function, text: FunctionText, closure: Closure, url: string, free: readonly string[]): ForeignCapture {
    const bindings = this.bindingsOf(closure.place.scriptId);
    const isOurs = this.registry.mapOfScript(url) !== undefined;
    const locals = free.filter((name) => name !== text.base && !(isOurs && PROVIDED.has(name)) && closure.scopes.some(({ values }) => name in values));
    if (text.base !== undefined) locals.push(text.base);
    const unit = this.unitOf(code, text, closure, url, { locals, tops: isOurs ? [...text.names.scopeMembers] : [] });
    // in reach only if some function beside it uses the cell's names
    const names = isOurs ? (closure.scopes.find(({ values }) => "__$" in values)?.values["__$"] as object | undefined) : undefined;
    const scope = names === undefined ? undefined : this.registry.scopeOf(names);
    this.nameImports(locals, closure.scopes, bindings, url);
    const known: Known = { unit, scope, bindings, base: text.base, fixed: undefined };
    const capture = this.read(code, known, closure.scopes);
    this.known.set(code, { ...known, fixed: capture.isFixed ? capture : undefined });
    return capture;
  }

  private read(code: Function, { unit, scope, base, bindings: { assigned } }: Known, scopes: readonly ClosureScope[]): ForeignCapture {
    let isFixed = true;
    const locals = unit.locals.map((name) => {
      if (name === base) return [name, Object.getPrototypeOf(code) as unknown] as const;
      const value = scopes.find(({ values }) => name in values)?.values[name];
      // a variable without a value yet reads as undefined
      if (value === undefined || assigned === undefined || assigned.has(name)) isFixed = false;
      return [name, value] as const;
    });
    return { unit, scope, locals, isFixed };
  }

  /** Values that a script imports from packages and Node go by that import. */
  private nameImports(locals: readonly string[], scopes: readonly ClosureScope[], { imports }: ScriptBindings, url: string): void {
    for (const name of locals) {
      const binding = imports.get(name);
      const scope = scopes.find(({ values }) => name in values);
      if (binding === undefined || scope?.description !== "Module") continue;
      const value = scope.values[name];
      const isLocal = /^\.{0,2}\/|^file:/.test(binding.specifier);
      // functions of the program's own modules go by their text: importing its main module there would run it again
      if (!isHolder(value) || (isLocal && binding.imported !== "*") || this.imported.has(value)) continue;
      this.imported.set(value, { ...binding, ...(isBuiltinModule(binding.specifier) ? {} : { from: url }) });
    }
  }

  private bindingsOf(scriptId: string): ScriptBindings {
    const known = this.scripts.get(scriptId);
    if (known !== undefined) return known;
    const { url, text } = this.inspector.script(scriptId);
    const program = text.length > MAX_PARSED_CHARS ? undefined : parseWhole(this.parse, url, text);
    const bindings = program === undefined ? { imports: new Map<string, never>(), assigned: undefined, ownThis: undefined, isStrict: /^\s*(import|export)\b/m.test(text) } : scriptBindings(program);
    this.scripts.set(scriptId, bindings);
    return bindings;
  }

  private unitOf(code: Function, text: FunctionText, closure: Closure, url: string, captured: { locals: readonly string[]; tops: readonly string[] }): ShippedUnit {
    const { text: whole } = this.inspector.script(closure.place.scriptId);
    const { line, column } = beginning(whole, sourceOf(code), closure.place);
    const cell = this.registry.mapOfScript(url);
    const isOurs = cell !== undefined;
    const [before, after] = text.around(code.name);
    const script: ForeignScript = {
      name: url === "" ? "script" : url,
      line,
      column,
      isStrict: isOurs || text.kind === "class" || this.bindingsOf(closure.place.scriptId).isStrict,
      before,
      after,
      ...(cell === undefined ? {} : { cell }),
    };
    const id = `${shortName(url)}:${line + 1}:${column + 1}~${createHash("sha1").update([text.code, url, ...captured.locals, ...captured.tops].join("\0")).digest("hex").slice(0, 8)}`;
    const assigned = [...text.names.assigned].filter((name) => captured.locals.includes(name));
    return { id, cell: cell?.name ?? shortName(url), name: code.name, kind: text.kind, line: line + 1, column: column + 1, tops: captured.tops, locals: captured.locals, assigned, nested: [], code: text.code, map: undefined, script };
  }
}

const nodeModule = process.getBuiltinModule("node:module") as { createRequire: typeof createRequire; isBuiltin: typeof isBuiltin };
const isBuiltinModule = (specifier: string): boolean => nodeModule.isBuiltin(specifier) || specifier === "ray-ts";
const isHolder = (value: unknown): value is object => (typeof value === "object" && value !== null) || typeof value === "function";
const shortName = (url: string): string => (url === "" ? "script" : (url.split("/").at(-1) ?? url));

function parseWhole(parse: ParseScript, url: string, text: string): Program | undefined {
  for (const sourceType of ["module", "commonjs"] as const) {
    const { program, errors } = parse(url, text, { lang: "js", sourceType });
    if (errors.length === 0) return program;
  }
  return undefined;
}

/** The place of the function's first character; V8 tells that of a method's parameters. */
function beginning(script: string, source: string, { line, column }: { line: number; column: number }): { line: number; column: number; offset: number } {
  const lineStart = offsetOfLine(script, line);
  const offset = lineStart < 0 ? -1 : script.lastIndexOf(source, lineStart + column);
  if (offset < 0 || offset + source.length < lineStart + column) return { line, column, offset: lineStart + column };
  const before = script.slice(0, offset);
  return { line: before.split("\n").length - 1, column: offset - (before.lastIndexOf("\n") + 1), offset };
}

function offsetOfLine(text: string, line: number): number {
  let offset = 0;
  for (let i = 0; i < line; i++) {
    offset = text.indexOf("\n", offset) + 1;
    if (offset === 0) return -1;
  }
  return offset;
}

function tied(code: Function, { names }: FunctionText): Refusal | undefined {
  if (names.usesSuper) return { what: `${code.name || "a method"}`, why: "uses `super`, which belongs to its object", way: "send an instance of a class, or make it a function of its own" };
  return names.free.has("arguments") ? { what: code.name || "an arrow function", why: "uses the `arguments` of the function around it", way: "name them: (...args) =>" } : undefined;
}

const outerThis = (code: Function): Refusal => ({
  what: code.name || "an arrow function",
  why: "uses the `this` of what is around it, which cannot be read from outside",
  way: "use a variable: const self = this",
});

const unreadable = (code: Function): Refusal => ({
  what: `function ${code.name || "(anonymous)"}`,
  why: "has a source that cannot be read",
  way: "export it from a module, or run the program with `ray-ts run FILE`",
});
