/**
 * `ray.ui`: a few controls that call back into the session or straight into an actor, side by side and below each other. What they
 * show is kept by the front, so that a page can draw and move them while a cell is busy.
 */
import { randomUUID } from "node:crypto";
import { inspect, types } from "node:util";
import { RayError } from "../errors.ts";
import type { BoundMethod, UiControl, UiValue, ViewDescriptor } from "../session/output.ts";
import { infoOf } from "./actor-handle.ts";
import { boundMethodOf } from "./actor-method.ts";
import { describeValue } from "./describe-value.ts";
import type { RayHost, UiPort } from "./host.ts";
import { holdOf, type ObjectRef } from "./object-ref.ts";
import { checkOptions, UI_OPTIONS } from "./options.ts";

/** Hears of a control: a function of the session, or a method of an actor (`counter.incr`), which hears also while a cell is busy. */
export type Heard<V> = ((value: V) => unknown) | { remote(value: V): unknown };
/** Of a button, which has no value. */
export type Pressed = (() => unknown) | { remote(): unknown };

/** Something that `ray.ui` draws: as a cell's value, by `ray.display`, or inside a row or column. */
export interface Widget {
  readonly id: string;
}
export interface Valued<V> extends Widget {
  /** As it is set now; setting it moves the control everywhere and calls nobody. */
  value: V;
}
export interface TableWidget extends Widget {
  rows: readonly Readonly<Record<string, unknown>>[];
}
export interface Chart extends Widget {
  readonly values: readonly number[];
  /** Adds numbers at the end; the oldest go. */
  push(...values: readonly number[]): void;
}
export interface ImageWidget extends Widget {
  /** Shows another picture, PNG, JPEG, GIF or WebP. */
  update(bytes: Uint8Array): void;
}

export interface SliderOptions {
  readonly label?: string | undefined;
  /** 0 to 100 in steps of 1 if not given. */
  readonly min?: number | undefined;
  readonly max?: number | undefined;
  readonly step?: number | undefined;
  /** The least value if not given. */
  readonly value?: number | undefined;
}
export interface SelectOptions {
  readonly label?: string | undefined;
  readonly options: readonly string[];
  /** The first option if not given. */
  readonly value?: string | undefined;
}
export interface TextOptions {
  readonly label?: string | undefined;
  readonly value?: string | undefined;
  readonly placeholder?: string | undefined;
}
export interface ChartOptions {
  readonly label?: string | undefined;
  /** How many of the last numbers are shown: 100 if not given. */
  readonly keep?: number | undefined;
  /** Numbers, or refs of numbers, drawn as they come: `train.remote()` of a generator task. */
  readonly source?: AsyncIterable<number | ObjectRef<number>> | undefined;
  /** A numeric field of an actor, looked at ten times a second, also while a cell is busy: `[counter, "n"]`. */
  readonly field?: readonly [actor: object, name: string] | undefined;
}

export interface UiApi {
  /** @example ray.ui.button("reset", counter.reset) */
  button(label: string, pressed?: Pressed): Widget;
  /** @example ray.ui.slider({ label: "speed", max: 10 }, (value) => console.log(value)) */
  slider(options?: SliderOptions, changed?: Heard<number>): Valued<number>;
  /** @example ray.ui.select({ options: ["adam", "sgd"] }, trainer.setOptimizer) */
  select(options: SelectOptions, changed?: Heard<string>): Valued<string>;
  /** Calls back when the text is entered, not at each key. */
  text(options?: TextOptions, entered?: Heard<string>): Valued<string>;
  /** Rows that can be sorted, searched and leafed through. @example ray.ui.table([{ name: "a", loss: 0.1 }]) */
  table(rows: readonly Readonly<Record<string, unknown>>[]): TableWidget;
  /** A curve of numbers as they come. @example const chart = ray.ui.chart({ label: "loss" }); chart.push(0.5) */
  chart(options?: ChartOptions): Chart;
  /** A picture from its bytes: PNG, JPEG, GIF or WebP. Nothing is fetched from anywhere. */
  image(bytes: Uint8Array, options?: { readonly alt?: string | undefined }): ImageWidget;
  /** Side by side. Texts are texts. @example ray.ui.row(slider, ray.ui.column("steps", chart)) */
  row(...of: readonly (Widget | string)[]): Widget;
  /** Below each other. */
  column(...of: readonly (Widget | string)[]): Widget;
}

