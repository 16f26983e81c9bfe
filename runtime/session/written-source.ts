/** The source of a cell's function or class as its author wrote it, not as it was compiled. */
import { isComplete } from "../compile/is-complete.ts";
import type { CodeRegistry } from "../ship/code-registry.ts";

const MOST_LINES = 200;

export interface WrittenSource {
  /** The whole lines that it stands on. */
  readonly text: string;
  /** `In[3]:2`. */
  readonly where: string;
}

export function writtenSource(code: Function, registry: Pick<CodeRegistry, "metaOf" | "unitOf">, sourceOf: (cell: string) => string | undefined): WrittenSource | undefined {
  const meta = registry.metaOf(code);
  const unit = meta === undefined ? undefined : registry.unitOf(meta.unitId);
  const source = unit === undefined ? undefined : sourceOf(unit.cell);
  if (unit === undefined || source === undefined) return undefined;
  const lines = source.split("\n").slice(unit.line - 1, unit.line - 1 + MOST_LINES);
  // a unit knows where it begins; it ends where the text first is whole
  const whole = lines.findIndex((_, index) => isComplete(lines.slice(0, index + 1).join("\n")).status === "complete");
  return { text: lines.slice(0, whole < 0 ? 1 : whole + 1).join("\n"), where: `${unit.cell}:${unit.line}` };
}
