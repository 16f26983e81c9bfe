/** Metrics as text, in Prometheus' exposition format 0.0.4. Pure. */
import type { MetricDefinition, MetricFamily, Tags } from "../engine/metrics.ts";

export const CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

/** Ray's names: `ray_` before the user's, and a counter ends in `_total`. */
export function exportedName({ name, kind }: Pick<MetricDefinition, "name" | "kind">): string {
  return `ray_${name}${kind === "counter" && !name.endsWith("_total") ? "_total" : ""}`;
}

export function prometheusText(families: readonly MetricFamily[]): string {
  return families.map(familyText).join("");
}

function familyText({ exportedName: name, kind, description, boundaries, series }: MetricFamily): string {
  const lines = [...(description === "" ? [] : [`# HELP ${name} ${escapeHelp(description)}`]), `# TYPE ${name} ${kind}`];
  for (const { tags, value, buckets } of series) {
    if (kind !== "histogram") lines.push(`${name}${labels(tags)} ${number(value)}`);
    else lines.push(...histogramLines(name, tags, boundaries ?? [], buckets ?? [], value));
  }
  return lines.join("\n") + "\n";
}

/** Buckets count all that is at most their bound. */
function histogramLines(name: string, tags: Tags, boundaries: readonly number[], buckets: readonly number[], sum: number): string[] {
  let count = 0;
  const bounds = [...boundaries.map(number), "+Inf"];
  const lines = bounds.map((le, i) => `${name}_bucket${labels({ ...tags, le })} ${number((count += buckets[i] ?? 0))}`);
  return [...lines, `${name}_sum${labels(tags)} ${number(sum)}`, `${name}_count${labels(tags)} ${number(count)}`];
}

function labels(tags: Tags): string {
  const entries = Object.entries(tags);
  return entries.length === 0 ? "" : `{${entries.map(([name, value]) => `${name}="${escapeValue(value)}"`).join(",")}}`;
}

const escapeHelp = (text: string): string => text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
const escapeValue = (text: string): string => escapeHelp(text).replaceAll('"', '\\"');

function number(value: number): string {
  if (value === Infinity) return "+Inf";
  return value === -Infinity ? "-Inf" : String(value);
}
