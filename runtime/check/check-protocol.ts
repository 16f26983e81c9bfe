/** Messages between a front and its checker process, over the child's IPC channel. Answers carry the id of what they answer. */
import type { TypeDiagnostic } from "./type-diagnostic.ts";

export type CheckerRequest =
  /** A cell, in the order in which cells run. `reports` false: its names are taken, and nothing is said of it. */
  | { readonly type: "check"; readonly id: number; readonly name: string; readonly code: string; readonly reports: boolean; readonly onlyRunsRight: boolean }
  | { readonly type: "complete"; readonly id: number; readonly code: string; readonly cursor: number }
  | { readonly type: "inspect"; readonly id: number; readonly code: string; readonly cursor: number; readonly detail: 0 | 1 };

export type CheckerOrder =
  | CheckerRequest
  /** What the session has that no cell's text shows. */
  | { readonly type: "learn"; readonly names: readonly (readonly [name: string, kind: string])[] }
  /** The session is a new one: no cell has run. */
  | { readonly type: "reset" };

export type CheckerMessage =
  | { readonly type: "ready" }
  /** `diagnostics` undefined: the cell is no TypeScript, as its session will say. `notes`: what is to be said once, of a broken tsconfig.json. */
  | { readonly type: "checked"; readonly id: number; readonly diagnostics: readonly TypeDiagnostic[] | undefined; readonly notes: readonly string[] }
  | ({ readonly type: "completed"; readonly id: number } & CheckedCompletions)
  | { readonly type: "inspected"; readonly id: number; readonly found: CheckedInspection | undefined }
  /** TypeScript failed at this one question. */
  | { readonly type: "failed"; readonly id: number; readonly message: string };

export interface CheckedCompletion {
  readonly text: string;
  /** `function`, `class`, `variable`, `property`, `method`, `keyword`, `module`, `interface`, `type`, `enum`, … */
  readonly type: string;
  /** The statement that has to stand before the cell's for the name to mean anything. */
  readonly importLine?: string;
}

export interface CheckedCompletions {
  readonly matches: readonly CheckedCompletion[];
  /** What a match replaces. */
  readonly start: number;
  readonly end: number;
  /** `name`: any name may stand there. `member`: only what something has, of which values may show more. `text`: a string or comment. */
  readonly place: "name" | "member" | "text";
  /** Where an import line can stand: the begin of the statement that the cursor is in. */
  readonly statement: number;
}

export interface CheckedInspection {
  /** TypeScript: `const square: RemoteFunction<[x: number], number>`. */
  readonly code: string;
  /** Markdown. */
  readonly documentation: string;
  /** How a cell declared it, at detail 1. */
  readonly source?: { readonly text: string; readonly where: string };
}