export function makeUi(host: RayHost): UiApi {
  let desk: UiDesk | undefined;
  const here = (): UiDesk => {
    if (!host.ui) throw new RayError("ray.ui: there is nobody here to draw controls. They work in the cells of a notebook and at the prompt");
    return (desk ??= new UiDesk(host.ui));
  };
  return {
    button: (label, pressed) => here().add({ control: "button", label: textOf(label, "ray.ui.button"), ...boundTo(pressed, "ray.ui.button") }, pressed),
    slider: (options, changed) => here().add(sliderOf(options, changed), changed),
    select: (options, changed) => here().add(selectOf(options, changed), changed),
    text: (options, entered) => {
      const { label = "", value = "", placeholder = "" } = checkOptions(options, UI_OPTIONS.text, "ray.ui.text");
      return here().add({ control: "text", label, value, placeholder, ...boundTo(entered, "ray.ui.text") }, entered);
    },
    table: (rows) => here().add({ control: "table", rows: rowsOf(rows) }, undefined),
    chart: (options) => chartOf(here(), options),
    image: (bytes, options) => {
      const { alt = "" } = checkOptions(options, UI_OPTIONS.image, "ray.ui.image");
      return here().add({ control: "image", ...pictureOf(bytes), alt }, undefined);
    },
    row: (...of) => here().add({ control: "row", of: of.map(childOf) }, undefined),
    column: (...of) => here().add({ control: "column", of: of.map(childOf) }, undefined),
  };
}

type Parts<C extends UiControl = UiControl> = C extends UiControl ? Omit<C, "id"> : never;

/** The controls of this process and who hears of them. */
class UiDesk {
  readonly port: UiPort;
  private readonly widgets = new Map<string, DrawnWidget>();

  constructor(port: UiPort) {
    this.port = port;
    port.hear((id, value) => this.widgets.get(id)?.touched(value));
  }

  add(parts: Parts, heard: unknown): DrawnWidget {
    const widget = new DrawnWidget({ id: randomUUID(), ...parts } as UiControl, this.port, typeof heard === "function" ? (heard as (value?: unknown) => unknown) : undefined);
    this.widgets.set(widget.id, widget);
    return widget;
  }
}

export class DrawnWidget implements Valued<any>, TableWidget, Chart, ImageWidget {
  readonly id: string;
  #control: UiControl;
  readonly #port: UiPort;
  readonly #heard: ((value?: unknown) => unknown) | undefined;

  constructor(control: UiControl, port: UiPort, heard: ((value?: unknown) => unknown) | undefined) {
    this.id = control.id;
    this.#control = control;
    this.#port = port;
    this.#heard = heard;
    port.put([control]);
  }

  get view(): ViewDescriptor {
    return { kind: "ui", root: this.id };
  }

  get value(): any {
    return "value" in this.#control ? this.#control.value : undefined;
  }

  set value(value: unknown) {
    this.#change({ value: checkedValue(this.#control, value, "value") } as Partial<UiControl>);
  }

  get rows(): readonly Readonly<Record<string, unknown>>[] {
    return this.#control.control === "table" ? this.#control.rows : [];
  }

