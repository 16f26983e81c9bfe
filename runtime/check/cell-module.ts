/** A cell as the module that TypeScript checks: its text first, so that positions stay, then what it needs and what it gives. Pure. */
import { analyze } from "../compile/analyze.ts";
import { parseCell, walking, type ParsedCell } from "../compile/parse.ts";
import { declaredNames, mentionedNames, type DeclaredName } from "./cell-names.ts";
import { type BoundName, CELLS, exportedAs } from "./name-table.ts";
import { narrowedNames } from "./narrowed-names.ts";

export interface CellModule {
  readonly source: string;
  /** The source, in parentheses when the cell is an object. */
  readonly text: string;
  /** What stands before the source in `text`. */
  readonly shift: number;
  readonly language: ParsedCell["language"];
  readonly declares: ReadonlyMap<string, DeclaredName>;
  readonly mentions: ReadonlySet<string>;
  /** What later cells may count on: `if (!match) throw …` stands at its top level. */
  readonly narrows: ReadonlySet<string>;
  /** Offsets in `text` of names that are read only when a function around them is called, or under `typeof`. */
  readonly readLater: ReadonlySet<number>;
}

/** Throws the compiler's syntax error. */
export function cellModule(source: string, name: string, { isFile = false } = {}): CellModule {
  const parsed = parseCell(source, name, { module: isFile });
  const { text, program, language } = parsed;
  const walk = walking(parsed, () => analyze(program, text));
  const readLater = walk.references.filter(({ closure, isEager, form }) => (closure !== null && !isEager) || form === "typeof");
  return {
    source,
    text,
    shift: text.length === source.length ? 0 : 1,
    language,
    declares: declaredNames(program, walk.declared),
    mentions: mentionedNames(source),
    narrows: narrowedNames(program),
    readLater: new Set(readLater.map(({ start, end, name: read, form }) => (form === "typeof" ? end - read.length : start))),
  };
}

/** `text`, then on a line of its own what TypeScript has to know of other cells. `narrowed` of the exports are given with the type they have at the end. */
export function moduleText(text: string, bound: readonly BoundName[], exports: Iterable<string>, narrowed: ReadonlySet<string> = new Set()): string {
  const needs = bound.map(({ name, from, isVariable }) => {
    if (from === undefined) return `declare let ${name}: any;`;
    const place = `${CELLS}.${from.module}.${from.name}`;
    return isVariable ? `declare let ${name}: typeof ${place};` : `import ${name} = ${place};`;
  });
  const ends = [...narrowed].map((name) => `const ${atEnd(name)} = ${name};`);
  const gives = [...exports].map((name) => `${narrowed.has(name) ? atEnd(name) : name} as ${exportedAs(name)}`);
  return `${text}\n;${needs.join("")}${ends.join("")}export {${gives.join(",")}};\n`;
}

const atEnd = (name: string): string => `$$${name}`;
