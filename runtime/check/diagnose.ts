/**
 * TypeScript's diagnostics of a cell's module to what a person should read of them. Pure.
 *
 * What is left out: what lies in the text behind the cell; what only says that types are missing; what the session says itself,
 * and better (modules that cannot be found); what is about a compiler's output, which cells have none of.
 */
import { LineIndex } from "../compile/positions.ts";
import type { CellModule } from "./cell-module.ts";
import { CELLS } from "./name-table.ts";
import type { TypeDiagnostic } from "./type-diagnostic.ts";

export interface RawDiagnostic {
  readonly fileName?: string | undefined;
  readonly pos: number;
  readonly end: number;
  readonly code: number;
  readonly text: string;
  readonly messageChain?: readonly RawDiagnostic[] | undefined;
  readonly relatedInformation?: readonly RawDiagnostic[] | undefined;
}

export interface DiagnoseContext {
  /** The cell whose module a path is, and its source. */
  readonly cellOf: (path: string) => { readonly name: string; readonly source: string; readonly shift: number } | undefined;
  /** The cell that declared a name last, and as what. */
  readonly declaredBy: (name: string) => { readonly cell: string; readonly kind: string | undefined } | undefined;
  /** Node itself has a value of that name, whatever its types say. */
  readonly isGlobal: (name: string) => boolean;
  /** A name that cells declared and that is much like this one. */
  readonly similarTo: (name: string) => string | undefined;
  /** A line of code that would bring a name that nobody declared. */
  readonly importFor: (name: string) => string | undefined;
  /** A module that is not there is told. */
  readonly tellsMissingModules: boolean;
}

/** Only types are missing, for a module, a JSX element, Node, a parameter, `this`, or are of another kind of module than the session makes of it. */
const isAboutMissingTypes = (code: number): boolean => (code >= 7005 && code <= 7061 && !REAL_IN_7000.has(code)) || MISSING_TYPES.has(code);
/** Code that can never be reached, a label that nobody uses, a switch that falls through: no types are missing there. */
const REAL_IN_7000 = new Set([7027, 7028, 7029, 7030]);
const MISSING_TYPES = new Set([2318, 2498, 2664, 2503, 2580, 2581, 2582, 2583, 2584, 2591, 2592, 2593, 2602, 2607, 2683, 2688, 2865, 2866, 2867, 2868, 2869, 2874, 2875, 2879, 6137, 6263]);
const MISSING_MODULE = new Set([2307, 2732, 2792, 2882]);
/** About options of the compiler, and where it would write. */
const isAboutOptions = (code: number): boolean => (code >= 5000 && code < 7000 && code !== 6133 && code !== 6138 && code !== 6196 && code !== 6198 && code !== 6199) || (code >= 9000 && code < 10_000);
const NOT_FOUND = 2304;
/** TypeScript knows the names of the cell; those of others stand behind it only when they are mentioned. */
const NOT_FOUND_BUT_SIMILAR = 2552;
const UNKNOWN_NAME = new Set([NOT_FOUND, NOT_FOUND_BUT_SIMILAR, 18004]);
/** Assignments to what an earlier cell declared: TypeScript sees an import there. */
const ASSIGNED_TO_IMPORT = 2632;
const ASSIGNED_TO: Readonly<Record<string, readonly [code: number, what: string]>> = {
  const: [2588, "a constant"], function: [2630, "a function"], class: [2629, "a class"], enum: [2628, "an enum"], namespace: [2631, "a namespace"],
};

export function diagnose(module: CellModule, raw: readonly RawDiagnostic[], context: DiagnoseContext): TypeDiagnostic[] {
  const lines = new LineIndex(module.source);
  const end = module.shift + module.source.length;
  return raw
    .filter(({ pos, code }) => pos >= module.shift && pos <= end && !isAboutMissingTypes(code) && !isAboutOptions(code) && (context.tellsMissingModules || !MISSING_MODULE.has(code)))
    .map((each) => toDiagnostic(each, module, lines, context))
    .filter((each): each is TypeDiagnostic => each !== undefined)
    .sort((a, b) => a.start - b.start);
}