  set rows(rows: readonly Readonly<Record<string, unknown>>[]) {
    if (this.#control.control !== "table") throw new TypeError(`A ${this.#control.control} has no rows`);
    this.#change({ rows: rowsOf(rows) } as Partial<UiControl>);
  }

  get values(): readonly number[] {
    return this.#control.control === "chart" ? this.#control.values : [];
  }

  push(...values: readonly number[]): void {
    const control = this.#control;
    if (control.control !== "chart") throw new TypeError(`A ${control.control} takes no numbers: ray.ui.chart does`);
    const wrong = values.find((value) => typeof value !== "number");
    if (wrong !== undefined) throw new TypeError(`chart.push wants numbers; got ${describeValue(wrong)}`);
    this.#control = { ...control, values: [...control.values, ...values].slice(-control.keep) };
    this.#port.push(this.id, values);
  }

  update(bytes: Uint8Array): void {
    if (this.#control.control !== "image") throw new TypeError(`A ${this.#control.control} has no picture: ray.ui.image does`);
    this.#change(pictureOf(bytes) as Partial<UiControl>);
  }

  /** Somebody did something with it in a page. */
  touched(value: UiValue): unknown {
    if (value !== null) this.#control = { ...this.#control, value } as UiControl;
    return value === null ? this.#heard?.() : this.#heard?.(value);
  }

  #change(change: Partial<UiControl>): void {
    this.#control = { ...this.#control, ...change } as UiControl;
    this.#port.put([this.#control]);
  }

  [inspect.custom](): string {
    const { control } = this.#control;
    const label = "label" in this.#control && this.#control.label !== "" ? ` ${JSON.stringify(this.#control.label)}` : "";
    return `Widget(${control}${label}${"value" in this.#control ? `: ${JSON.stringify(this.#control.value)}` : ""})`;
  }
}

/** What a row or column holds: kept alive by nobody but the row itself, so each is known by its id. */
function childOf(child: unknown): { readonly text: string } | { readonly id: string } {
  if (typeof child === "string") return { text: child };
  if (child instanceof DrawnWidget) return { id: child.id };
  throw new TypeError(`ray.ui.row and ray.ui.column want what ray.ui makes, or texts; got ${describeValue(child)}`);
}

function sliderOf(options: SliderOptions | undefined, changed: unknown): Parts {
  const { label = "", min = 0, max = 100, step = 1, value = min } = checkOptions(options, UI_OPTIONS.slider, "ray.ui.slider");
  if (!(max > min)) throw new RangeError(`ray.ui.slider option "max" must be more than "min"; got ${min} and ${max}`);
  return { control: "slider", label, min, max, step, value: Math.min(max, Math.max(min, value)), ...boundTo(changed, "ray.ui.slider") };
}

function selectOf(wanted: SelectOptions, changed: unknown): Parts {
  const { label = "", options = [], value: chosen } = checkOptions(wanted, UI_OPTIONS.select, "ray.ui.select");
  const value = chosen ?? options[0] ?? "";
  if (options.length === 0) throw new RangeError('ray.ui.select option "options" must not be empty');
  if (!options.includes(value)) throw new RangeError(`ray.ui.select option "value" must be one of ${options.map((option) => JSON.stringify(option)).join(", ")}; got ${JSON.stringify(value)}`);
  return { control: "select", label, options, value, ...boundTo(changed, "ray.ui.select") };
}

const USUAL_KEEP = 100;

function chartOf(desk: UiDesk, options: ChartOptions | undefined): Chart {
  const { label = "", keep = USUAL_KEEP, source, field } = checkOptions(options, UI_OPTIONS.chart, "ray.ui.chart");
  const chart = desk.add({ control: "chart", label, values: [], keep, ...watchedField(field) }, undefined);
  if (source) void follow(source, chart);
  return chart;
}

function watchedField(field: ChartOptions["field"]): { readonly watches?: { readonly actor: string; readonly field: string } } {
  if (field === undefined) return {};
  const info = infoOf(field[0]);
  if (!info || typeof field[1] !== "string") throw new TypeError(`ray.ui.chart option "field" must be a handle and the name of a field, like [counter, "n"]; got ${describeValue(field[0])} and ${describeValue(field[1])}`);
  return { watches: { actor: info.actor, field: field[1] } };
}

/** An error of the source is the cell's: it is printed there as every rejection that nobody handles. */
async function follow(source: AsyncIterable<number | ObjectRef<number>>, chart: Chart): Promise<void> {
  for await (const item of source) chart.push(holdOf(item) ? await (item as ObjectRef<number>).value() : (item as number));
}

function boundTo(heard: unknown, call: string): { readonly bound?: BoundMethod } {
  if (heard === undefined || (typeof heard === "function" && boundMethodOf(heard) === undefined)) return {};
  const bound = boundMethodOf(heard);
  if (bound === undefined) throw new TypeError(`${call} wants a function, or a method of an actor like counter.incr; got ${describeValue(heard)}`);
  return { bound };
}

function textOf(value: unknown, call: string): string {
  if (typeof value !== "string") throw new TypeError(`${call} wants a text; got ${describeValue(value)}`);
  return value;
}

function rowsOf(rows: unknown): readonly Readonly<Record<string, unknown>>[] {
  const wrong = Array.isArray(rows) ? rows.find((row) => typeof row !== "object" || row === null || Array.isArray(row)) : rows;
  if (!Array.isArray(rows) || wrong !== undefined) throw new TypeError(`ray.ui.table wants an array of objects, one a row; got ${describeValue(wrong)}`);
  return rows.map((row: Record<string, unknown>) => Object.fromEntries(Object.entries(row).map(([name, value]) => [name, cellOf(value)])));
}

const cellOf = (value: unknown): unknown => (value === undefined || value === null || typeof value === "number" || typeof value === "string" || typeof value === "boolean" ? value : inspect(value, { depth: 1, breakLength: Infinity }));

function checkedValue(control: UiControl, value: unknown, where: string): UiValue {
  switch (control.control) {
    case "slider":
      if (typeof value !== "number" || !(value >= control.min && value <= control.max)) throw new RangeError(`${where} of a slider must be a number from ${control.min} to ${control.max}; got ${describeValue(value)}`);
      return value;
    case "select":
      if (typeof value !== "string" || !control.options.includes(value)) throw new RangeError(`${where} of a select must be one of ${control.options.map((option) => JSON.stringify(option)).join(", ")}; got ${describeValue(value)}`);
      return value;
    case "text": return textOf(value, `${where} of a text`);
    default: throw new TypeError(`A ${control.control} has no value`);
  }
}

const SIGNATURES: readonly (readonly [mime: string, start: string])[] = [["image/png", "89504e47"], ["image/jpeg", "ffd8ff"], ["image/gif", "47494638"], ["image/webp", "52494646"]];

function pictureOf(bytes: unknown): { readonly mime: string; readonly data: string } {
  if (!types.isUint8Array(bytes)) throw new TypeError(`ray.ui.image wants a picture's bytes, a Uint8Array; got ${describeValue(bytes)}`);
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const start = buffer.subarray(0, 4).toString("hex");
  const mime = SIGNATURES.find(([, signature]) => start.startsWith(signature))?.[0];
  if (mime === undefined) throw new TypeError("ray.ui.image wants the bytes of a PNG, JPEG, GIF or WebP picture; these begin as none of them");
  return { mime, data: buffer.toString("base64") };
}
