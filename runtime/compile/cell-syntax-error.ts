import { excerptOf } from "./positions.ts";
import type { Position } from "./positions.ts";

/** A cell that is no TypeScript: where, and the line with a caret. */
export interface CellSyntaxError extends SyntaxError {
  readonly cell: string;
  readonly line: number;
  readonly column: number;
  readonly excerpt: string;
}

export const isErrorOfSyntax = (error: SyntaxError): error is CellSyntaxError => Object.hasOwn(error, "cell") && Object.hasOwn(error, "line");

/** An ordinary SyntaxError, so that its name and class are what a user expects, that says where in its message. */
export function cellSyntaxError(message: string, cell: string, source: string, { line, column }: Position): CellSyntaxError {
  const place = `${cell}:${line}:${column}`;
  const error = new SyntaxError(`${message} (${place})`);
  // The compiler's own frames tell a user nothing.
  error.stack = `SyntaxError: ${error.message}\n    at ${place}`;
  return Object.assign(error, { cell, line, column, excerpt: excerptOf(source, { line, column }) });
}