export function placed(source: string, lines: LineIndex, start: number, end: number): Pick<TypeDiagnostic, "start" | "end" | "line" | "column" | "endLine" | "endColumn"> {
  const from = Math.min(start, source.length);
  const to = Math.max(from, Math.min(end, source.length));
  const { line, column } = lines.position(from);
  const last = lines.position(to);
  return { start: from, end: to, line, column, endLine: last.line, endColumn: last.column };
}

function toDiagnostic(raw: RawDiagnostic, module: CellModule, lines: LineIndex, context: DiagnoseContext): TypeDiagnostic | undefined {
  const name = module.text.slice(raw.pos, raw.end);
  const isUnknown = UNKNOWN_NAME.has(raw.code);
  const isLater = isUnknown && module.readLater.has(raw.pos);
  if (isUnknown && context.isGlobal(name)) return undefined;
  // `typeof x` asks whether there is an x
  if (isLater && /\btypeof\s*\(?\s*$/.test(module.text.slice(0, raw.pos))) return undefined;
  const { code, message } = isUnknown ? unknownName(raw, name, isLater, context) : reworded(raw, name, context);
  return {
    code: `TS${code}`,
    severity: isLater ? "hint" : "error",
    message,
    ...placed(module.source, lines, raw.pos - module.shift, raw.end - module.shift),
    related: (raw.relatedInformation ?? []).flatMap((each) => relatedLine(each, context)),
  };
}

function unknownName(raw: RawDiagnostic, name: string, isLater: boolean, context: DiagnoseContext): { code: number; message: string } {
  const similar = raw.code === NOT_FOUND ? context.similarTo(name) : undefined;
  if (similar !== undefined) return { code: NOT_FOUND_BUT_SIMILAR, message: `Cannot find name '${name}'. Did you mean '${similar}'?` };
  const line = context.importFor(name);
  const help = line !== undefined ? ` It can be imported: ${line}` : isLater ? " A later cell may declare it." : "";
  return { code: raw.code, message: chainText(raw, context).replace(/([^.?!])$/, "$1.") + help };
}

function reworded(raw: RawDiagnostic, name: string, context: DiagnoseContext): { code: number; message: string } {
  const declared = raw.code === ASSIGNED_TO_IMPORT ? context.declaredBy(name) : undefined;
  const [code, what] = ASSIGNED_TO[declared?.kind ?? ""] ?? [];
  if (declared === undefined || code === undefined) return { code: raw.code, message: chainText(raw, context) };
  return { code, message: `Cannot assign to '${name}' because it is ${what} (declared in ${declared.cell}).` };
}

function chainText(raw: RawDiagnostic, context: DiagnoseContext, depth = 0): string {
  const rest = (raw.messageChain ?? []).map((each) => "\n" + chainText(each, context, depth + 1));
  return "  ".repeat(depth) + cleanMessage(raw.text, context) + rest.join("");
}

const cleanMessage = (text: string, { cellOf }: Pick<DiagnoseContext, "cellOf">): string => cleanTypeText(text, (path) => cellOf(path)?.name);

/** Types of the same name are told apart by their module, `In[3].Counter`; the names that only we gave vanish. */
export function cleanTypeText(text: string, cellAt: (path: string) => string | undefined): string {
  return text
    .replace(/import\("([^"]+)"(?:, \{[^}]*\})?\)\.(\$?)/g, (whole, path: string) => {
      const cell = cellAt(path);
      if (cell !== undefined) return `${cell}.`;
      return /[\\/]dist[\\/]types[\\/]runtime[\\/]/.test(path) ? "" : whole;
    })
    .replaceAll(new RegExp(String.raw`(?:typeof )?${CELLS}\.\w+\.\$?`, "g"), "");
}

function relatedLine(raw: RawDiagnostic, context: DiagnoseContext): string[] {
  const cell = raw.fileName === undefined ? undefined : context.cellOf(raw.fileName);
  if (cell === undefined || raw.pos - cell.shift > cell.source.length) return [];
  const { line, column } = new LineIndex(cell.source).position(raw.pos - cell.shift);
  return [`${cell.name}:${line}:${column}: ${cleanMessage(raw.text, context)}`];
}
