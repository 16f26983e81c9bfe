/** Where a cell's magics are called: their text is blank by now, and what they do is the runtime's affair. */
import type { Program, Statement } from "oxc-parser";
import type { CellMagic } from "./compiled-cell.ts";
import type { Edits } from "./edits.ts";
import type { Closure } from "./scopes.ts";
import type { Walk } from "./walk.ts";

/** Before the statements are rewritten: what is timed may be an import, and those are put first. */
export function openMagics(magics: readonly CellMagic[], program: Program, walk: Walk, edits: Edits<Closure>): void {
  magics.forEach((magic, index) => {
    if (magic.form === "stands") {
      walk.awaits = true;
      edits.insert(magic.start, `;__rt.resumed(await __rt.magic(${index}));`);
    } else if (magic.form === "around") {
      const timed = statementsOf(magic, program);
      const imports = timed.some(({ type }) => type === "ImportDeclaration");
      edits.insert(imports || magic.isCell ? 0 : magic.textStart, `;__rt.magic(${index});`);
      if (!magic.isCell && !imports) edits.insert(timed.at(-1)?.end ?? magic.end, `;__rt.magic(${index});`);
    }
  });
}

/** Behind the imports, before functions are defined. */
export function closeMagics(magics: readonly CellMagic[], program: Program, walk: Walk, edits: Edits<Closure>): void {
  const { length } = walk.source;
  magics.forEach((magic, index) => {
    if (magic.form === "repeats") {
      edits.insert(0, `__rt.resumed(await __rt.magic(${index},${walk.awaits ? "async " : ""}()=>{`);
      walk.awaits = true;
      edits.insert(length, "\n}));");
    } else if (magic.form === "around" && magic.isCell) {
      edits.insert(length, `\n;__rt.magic(${index});`);
    } else if (magic.form === "around" && statementsOf(magic, program).some(({ type }) => type === "ImportDeclaration")) {
      edits.insert(0, `;__rt.magic(${index});`);
    }
  });
}

/** A magic that puts something out comes last: what stands before it is not the cell's value. */
export function endsWithMagic(magics: readonly CellMagic[], program: Program): boolean {
  const last = program.body.findLast(({ type }) => type !== "EmptyStatement");
  return magics.some(({ form, start }) => form === "repeats" || (form === "stands" && start >= (last?.end ?? 0)));
}

const statementsOf = ({ textStart, end }: CellMagic, program: Program): Statement[] => program.body.filter(({ start }) => start >= textStart && start < end);
