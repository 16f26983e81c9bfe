/** Which rows of a table are wanted, and rows counted. Pure. */
import { FIELDS, type StateAnswer, type StateCondition, type StateOperator, type StateQuery, type StateRows, type StateTable } from "./state.ts";

const USUAL_LIMIT = 100;
const MOST_ROWS = 10_000;

/** Longer ones first, so that `!=` is not read as `=`. */
const OPERATORS: readonly StateOperator[] = ["!=", "<=", ">=", "=", "<", ">"];

/** The newest rows that match. */
export function selectRows<Row extends object>(rows: readonly Row[], { where = [], limit = USUAL_LIMIT }: StateQuery): StateAnswer<Row> {
  const matching = where.length === 0 ? rows : rows.filter((row) => where.every((condition) => holds((row as Record<string, unknown>)[condition.field], condition)));
  const most = Math.min(limit, MOST_ROWS);
  return { rows: most === 0 ? [] : matching.slice(-most), total: matching.length };
}

function holds(is: unknown, { operator, value }: StateCondition): boolean {
  if (operator === "=") return isEqual(is, value);
  if (operator === "!=") return !isEqual(is, value);
  // a row without the field is neither above nor below
  if (is === undefined || is === null) return false;
  const [left, right] = typeof is === "number" ? [is, Number(value)] : [String(is), String(value)];
  switch (operator) {
    case "<": return left < right;
    case "<=": return left <= right;
    case ">": return left > right;
    case ">=": return left >= right;
  }
}

/** States in Ray's capital letters are found too. */
const isEqual = (is: unknown, wanted: unknown): boolean => String(is).toLowerCase() === String(wanted).toLowerCase();

/** `state=failed`, `sizeBytes>=1000`; undefined for what is neither. */
export function parseCondition(text: string): StateCondition | undefined {
  const at = text.search(/[=<>!]/);
  const operator = OPERATORS.find((each) => text.startsWith(each, at));
  return at < 1 || operator === undefined ? undefined : { field: text.slice(0, at).trim(), operator, value: text.slice(at + operator.length).trim() };
}

/** The first condition on a field that the table does not have. */
export function unknownField(table: StateTable, where: readonly StateCondition[]): string | undefined {
  return where.map(({ field }) => field).find((field) => !(FIELDS[table] as readonly string[]).includes(field));
}

export interface SummaryRow {
  /** Of a task or an actor's class; where objects are. */
  readonly name: string;
  readonly total: number;
  readonly sizeBytes?: number;
  /** How many are in each state. */
  readonly states: Readonly<Record<string, number>>;
}

export type SummaryTable = "tasks" | "actors" | "objects" | "workers";

const NAME_OF: { readonly [T in SummaryTable]: (row: StateRows[T]) => string } = {
  tasks: ({ name }) => name,
  actors: ({ className }) => className,
  objects: ({ place }) => place ?? "not here yet",
  workers: () => "workers",
};

/** Rows by name and state, as `ray summary` counts them. */
export function summarize<T extends SummaryTable>(table: T, rows: readonly StateRows[T][]): SummaryRow[] {
  const byName = new Map<string, { total: number; sizeBytes: number; states: Record<string, number> }>();
  for (const row of rows) {
    const name = NAME_OF[table](row);
    const counted = byName.get(name) ?? { total: 0, sizeBytes: 0, states: {} };
    byName.set(name, counted);
    counted.total += 1;
    counted.states[row.state] = (counted.states[row.state] ?? 0) + 1;
    if ("sizeBytes" in row) counted.sizeBytes += row.sizeBytes ?? 0;
  }
  return [...byName].map(([name, { total, sizeBytes, states }]) => ({ name, total, ...(table === "objects" ? { sizeBytes } : {}), states }));
}
