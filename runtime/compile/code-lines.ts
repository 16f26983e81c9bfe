/** What a debugger asks of a text that need not have run: on which lines it can stop, and where an error would be caught. */
import { forEachChild, isFunction, isTypeOnly, type Node } from "./ast.ts";
import { parseAsObject, tryParse } from "./parse.ts";
import { LineIndex, type Position } from "./positions.ts";

/** These only hold others, or are no code by themselves. */
const passive = new Set(["BlockStatement", "EmptyStatement", "ImportDeclaration", "TSDeclareFunction", "ExportNamedDeclaration", "ExportDefaultDeclaration", "LabeledStatement"]);

export class CodeLines {
  readonly #index: LineIndex;
  readonly #lines = new Set<number>();
  /** Blocks of `try` statements that have a `catch`. */
  readonly #tries: { readonly start: number; readonly end: number }[] = [];
  readonly #shift: number = 0;

  /** A text that cannot be parsed has no lines to stop on. */
  constructor(source: string) {
    this.#index = new LineIndex(source);
    const object = parseAsObject(source);
    const isObject = object !== undefined && !("errors" in object);
    const parsed = isObject ? object : tryParse(source);
    if ("errors" in parsed) return;
    if (isObject) this.#shift = 1;
    this.#visit(parsed.program);
  }

  /** The first line from `line` on where code can stop; undefined when there is none. */
  stoppable(line: number): number | undefined {
    const later = [...this.#lines].filter((other) => other >= line);
    return later.length === 0 ? undefined : Math.min(...later);
  }

  /** A `catch` of this text stands around the place. */
  isCaught(at: Position): boolean {
    const offset = this.#index.offset(at.line - 1, at.column - 1) + this.#shift;
    return this.#tries.some(({ start, end }) => offset >= start && offset < end);
  }

  #visit(node: Node): void {
    if (isTypeOnly(node)) return;
    if (/Statement$|Declaration$/.test(node.type) && !passive.has(node.type)) this.#add(node.start);
    if (node.type === "ArrowFunctionExpression" && node.expression) this.#add(node.body.start);
    // a function can stop at its closing brace, before it returns
    if (isFunction(node) && node.body?.type === "BlockStatement") this.#add(node.body.end - 1);
    if (node.type === "TryStatement" && node.handler) this.#tries.push(node.block);
    forEachChild(node, (child) => this.#visit(child));
  }

  #add(offset: number): void {
    this.#lines.add(this.#index.position(offset - this.#shift).line);
  }
}
