/** Controls as the front knows them: what the session said of them, what pages did with them, and numbers that came for charts. */
import type { ActorPulseRow, FieldRow } from "../engine/events.ts";
import type { Output, UiControl, UiValue } from "../session/output.ts";
import type { ViewState } from "./view-state.ts";

export type UiOutput = Extract<Output, { type: "ui" | "ui-values" }>;

const MOST_CONTROLS = 5000;

/** Gives the ids of those that changed. */
export function applyUi({ ui }: ViewState, output: UiOutput): string[] {
  if (output.type === "ui-values") return push(ui, output.id, output.values) ? [output.id] : [];
  for (const control of output.controls) {
    const before = ui.get(control.id);
    // numbers that came from elsewhere stay
    ui.set(control.id, before?.control === "chart" && control.control === "chart" ? { ...control, values: before.values } : control);
    const oldest = ui.keys().next();
    if (ui.size > MOST_CONTROLS && !oldest.done) ui.delete(oldest.value);
  }
  return output.controls.map(({ id }) => id);
}

/** What an actor's process told of a field that a chart watches. */
export function chartPulse({ ui }: ViewState, { actor, fields }: ActorPulseRow): string[] {
  if (fields === undefined || ui.size === 0) return [];
  const changed: string[] = [];
  for (const control of ui.values()) {
    if (control.control !== "chart" || control.watches?.actor !== actor) continue;
    const value = numberOf(fields, control.watches.field);
    if (value !== undefined && push(ui, control.id, [value])) changed.push(control.id);
  }
  return changed;
}

function push(ui: Map<string, UiControl>, id: string, values: readonly number[]): boolean {
  const chart = ui.get(id);
  if (chart?.control !== "chart") return false;
  const added = values.map(Number).filter(Number.isFinite);
  ui.set(id, { ...chart, values: [...chart.values, ...added].slice(-chart.keep) });
  return added.length > 0;
}

function numberOf(fields: readonly FieldRow[], name: string): number | undefined {
  const text = fields.find(([field]) => field === name)?.[1];
  const value = text === undefined || text.trim() === "" ? Number.NaN : Number(text);
  return Number.isFinite(value) ? value : undefined;
}

/** The control with the value that a page gives it; undefined when it cannot have that. */
export function touched(control: UiControl | undefined, value: unknown): { readonly control: UiControl; readonly value: UiValue } | undefined {
  switch (control?.control) {
    case "button": return { control, value: null };
    case "slider": return typeof value === "number" && value >= control.min && value <= control.max ? { control: { ...control, value }, value } : undefined;
    case "select": return typeof value === "string" && control.options.includes(value) ? { control: { ...control, value }, value } : undefined;
    case "text": return typeof value === "string" && value.length <= LONGEST_TEXT ? { control: { ...control, value }, value } : undefined;
    default: return undefined;
  }
}

const LONGEST_TEXT = 100_000;

/** The control and all that is in it, the outer ones first. */
export function partsOf({ ui }: ViewState, root: string): UiControl[] {
  const found = new Map<string, UiControl>();
  const waiting = [root];
  for (let id = waiting.shift(); id !== undefined; id = waiting.shift()) {
    const control = ui.get(id);
    if (control === undefined || found.has(id)) continue;
    found.set(id, control);
    if (control.control === "row" || control.control === "column") for (const child of control.of) if ("id" in child) waiting.push(child.id);
  }
  return [...found.values()];
}
