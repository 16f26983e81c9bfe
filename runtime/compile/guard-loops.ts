/**
 * A guard on the back-edge of every loop: the only thing that can stop a loop that never awaits.
 *
 * V8 peels the first iteration off an innermost loop, and with it checks of types and the boxing of numbers. A guard inside hinders
 * that (0.9 → 4.2 ns an iteration of a sum), so a closed innermost loop runs in lots, and the guard stands between two lots:
 * `{let __n=0;for(let i=0;;){guard;for(__n=64;__n--&&(i<n);i++)body if(__n>=0)break;}}`.
 */
import type { ForStatement, WhileStatement } from "oxc-parser";
import type { Edits } from "./edits.ts";
import { hasOwnMath } from "./loop-locals.ts";
import type { Loop } from "./loops.ts";
import type { Surroundings } from "./top-names.ts";
import type { Closure } from "./scopes.ts";
import type { Walk } from "./walk.ts";

/** `__g` is a constant of the cell's function and of each unit's factory. A plain read, not an atomic one: it must cost nothing. */
export const guardDeclaration = "const __g=__rt.guard;";
const guard = "if(__g[0])__rt.interrupted();";
const LOT = 64;

export function guardLoops(walk: Walk, edits: Edits<Closure>, surroundings: Pick<Surroundings, "known">): void {
  const mayCallMath = hasOwnMath(walk, surroundings);
  for (const loop of walk.loops) {
    const isTight = loop.isInnermost && loop.isClosed && (mayCallMath || !loop.callsMath);
    if (!isTight || !guardInLots(loop, walk.source, edits)) guardEach(loop, edits);
  }
}

function guardEach({ node: { body } }: Loop, edits: Edits<Closure>): void {
  if (body.type === "BlockStatement") edits.insert(body.start + 1, guard);
  else if (body.type === "EmptyStatement") edits.replace(body.start, body.end, `{${guard}}`);
  else edits.wrap(body, `{${guard}`, "}");
}

/** False when the loop has no such form. */
function guardInLots({ node, statement }: Loop, source: string, edits: Edits<Closure>): boolean {
  if (node.type !== "ForStatement" && node.type !== "WhileStatement") return false;
  const marks = marksOf(node, source);
  if (!marks) return false;
  const count = nameNotIn(source);
  const labels = source.slice(statement.start, node.start);
  const open = `;){${guard}${labels}for(${count}=${LOT};${count}--`;
  edits.wrap(statement, `{let ${count}=0;`, `if(${count}>=0)break;}}`);
  edits.remove(statement.start, node.start);
  const [beforeTest, afterTest] = node.test ? ["&&(", ");"] : ["", ";"];
  if (node.type === "ForStatement") {
    edits.replace(marks[1]!, marks[1]! + 1, `;${open}${beforeTest}`);
    edits.replace(marks[2]!, marks[2]! + 1, afterTest);
  } else {
    edits.replace(node.start, marks[0]! + 1, `for(;${open}${beforeTest}`);
    edits.replace(marks[1]!, marks[1]! + 1, `${afterTest})`);
  }
  return true;
}

/** Offsets of the parentheses and semicolons of a loop's head; undefined when comments stand between its parts. */
function marksOf(node: ForStatement | WhileStatement, source: string): number[] | undefined {
  const isFor = node.type === "ForStatement";
  const signs = isFor ? ["(", ";", ";", ")"] : ["(", ")"];
  const parts = isFor ? [node.init, node.test, node.update, node.body] : [node.test, node.body];
  const marks: number[] = [];
  let at = node.start + (isFor ? "for" : "while").length;
  for (const [index, sign] of signs.entries()) {
    at = afterSpace(source, at);
    if (source[at] !== sign) return undefined;
    marks.push(at);
    const part = parts[index];
    at = afterSpace(source, at + 1);
    if (!part) continue;
    if (part.start !== at) return undefined;
    at = part.end;
  }
  return marks;
}

const space = /\s*/y;

function afterSpace(source: string, at: number): number {
  space.lastIndex = at;
  return at + (space.exec(source)?.[0].length ?? 0);
}

function nameNotIn(source: string): string {
  let name = "__n";
  while (source.includes(name)) name += "n";
  return name;
}
