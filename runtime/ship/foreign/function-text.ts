/** A function's own text as V8 gives it: a function, an arrow, a class, a method, a getter. As an expression, with its name. */
import type { Class, ParserOptions, ParseResult } from "oxc-parser";
import { IMPORT_META } from "./foreign-factory.ts";
import { freeNames, type FreeNames } from "./free-names.ts";

/** oxc-parser's `parseSync`. */
export type ParseScript = (filename: string, source: string, options: ParserOptions) => Pick<ParseResult, "program" | "errors">;

export interface FunctionText {
  readonly kind: "function" | "class";
  readonly code: string;
  readonly names: FreeNames;
  /** The name under which the text wants the class that it extends. */
  readonly base?: string | undefined;
  /** What makes the text an expression for a function of that name. */
  around(name: string): readonly [before: string, after: string];
}

/** Undefined for a text that is no JavaScript by itself: a native function, a private method. */
export function functionText(source: string, parse: ParseScript): FunctionText | undefined {
  return asExpression(source, parse) ?? asMember(source, parse);
}

function asExpression(source: string, parse: ParseScript): FunctionText | undefined {
  const program = parsed(`(${source}\n)`, parse);
  const expression = unwrap(program?.body[0]);
  if (program === undefined || expression === undefined) return undefined;
  const isClass = expression.type === "ClassExpression";
  if (!isClass && expression.type !== "FunctionExpression" && expression.type !== "ArrowFunctionExpression") return undefined;
  const names = freeNames(program);
  const hasName = expression.type !== "ArrowFunctionExpression" && expression.id !== null;
  return {
    kind: isClass ? "class" : "function",
    code: withBase(withoutImportMeta(source, names, 1), expression),
    names,
    base: expression.type === "ClassExpression" && expression.superClass !== null ? baseName(expression.superClass) : undefined,
    around: (name) => {
      if (hasName || name === "") return ["(", ")"];
      // a function takes the name of the property that it is made for
      const key = JSON.stringify(name);
      return [`({[${key}]:`, `}[${key}])`];
    },
  };
}

/** `name(a) {…}`, `get name() {…}`, `async *[key]() {…}`: found again on an object that has nothing else. */
function asMember(source: string, parse: ParseScript): FunctionText | undefined {
  const text = source.replace(/^static\s+(?!\()/, "");
  const program = parsed(`({${text}\n})`, parse);
  const object = unwrap(program?.body[0]);
  if (program === undefined || object?.type !== "ObjectExpression" || object.properties.length !== 1) return undefined;
  const [property] = object.properties;
  const accessor = property?.type === "Property" && property.kind !== "init" ? property.kind : "value";
  const names = freeNames(program);
  const padded = " ".repeat(source.length - text.length) + withoutImportMeta(text, names, 2);
  return {
    kind: "function",
    code: padded,
    names,
    around: () => ["((o)=>{const k=Reflect.ownKeys(o)[0];return Object.getOwnPropertyDescriptor(o,k)." + accessor + "})({", "})"],
  };
}

function parsed(text: string, parse: ParseScript): ParseResult["program"] | undefined {
  for (const sourceType of ["module", "commonjs"] as const) {
    const { program, errors } = parse("function.js", text, { lang: "js", sourceType });
    if (errors.length === 0) return program;
  }
  return undefined;
}

type Statement = ParseResult["program"]["body"][number];
type Expression = Extract<Statement, { type: "ExpressionStatement" }>["expression"];

function unwrap(statement: Statement | undefined): Expression | undefined {
  if (statement?.type !== "ExpressionStatement") return undefined;
  let { expression } = statement;
  while (expression.type === "ParenthesizedExpression") ({ expression } = expression);
  return expression;
}

/** Stands for an expression that a class extends: evaluated again it would give another class. */
const BASE = "__rayBase";

function baseName(superClass: NonNullable<Class["superClass"]>): string | undefined {
  if (superClass.type === "Identifier") return superClass.name;
  return superClass.end - superClass.start >= BASE.length ? BASE : undefined;
}

function withBase(source: string, expression: Expression): string {
  if (expression.type !== "ClassExpression" || expression.superClass === null || baseName(expression.superClass) !== BASE) return source;
  const { start, end } = expression.superClass;
  return source.slice(0, start - 1) + BASE + source.slice(start - 1 + BASE.length, end - 1).replace(/[^\n]/g, " ") + source.slice(end - 1);
}

/** A script has no `import.meta`: another name of the same length stands for it. */
function withoutImportMeta(source: string, { importMetas }: FreeNames, shift: number): string {
  let text = source;
  for (const { start, end } of importMetas) text = text.slice(0, start - shift) + IMPORT_META.padEnd(end - start) + text.slice(end - shift);
  return text;
}
