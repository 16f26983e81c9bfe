/** Bars, curves and lanes. Each says in words what it shows. */
import type { BarNode, ChartNode, MeterNode, SparkNode, TimelineNode } from "../views/view-node.ts";
import { element, setText, type Drawn } from "./drawn.ts";

const SVG = "http://www.w3.org/2000/svg";
const CURVE = { width: 120, height: 18 };
const CHART = { width: 360, height: 120 };

export function drawMeter(node: MeterNode): Drawn<MeterNode> {
  const bar = element("progress");
  const text = element("span");
  const made = element("span", "ray-meter", bar, " ", text);
  const update = ({ used, total, text: words }: MeterNode): void => {
    bar.max = total > 0 ? total : 1;
    bar.value = Math.min(used, total);
    bar.setAttribute("aria-label", words);
    setText(text, words);
  };
  update(node);
  return { element: made, update };
}

export function drawBar(node: BarNode): Drawn<BarNode> {
  const made = element("div", "ray-bar");
  made.setAttribute("role", "img");
  const parts: HTMLElement[] = [];
  const update = ({ parts: wanted }: BarNode): void => {
    const total = wanted.reduce((sum, { count }) => sum + count, 0);
    made.setAttribute("aria-label", wanted.filter(({ count }) => count > 0).map(({ count, label }) => `${count} ${label}`).join(", "));
    wanted.forEach(({ color, count, label }, i) => {
      const part = (parts[i] ??= made.appendChild(element("div")));
      part.dataset["color"] = color;
      part.title = `${count} ${label}`;
      part.style.width = `${total === 0 ? 0 : (count / total) * 100}%`;
    });
    for (const part of parts.splice(wanted.length)) part.remove();
  };
  update(node);
  return { element: made, update };
}

export function drawSpark(node: SparkNode): Drawn<SparkNode> {
  const curve = drawCurve(CURVE);
  const text = element("span");
  const made = element("span", "ray-spark");
  made.append(curve.svg, " ", text);
  const update = ({ values, label }: SparkNode): void => {
    curve.show(values, spanOf([0, ...values]));
    setText(text, label);
  };
  update(node);
  return { element: made, update };
}

/** A curve with its scale: what it goes from and to, and where it is now. */
export function drawChart(node: ChartNode): Drawn<ChartNode> {
  const curve = drawCurve(CHART);
  const head = element("div", "ray-line");
  const [label, last] = [element("span", "ray-faint"), element("b")];
  const [top, bottom] = [element("span", "ray-faint"), element("span", "ray-faint")];
  head.append(label, last);
  const made = element("div", "ray-chart", head, element("div", "ray-plot", element("div", "ray-scale", top, bottom)));
  made.lastElementChild?.append(curve.svg);
  made.setAttribute("role", "img");
  const update = ({ values, label: words }: ChartNode): void => {
    const range = spanOf(values);
    const { from, to } = range;
    curve.show(values, range);
    setText(label, words);
    setText(last, values.length === 0 ? "no numbers yet" : shortNumber(values.at(-1) as number));
    setText(top, values.length === 0 ? "" : shortNumber(to));
    setText(bottom, values.length === 0 ? "" : shortNumber(from));
    made.setAttribute("aria-label", `${words === "" ? "chart" : words}: ${last.textContent}, of ${values.length} numbers from ${bottom.textContent} to ${top.textContent}`);
  };
  update(node);
  return { element: made, update };
}

function drawCurve({ width, height }: { readonly width: number; readonly height: number }): { readonly svg: Element; show(values: readonly number[], range: Range): void } {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
  svg.setAttribute("width", String(width));
  svg.setAttribute("height", String(height));
  svg.setAttribute("aria-hidden", "true");
  const curve = svg.appendChild(document.createElementNS(SVG, "polyline"));
  return { svg, show: (values, range) => curve.setAttribute("points", pointsOf(values, range, width, height)) };
}

/** The values from left to right, the highest at the top. */
function pointsOf(values: readonly number[], { from, to }: Range, width: number, height: number): string {
  const step = values.length > 1 ? width / (values.length - 1) : 0;
  return values.map((value, i) => `${round(i * step)},${round(1 + (height - 2) * (1 - (value - from) / (to - from || 1)))}`).join(" ");
}

interface Range { readonly from: number; readonly to: number }

/** Of any number of them: arguments of a call are limited. */
const spanOf = (values: readonly number[]): Range => values.reduce(({ from, to }, value) => ({ from: Math.min(from, value), to: Math.max(to, value) }), { from: Infinity, to: -Infinity });

const shortNumber = (value: number): string => String(Number(value.toPrecision(4)));
const round = (value: number): number => Math.round(value * 10) / 10;

export function drawTimeline(node: TimelineNode): Drawn<TimelineNode> {
  const made = element("div", "ray-timeline");
  made.setAttribute("role", "list");
  const update = ({ from, to, lanes, spans }: TimelineNode): void => {
    const whole = Math.max(1, to - from);
    made.replaceChildren(...lanes.map((lane, place) => {
      const own = spans.filter(([, , on]) => on === place);
      const track = element("div", "ray-track", ...own.map(([start, end, , color, label]) => {
        const span = element("div", "ray-span");
        span.dataset["color"] = color;
        span.title = label;
        span.style.left = `${(start / whole) * 100}%`;
        span.style.width = `max(1px, ${((end - start) / whole) * 100}%)`;
        return span;
      }));
      const row = element("div", "ray-lane", element("span", "ray-lane-name", lane), track);
      row.setAttribute("role", "listitem");
      row.setAttribute("aria-label", `${lane}: ${own.slice(0, 20).map(([, , , , label]) => label).join(", ")}`);
      return row;
    }));
  };
  update(node);
  return { element: made, update };
}
