/** Bars, curves and lanes. Each says in words what it shows. */
import type { BarNode, MeterNode, SparkNode, TimelineNode } from "../views/view-node.ts";
import { element, setText, type Drawn } from "./drawn.ts";

const SVG = "http://www.w3.org/2000/svg";
const CURVE = { width: 120, height: 18 };

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
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", `0 0 ${CURVE.width} ${CURVE.height}`);
  svg.setAttribute("width", String(CURVE.width));
  svg.setAttribute("height", String(CURVE.height));
  svg.setAttribute("aria-hidden", "true");
  const curve = svg.appendChild(document.createElementNS(SVG, "polyline"));
  const text = element("span");
  const made = element("span", "ray-spark");
  made.append(svg, " ", text);
  const update = ({ values, label }: SparkNode): void => {
    curve.setAttribute("points", pointsOf(values, CURVE.width, CURVE.height));
    setText(text, label);
  };
  update(node);
  return { element: made, update };
}

/** The values from left to right, the highest at the top. */
export function pointsOf(values: readonly number[], width: number, height: number): string {
  const top = Math.max(...values, 0);
  const bottom = Math.min(...values, 0);
  const span = top - bottom || 1;
  const step = values.length > 1 ? width / (values.length - 1) : 0;
  return values.map((value, i) => `${round(i * step)},${round(1 + (height - 2) * (1 - (value - bottom) / span))}`).join(" ");
}

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
