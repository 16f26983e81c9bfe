/**
 * Plots: Vega and Vega-Lite specs (and builders that give one by `toSpec`), Plotly figures, Vega views, elements of a document, and
 * what Observable Plot makes before it is drawn. Each by the MIME type that notebooks know it by, so that nothing is fetched.
 */
import type { MimeBundle } from "../output.ts";
import type { BundleContext } from "./bundle-context.ts";
import { documentFrom } from "./document-from.ts";
import { printAll } from "./text-of.ts";

type Fields = Readonly<Record<string, unknown>>;

const SCHEMA = /\/schema\/(vega|vega-lite)\/v(\d+)(?:[.\d]*)(?:\.json)?$/;
/** JupyterLab and Notebook 7 draw Vega-Lite up to this version, and later ones' specs as this one's. */
const DRAWN_VEGA = 5;

export function plotBundle(value: object, context: BundleContext): MimeBundle | Promise<MimeBundle> | undefined {
  const fields = value as Fields;
  if (typeof fields["$schema"] === "string") return vegaBundle(fields["$schema"], fields);
  if (typeof fields["toSpec"] === "function") return builtSpec(fields);
  if (Array.isArray(fields["data"]) && isRecord(fields["layout"])) return plotlyBundle(fields["data"] as readonly unknown[], fields);
  if (isElement(fields)) return elementBundle(fields);
  if (typeof fields["toSVG"] === "function" && typeof fields["runAsync"] === "function") return vegaView(fields);
  return isPlotMark(fields) || (Array.isArray(fields["marks"]) && fields["marks"].some(isPlotMark)) ? drawnByPlot(fields, context) : undefined;
}

function vegaBundle(schema: string, spec: Fields): MimeBundle | undefined {
  const [, language, version] = SCHEMA.exec(schema) ?? [];
  if (language === undefined) return undefined;
  const types = new Set([Number(version), Math.min(Number(version), DRAWN_VEGA)]);
  const plots = [...types].map((each) => [`application/vnd.${language === "vega" ? "vega" : "vegalite"}.v${each}+json`, spec] as const);
  return { ...Object.fromEntries(plots), "text/plain": `${language === "vega" ? "Vega" : "Vega-Lite"} plot${vegaKind(spec)}` };
}

/** `(bar, 24 rows)`. */
function vegaKind({ mark, data }: Fields): string {
  const kind = isRecord(mark) ? mark["type"] : mark;
  const values = isRecord(data) ? data["values"] : undefined;
  const said = [...(typeof kind === "string" ? [kind] : []), ...(Array.isArray(values) ? [`${values.length} row${values.length === 1 ? "" : "s"}`] : [])];
  return said.length === 0 ? "" : ` (${said.join(", ")})`;
}

/** Builders as vega-lite-api's; what else has such a method is no plot. */
function builtSpec(builder: Fields): MimeBundle | undefined {
  const spec = (builder["toSpec"] as () => unknown).call(builder);
  return isRecord(spec) && typeof spec["$schema"] === "string" ? vegaBundle(spec["$schema"], spec) : undefined;
}

/** A figure's traces name their type, or have coordinates. */
function plotlyBundle(traces: readonly unknown[], { data, layout, config, frames }: Fields): MimeBundle | undefined {
  const isTrace = (trace: unknown): boolean => isRecord(trace) && (typeof trace["type"] === "string" || "x" in trace || "y" in trace || "z" in trace);
  if (traces.length === 0 || !traces.every(isTrace)) return undefined;
  const kinds = [...new Set(traces.map((trace) => (trace as Fields)["type"] ?? "scatter"))].join(", ");
  return {
    "application/vnd.plotly.v1+json": { data, layout, ...(config === undefined ? {} : { config }), ...(frames === undefined ? {} : { frames }) },
    "text/plain": `Plotly figure (${kinds}, ${traces.length} trace${traces.length === 1 ? "" : "s"})`,
  };
}

const ELEMENT_NODE = 1;

const isElement = (fields: Fields): boolean => fields["nodeType"] === ELEMENT_NODE && typeof fields["outerHTML"] === "string";

function elementBundle({ outerHTML, tagName }: Fields): MimeBundle {
  const tag = String(tagName).toLowerCase();
  const markup = outerHTML as string;
  if (tag !== "svg") return { "text/plain": `<${tag}> element`, "text/html": markup };
  // as a picture it has to say what it is
  const isNamed = /^<svg[^>]*\sxmlns=/.test(markup);
  return { "text/plain": "<svg> element", "image/svg+xml": isNamed ? markup : markup.replace(/^<svg/, '<svg xmlns="http://www.w3.org/2000/svg"') };
}

async function vegaView(view: Fields): Promise<MimeBundle> {
  const svg = await (view["toSVG"] as () => Promise<string>).call(view);
  return { "text/plain": "Vega view", "image/svg+xml": svg };
}

function isPlotMark(value: unknown): value is Fields & { plot(options: object): unknown } {
  return isRecord(value) && typeof value["plot"] === "function" && typeof value["initialize"] === "function" && "channels" in value;
}

/** A mark, or options with marks: drawn in a document, since Plot draws by one. */
function drawnByPlot(value: Fields, { require, place }: BundleContext): MimeBundle {
  const marks = isPlotMark(value) ? [value] : (value["marks"] as readonly unknown[]);
  const last = marks.findLast(isPlotMark);
  const document = require && documentFrom(require);
  if (last === undefined || document === undefined) return { "text/plain": `Observable Plot (not drawn: it needs a document. Install one beside the notebook: %npm install linkedom)\n… all of it: ${printAll(place ?? "_")}` };
  const others = marks.filter((mark) => mark !== last);
  const element = last.plot({ ...(isPlotMark(value) ? {} : value), marks: others, document });
  return isRecord(element) && isElement(element) ? elementBundle(element) : { "text/plain": "Observable Plot (nothing to draw)" };
}

const isRecord = (value: unknown): value is Fields => typeof value === "object" && value !== null;
