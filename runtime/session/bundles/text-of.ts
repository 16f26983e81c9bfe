/** A value's text, as Node shows it; what is cut says what prints all of it. */
import { inspect, type InspectOptions } from "node:util";

export interface ValueText {
  readonly text: string;
  /** Something of the value is not in it. */
  readonly isCut: boolean;
}

const USUAL = { depth: 4, maxArrayLength: 100, maxStringLength: 10_000, breakLength: 100, getters: false, colors: false } as const satisfies InspectOptions;
/** Of a value whose usual text would fill a page many times. */
const SHORT = { ...USUAL, depth: 2, maxArrayLength: 20, maxStringLength: 1000 } as const satisfies InspectOptions;
const LONG_TEXT = 30_000;

/** How `inspect` says that it left something out, and the option that keeps it from doing so. */
const CUTS = [
  [/\.\.\. \d+ more items?/, "maxArrayLength: null"],
  [/\.\.\. \d+ more characters?/, "maxStringLength: null"],
  [/[:>,[{]\s+\[(?!Getter|Setter|Circular)[A-Z_$][\w$]*\](?=[\s,}\]])/, "depth: null"],
] as const;

/** `place`: what gives the value again, for the hint. */
export function textOf(value: unknown, place?: string): ValueText {
  const usual = inspect(value, USUAL);
  const whole = usual.length > LONG_TEXT && isContainer(value) ? inspect(value, SHORT) : usual;
  const text = whole.length > LONG_TEXT ? `${whole.slice(0, LONG_TEXT)}… ${whole.length - LONG_TEXT} more characters` : whole;
  const options = [...new Set([...CUTS.flatMap(([cut, option]) => (cut.test(text) ? [option] : [])), ...(text !== whole && typeof value === "object" ? ["depth: null"] : [])])];
  if (options.length === 0) return { text, isCut: text !== whole };
  return { text: place === undefined ? text : `${text}\n… all of it: ${printAll(place, options)}`, isCut: true };
}

export const printAll = (place: string, options: readonly string[] = ["depth: null", "maxArrayLength: null"]): string => `console.dir(${place}, { ${options.join(", ")} })`;

/** In a table's cell or behind a key: one line. */
export function lineOf(value: unknown, length = 80): string {
  const text = inspect(value, { depth: 1, maxArrayLength: 10, maxStringLength: 2 * length, breakLength: Infinity, getters: false }).replace(/\s*\n\s*/g, " ");
  return text.length > length ? `${text.slice(0, length - 1)}…` : text;
}

const isContainer = (value: unknown): boolean => typeof value === "object" && value !== null;
