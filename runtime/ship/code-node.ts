/** The node of a function or class in format 2, behind its kind. */
import type { Entry, Properties } from "../serialize/graph.ts";
import type { ImportedName } from "./code-registry.ts";

/** `[name, entry]`, in the order in which the unit lists them. */
export type Captured = readonly (readonly [name: string, entry: Entry])[];

export type CodeContent = readonly [
  unitId: string,
  /** Identity of a class, "" for a function. */
  token: string,
  /** Functions of one graph with the same number read the same scope, and see what each other assigns; -1 for a class. */
  scope: number,
  tops: Captured,
  imports: readonly (readonly [name: string, imported: ImportedName])[],
  locals: Captured,
  /** Own properties that are state: statics of a class, properties put on a function. */
  own: Properties | 0,
  /** What was put on the prototype of a function that serves as a class. */
  prototype: Properties | 0,
];
