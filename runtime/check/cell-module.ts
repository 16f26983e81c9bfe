/** A cell as the module that TypeScript checks: its text first, so that positions stay, then what it needs and what it gives. Pure. */
import { analyze } from "../compile/analyze.ts";
import { parseCell, type ParsedCell } from "../compile/parse.ts";
import { declaredNames, mentionedNames, type DeclaredName } from "./cell-names.ts";
import { type BoundName, CELLS, exportedAs } from "./name-table.ts";

export interface CellModule {
  readonly source: string;
  /** The source, in parentheses when the cell is an object. */
  readonly text: string;
  /** What stands before the source in `text`. */
  readonly shift: number;
  readonly language: ParsedCell["language"];
  readonly declares: ReadonlyMap<string, DeclaredName>;
  readonly mentions: ReadonlySet<string>;
  /** Offsets in `text` of names that are read only when a function around them is called, or under `typeof`. */
  readonly readLater: ReadonlySet<number>;
}

/** Throws the compiler's syntax error. */
export function cellModule(source: string, name: string, { isFile = false } = {}): CellModule {
  const { text, program, language } = parseCell(source, name, { module: isFile });
  const walk = analyze(program, text);
  const readLater = walk.references.filter(({ closure, isEager, form }) => (closure !== null && !isEager) || form === "typeof");
  return {
    source,
    text,
    shift: text.length === source.length ? 0 : 1,
    language,
    declares: declaredNames(program, walk.declared),
    mentions: mentionedNames(source),
    readLater: new Set(readLater.map(({ start, end, name: read, form }) => (form === "typeof" ? end - read.length : start))),
  };
}

/** `text`, then on a line of its own what TypeScript has to know of other cells. */
export function moduleText(text: string, bound: readonly BoundName[], exports: Iterable<string>): string {
  const needs = bound.map(({ name, from, isVariable }) => {
    if (from === undefined) return `declare let ${name}: any;`;
    const place = `${CELLS}.${from.module}.${from.name}`;
    return isVariable ? `declare let ${name}: typeof ${place};` : `import ${name} = ${place};`;
  });
  const gives = [...exports].map((name) => `${name} as ${exportedAs(name)}`);
  return `${text}\n;${needs.join("")}export {${gives.join(",")}};\n`;
}
