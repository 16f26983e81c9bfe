/**
 * What a view is made of, as plain JSON: drawn as html that an untrusted notebook keeps (`render-html.ts`), as text in a terminal
 * (`render-text.ts`) and in a live page (`page/`). A few words that every face knows; the views themselves know no face.
 */

export type Color = "done" | "running" | "waiting" | "failed" | "gone" | "line";

/** `strong`, `faint` and `code` stand in a line; `failure` and `block` keep their own lines. */
export type Look = "strong" | "faint" | "code" | "failure" | "block";

export interface TextNode { readonly is: "text"; readonly text: string; readonly look: Look }
/** A state's name. */
export interface PillNode { readonly is: "pill"; readonly color: Color; readonly text: string }
/** How long ago that was, in milliseconds since the epoch: a live page counts on by itself. */
export interface SinceNode { readonly is: "since"; readonly at: number; readonly tail: string }
/** Side by side, as words. */
export interface LineNode { readonly is: "line"; readonly of: readonly ViewNode[] }
/** Below each other. */
export interface ColumnNode { readonly is: "column"; readonly of: readonly ViewNode[] }
/** Side by side, as boxes. */
export interface RowNode { readonly is: "row"; readonly of: readonly ViewNode[] }

export interface TableColumn {
  readonly title: string;
  /** `none`: it can be sorted by, and is not. Absent: it cannot. */
  readonly sorted?: "none" | "ascending" | "descending";
}
export interface TableNode {
  readonly is: "table";
  /** Within its view: whoever looks chooses pages and order by it. */
  readonly key: string;
  readonly columns: readonly TableColumn[];
  readonly rows: readonly (readonly ViewNode[])[];
  /** Of a picture: how many rows there are, where not all are in it. */
  readonly total?: number;
  /** Absent for one that is shown whole. */
  readonly pager?: TablePager;
}
export interface TablePager {
  /** From 0. */
  readonly page: number;
  readonly size: number;
  /** Rows that match the filter, of `total`. */
  readonly matching: number;
  readonly total: number;
  readonly filter: string;
}

/** Folded away. Without `of` it is closed at whoever looks, and what is in it is not known here. */
export interface DetailsNode { readonly is: "details"; readonly key: string; readonly summary: ViewNode; readonly of?: ViewNode }
/** How much of something is used. */
export interface MeterNode { readonly is: "meter"; readonly used: number; readonly total: number; readonly text: string }
/** One bar of coloured parts; `label` counts in words what each is. */
export interface BarNode { readonly is: "bar"; readonly parts: readonly { readonly color: Color; readonly count: number; readonly label: string }[] }
/** A small curve of the last values. */
export interface SparkNode { readonly is: "spark"; readonly values: readonly number[]; readonly label: string }
/** What ran in which lane when: `spans` are from, to (milliseconds since `from`), lane, color, label. */
export interface TimelineNode { readonly is: "timeline"; readonly from: number; readonly to: number; readonly lanes: readonly string[]; readonly spans: readonly TimelineSpan[] }
export type TimelineSpan = readonly [from: number, to: number, lane: number, color: Color, label: string];
/** A value and what is in it. */
export interface TreeNode { readonly is: "tree"; readonly name: string; readonly text: string; readonly of?: readonly TreeNode[] }
/** A button that does something to what is shown; only in a live page. `confirm`: what is asked before. */
export interface ActionNode { readonly is: "action"; readonly label: string; readonly act: ViewAct; readonly confirm?: string }
/** A method of an actor with a field for its arguments; only in a live page. */
export interface CallNode { readonly is: "call"; readonly actor: string; readonly method: string }

/** Something of `ray.ui` that can be touched; only in a live page. */
export type ControlNode = { readonly is: "control"; readonly key: string; readonly label: string } & (
  | { readonly control: "button" }
  | { readonly control: "slider"; readonly min: number; readonly max: number; readonly step: number; readonly value: number }
  | { readonly control: "select"; readonly options: readonly string[]; readonly value: string }
  | { readonly control: "text"; readonly placeholder: string; readonly value: string }
);
/** A curve of the last values. */
export interface ChartNode { readonly is: "chart"; readonly label: string; readonly values: readonly number[] }
/** Base64. */
export interface ImageNode { readonly is: "image"; readonly mime: string; readonly data: string; readonly alt: string }

export type ViewNode =
  | string | TextNode | PillNode | SinceNode | LineNode | ColumnNode | RowNode | TableNode | DetailsNode | MeterNode | BarNode | SparkNode | TimelineNode | TreeNode | ActionNode | CallNode | ControlNode | ChartNode | ImageNode;

/** What whoever looks at a live view may have done. */
export type ViewAct =
  | { readonly do: "cancel"; readonly refs: readonly string[] }
  | { readonly do: "cancel-rest" }
  | { readonly do: "kill"; readonly actor: string }
  | { readonly do: "control"; readonly id: string; readonly value: unknown }
  | { readonly do: "call"; readonly actor: string; readonly method: string; readonly args: readonly unknown[] };

export const strong = (text: string): TextNode => ({ is: "text", text, look: "strong" });
export const faint = (text: string): TextNode => ({ is: "text", text, look: "faint" });
export const code = (text: string): TextNode => ({ is: "text", text, look: "code" });
export const failure = (text: string): TextNode => ({ is: "text", text, look: "failure" });
export const block = (text: string): TextNode => ({ is: "text", text, look: "block" });
export const pill = (color: Color, text: string): PillNode => ({ is: "pill", color, text });
export const line = (...of: readonly (ViewNode | undefined)[]): LineNode => ({ is: "line", of: of.filter((node) => node !== undefined && node !== "") as ViewNode[] });
export const column = (...of: readonly (ViewNode | undefined)[]): ColumnNode => ({ is: "column", of: of.filter((node) => node !== undefined) });
export const meter = (used: number, total: number, text: string): MeterNode => ({ is: "meter", used, total, text });

type Cell = ViewNode | number | undefined;

/** A table shown whole; columns of which no row has anything are left out. */
export function smallTable(key: string, titles: readonly string[], rows: readonly (readonly Cell[])[]): TableNode {
  const used = titles.map((_, column) => rows.some((row) => row[column] !== undefined && row[column] !== ""));
  const kept = <T>(of: readonly T[]): T[] => of.filter((_, column) => used[column]);
  return { is: "table", key, columns: kept(titles).map((title) => ({ title })), rows: rows.map((row) => kept(titles.map((_, column) => cellOf(row[column])))) };
}

export const cellOf = (cell: Cell): ViewNode => (cell === undefined ? "" : typeof cell === "number" ? String(cell) : cell);
