/**
 * The cell compiler: one cell's TypeScript to the text of a function that the session evaluates. README.md shows that text.
 *
 * Parse, one walk, edits (names, variables, statements, loops, units), lowering. Pure: no file, no clock, no evaluation.
 */
import { createHash } from "node:crypto";
import { analyze } from "./analyze.ts";
import { cellSyntaxError } from "./cell-syntax-error.ts";
import type { CellMagic, CompiledCell, DeclarationKind, SourceMap, Unit, UnitSource } from "./compiled-cell.ts";
import { composeMap } from "./compose-map.ts";
import { Edits } from "./edits.ts";
import type { Rendered } from "./edits.ts";
import { guardAwaits } from "./guard-awaits.ts";
import { guardDeclaration, guardLoops } from "./guard-loops.ts";
import { jsxOf } from "./jsx.ts";
import { LoweringError } from "./esbuild.ts";
import { loopLocals } from "./loop-locals.ts";
import { lower } from "./lower.ts";
import type { Lowered } from "./lower.ts";
import { memberAccess, namedWrap } from "./named-wrap.ts";
import { parseCell, walking } from "./parse.ts";
import type { ParsedCell } from "./parse.ts";
import type { Position } from "./positions.ts";
import { closeMagics, endsWithMagic, openMagics } from "./rewrite-magics.ts";
import { rewriteNames, rewriteThis } from "./rewrite-names.ts";
import { rewriteStatements } from "./rewrite-statements.ts";
import { rewriteVariables } from "./rewrite-variables.ts";
import { isInside } from "./scopes.ts";
import type { Closure } from "./scopes.ts";
import { capturedNames } from "./top-names.ts";
import { outerThisName, registerUnits } from "./units.ts";
import type { Walk } from "./walk.ts";

export interface CompileOptions {
  /** Shown name: `In[3]`. */
  readonly name: string;
  /** What earlier cells declared. */
  readonly known: ReadonlyMap<string, { readonly kind: DeclarationKind; readonly cell: string }>;
  /** True for names that functions of earlier cells captured: all that `captured` of those cells had. */
  readonly captured: (name: string) => boolean;
  /** Names that stay as they are, unless a cell declares them: JavaScript's and Node's own. */
  readonly globals: (name: string) => boolean;
  /** The text is a whole file: it has no value, and a brace at its head is a block. */
  readonly module?: boolean;
  /** Their text is blank. A brace at the head of such a cell is a block. */
  readonly magics?: readonly CellMagic[];
}

/**
 * Compiles a cell, or throws a {@link CellSyntaxError} whose message has the position.
 *
 * ```ts
 * const cell = compileCell("const x = 1; x + 1", { name: "In[1]", known: new Map(), globals: (name) => name in globalThis });
 * const run = new vm.Script(cell.code, { filename: cell.scriptName }).runInThisContext();
 * await run(scope, runtime);
 * ```
 */
export function compileCell(source: string, options: CompileOptions): CompiledCell {
  const parsed = parseCell(source, options.name, { module: options.module === true || (options.magics ?? []).length > 0 });
  return walking(parsed, () => new CellCompilation(parsed, options).compiled());
}

class CellCompilation {
  readonly #parsed: ParsedCell;
  readonly #walk: Walk;
  readonly #edits: Edits<Closure>;
  readonly #jsx: { factory: string; fragment: string };
  readonly #hash: string;
  readonly #scriptName: string;
  readonly #captured: ReadonlySet<string>;
  readonly #units: ReadonlyMap<Unit, Closure>;
  /** V8 places a call of `(0, __$.f)(…)` at its second parenthesis: left unmapped, that falls back to the name. */
  readonly #calleeEnds: ReadonlySet<number>;
  readonly #sources = new Map<string, UnitSource>();

