/** What somebody who looks at a view has chosen: what is unfolded, which page of a table in which order. Each page of a notebook has its own. */

export interface TableLook {
  readonly page?: number;
  readonly size?: number;
  /** The title of a column. */
  readonly sort?: string;
  readonly isDescending?: boolean;
  /** Rows with this text in any cell. */
  readonly filter?: string;
}

export interface Look {
  /** Keys of details whose content is wanted; undefined: of all, as in a saved notebook. */
  readonly open?: readonly string[];
  readonly tables?: Readonly<Record<string, TableLook>>;
  /** Whether there are buttons. */
  readonly isLive?: boolean;
  /** Of a timeline: the cell whose work is shown. */
  readonly cell?: string;
}

/** Of a picture: everything, and nothing to press. */
export const STILL: Look = {};

export const isOpen = ({ open }: Look, key: string): boolean => open === undefined || open.includes(key);

const MOST_TEXT = 200;
const MOST_ROWS = 500;
const MOST_KEYS = 200;

/** What a page sent, as far as it makes sense. */
export function readLook(value: unknown): Look {
  if (!isRecord(value)) return { isLive: true, open: [] };
  const tables = isRecord(value["tables"]) ? Object.entries(value["tables"]).slice(0, MOST_KEYS).map(([key, table]) => [key, readTable(table)] as const) : [];
  const open = Array.isArray(value["open"]) ? value["open"].filter(isText).slice(0, MOST_KEYS) : [];
  return { isLive: true, open, tables: Object.fromEntries(tables), ...(isText(value["cell"]) ? { cell: value["cell"] } : {}) };
}

function readTable(value: unknown): TableLook {
  if (!isRecord(value)) return {};
  const { page, size, sort, isDescending, filter } = value;
  return {
    ...(isCount(page) ? { page } : {}),
    ...(isCount(size) && size > 0 ? { size: Math.min(size, MOST_ROWS) } : {}),
    ...(isText(sort) ? { sort } : {}),
    ...(isDescending === true ? { isDescending } : {}),
    ...(isText(filter) ? { filter } : {}),
  };
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null && !Array.isArray(value);
const isText = (value: unknown): value is string => typeof value === "string" && value.length <= MOST_TEXT;
const isCount = (value: unknown): value is number => Number.isInteger(value) && (value as number) >= 0;
