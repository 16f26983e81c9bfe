/** What the checker has to say about a cell or file: plain data, as it crosses from process to process. */

export interface TypeDiagnostic {
  /** `TS2322`, or `RAY1001`: an ObjectRef where its value is meant. */
  readonly code: string;
  /**
   * `hint`: true as things are, and a later cell may make it right (a function that uses a name which nobody has declared yet). It
   * keeps no cell from running.
   */
  readonly severity: "error" | "hint";
  /** Several lines where TypeScript explains itself. */
  readonly message: string;
  /** In the source, in UTF-16 units. */
  readonly start: number;
  readonly end: number;
  /** From 1. */
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
  /** What else belongs to it: `In[1]:2:3: The expected type comes from property 'id' …`. */
  readonly related: readonly string[];
}

/** `warn`: the cell runs and its type errors show under it; `error`: it does not run; `off`: types are not checked. */
export type TypeCheckMode = "warn" | "error" | "off";

export const TYPE_CHECK_MODES: readonly TypeCheckMode[] = ["warn", "error", "off"];

export const isTypeCheckMode = (value: unknown): value is TypeCheckMode => TYPE_CHECK_MODES.includes(value as TypeCheckMode);