  constructor(parsed: ParsedCell, options: CompileOptions) {
    const walk = analyze(parsed.program, parsed.text);
    const edits = new Edits<Closure>(parsed.text);
    this.#parsed = parsed;
    this.#walk = walk;
    this.#edits = edits;
    this.#jsx = jsxOf(parsed, walk, edits);
    // Of wraps around one range the first is the outer one: the order of the lines below matters.
    this.#captured = capturedNames(walk);
    const locals = loopLocals(walk, edits, options, this.#captured);
    guardLoops(walk, edits, options);
    if (walk.loops.length > 0) edits.insert(0, guardDeclaration);
    for (const statement of walk.unterminated) edits.after(statement, ";");
    this.#calleeEnds = new Set(walk.references.filter(({ form }) => form === "callee").map(({ end }) => end));
    const decisions = rewriteNames(walk, edits, options, locals);
    this.#hash = hashOf(parsed.name, parsed.source, ...decisions);
    // what became a local changes this text, and none of its units
    this.#scriptName = scriptNameOf(parsed.name, locals.description === "" ? this.#hash : hashOf(this.#hash, locals.description));
    rewriteThis(walk, edits, (owner, unit) => !isInside(owner, unit));
    rewriteVariables(walk, edits, locals);
    const { magics = [] } = options;
    openMagics(magics, parsed.program, walk, edits);
    rewriteStatements(walk, parsed.program, edits, { showsResult: options.module !== true && !endsWithMagic(magics, parsed.program) });
    closeMagics(magics, parsed.program, walk, edits);
    guardAwaits(walk.awaitExpressions, edits);
    this.#units = registerUnits(walk, edits, { cell: parsed.name, hash: this.#hash, positionAt: parsed.positionAt });
  }

  compiled(): CompiledCell {
    const { name } = this.#parsed;
    const rendered = this.#edits.renderAll();
    const lowered = this.#lower(rendered, { start: 0, end: this.#parsed.text.length });
    const isAsync = this.#walk.awaits;
    let map: SourceMap | undefined;
    const compose = (): SourceMap => this.#mapOf(lowered, rendered, 1);
    return {
      name,
      scriptName: this.#scriptName,
      code: `(${isAsync ? "async " : ""}(__$,__rt)=>{"use strict";\n${lowered.code}\n})`,
      // Most cells never throw, and the map costs as much as the lowering.
      get map() {
        return (map ??= compose());
      },
      isAsync,
      declared: this.#walk.declared,
      captured: this.#captured,
      units: [...this.#units.keys()],
      unitSource: (id) => this.#unitSource(id),
    };
  }

  #unitSource(id: string): UnitSource {
    const known = this.#sources.get(id);
    if (known) return known;
    for (const [unit, closure] of this.#units) {
      if (unit.id !== id) continue;
      const source = this.#lowerUnit(closure);
      this.#sources.set(id, source);
      return source;
    }
    throw new Error(`Cell ${this.#parsed.name} has no unit ${id}: its units are ${[...this.#units.keys()].map((unit) => unit.id).join(", ") || "none"}`);
  }

  #lowerUnit(closure: Closure): UnitSource {
    const rendered = this.#edits.renderRange(closure);
    rendered.enclose(...aroundUnit(closure));
    const lowered = this.#lower(rendered, closure);
    return { code: lowered.code, map: this.#mapOf(lowered, rendered, 0) };
  }

  #lower(rendered: Rendered, range: { start: number; end: number }): Lowered {
    const isModern = this.#walk.modernSyntax.some((offset) => offset >= range.start && offset < range.end);
    try {
      return lower(rendered.text, { language: this.#parsed.language, isModern, jsx: this.#jsx });
    } catch (error) {
      if (!(error instanceof LoweringError)) throw error;
      const { name, source } = this.#parsed;
      throw cellSyntaxError(error.message, name, source, this.#positionOf(rendered, error.offset));
    }
  }

  #mapOf(lowered: Lowered, rendered: Rendered, linesBefore: number): SourceMap {
    const { name, source } = this.#parsed;
    const positionOf = (offset: number): Position | undefined => {
      const origin = rendered.originOf(offset);
      return this.#calleeEnds.has(origin) ? undefined : this.#parsed.positionAt(origin);
    };
    return composeMap(lowered.map, { text: rendered.text, positionOf, name, source }, linesBefore);
  }

  #positionOf(rendered: Rendered, offset: number): Position {
    return this.#parsed.positionAt(rendered.originOf(offset));
  }
}

/** Text before and after a unit's own, which makes it a statement list that assigns `__unit`. */
function aroundUnit(closure: Closure): [before: string, after: string] {
  const names = closure.outerThis && closure.eager.size > 0 ? [...closure.eager, outerThisName] : [...closure.eager];
  const eager = names.map((name) => `${name}=__captured.${name};`).join("");
  if (closure.placement === "declaration") return [eager, `\n__unit=${closure.name};`];
  if (closure.placement === "method") return [`${eager}__unit={`, `}${memberAccess(closure.name)};`];
  const [open, close] = closure.takesName ? namedWrap(closure.name) : ["", ""];
  return [`${eager}__unit=(${open}`, `${close});`];
}

const hashOf = (...parts: string[]): string => createHash("sha1").update(parts.join("\0")).digest("hex").slice(0, 8);

/** Without spaces and parentheses, which separate things in a stack's lines. */
const scriptNameOf = (name: string, hash: string): string => `ray-ts:${name.replace(/[\s()]/g, "_")}~${hash}`;
