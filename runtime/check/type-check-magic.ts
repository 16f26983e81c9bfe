/** `%typecheck [warn|error|off]` on a cell's first line: how this front checks types from here on. Pure. */
import { isTypeCheckMode, TYPE_CHECK_MODES, type TypeCheckMode } from "./type-diagnostic.ts";

const MAGIC = /^[^\S\n]*%typecheck\b[^\S\n]*(.*)(?:\r?\n|$)/;

const MEANING: Readonly<Record<TypeCheckMode, string>> = {
  warn: "cells run, and their type errors show under them",
  error: "a cell with type errors does not run",
  off: "types are not checked",
};

export interface TypeCheckMagic {
  /** The mode that was asked for; undefined: only what it is now. */
  readonly mode: TypeCheckMode | undefined;
  /** The cell without the magic, its lines where they were. */
  readonly code: string;
  /** There is no such mode: why the cell cannot run. */
  readonly problem?: string;
}

/** Undefined for a cell without it. */
export function readTypeCheckMagic(code: string): TypeCheckMagic | undefined {
  const match = MAGIC.exec(code);
  if (match === null) return undefined;
  const asked = (match[1] as string).trim();
  const rest = "\n".repeat(match[0].endsWith("\n") ? 1 : 0) + code.slice(match[0].length);
  if (asked === "") return { mode: undefined, code: rest };
  if (isTypeCheckMode(asked)) return { mode: asked, code: rest };
  return { mode: undefined, code: rest, problem: `%typecheck ${asked}: there is no such mode. It is one of ${TYPE_CHECK_MODES.join(", ")}.` };
}

export const describeMode = (mode: TypeCheckMode): string => `%typecheck ${mode}: ${MEANING[mode]}\n`;
