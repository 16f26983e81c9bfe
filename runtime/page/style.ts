/** How views look: in the colours of JupyterLab's theme where there is one, readable on white and on black where there is none. */
import { COLORS } from "../views/html.ts";

const ID = "ray-ts-view-style";

export function addStyle(page: Document): void {
  if (page.getElementById(ID) !== null) return;
  const style = page.createElement("style");
  style.id = ID;
  style.textContent = STYLE;
  page.head.append(style);
}

const color = (name: keyof typeof COLORS): string => {
  const [plain, variable] = COLORS[name];
  return variable === undefined ? plain : `var(${variable}, ${plain})`;
};

/** Under white text no theme's colours: those of dark themes are too light. */
const PILLS = Object.entries(COLORS).map(([name, [plain]]) => `.ray-pill[data-color="${name}"] { background: ${plain}; }`).join("\n");
const PARTS = Object.keys(COLORS).map((name) => `.ray-bar [data-color="${name}"], .ray-span[data-color="${name}"] { background: ${color(name as keyof typeof COLORS)}; }`).join("\n");

const STYLE = `
.ray-view { font-family: var(--jp-ui-font-family, sans-serif); font-size: var(--jp-ui-font-size1, 13px); color: var(--jp-ui-font-color1, inherit); line-height: 1.5; padding: 2px 0; }
.ray-line { display: flex; flex-wrap: wrap; align-items: baseline; gap: 2px 8px; }
.ray-column { display: flex; flex-direction: column; align-items: stretch; gap: 2px; }
.ray-row { display: flex; flex-wrap: wrap; align-items: flex-start; gap: 8px 16px; }
.ray-view code, .ray-view pre { font-family: var(--jp-code-font-family, monospace); font-size: 0.95em; background: none; color: inherit; }
.ray-view code { white-space: pre-wrap; overflow-wrap: anywhere; }
.ray-view pre { white-space: pre-wrap; margin: 2px 0; overflow-wrap: anywhere; max-height: 24em; overflow: auto; }
.ray-view pre.ray-failure { color: ${color("failed")}; }
.ray-faint, .ray-badge, .ray-view th { color: ${color("faint")}; }
.ray-pill { color: #fff; border-radius: 8px; padding: 1px 8px; white-space: nowrap; }
${PILLS}
.ray-since { font-variant-numeric: tabular-nums; white-space: nowrap; }
.ray-view td .ray-since { display: inline-block; width: 10em; height: 1.2em; line-height: 1.2em; vertical-align: text-bottom; contain: strict; }
.ray-scroll { max-height: 32em; overflow: auto; contain: content; }
.ray-view table { border-collapse: collapse; margin: 2px 0; font-size: inherit; table-layout: auto; border: none; }
.ray-view tr, .ray-view tbody tr:nth-child(even), .ray-view tbody tr:hover { background: none; }
.ray-view th, .ray-view td { text-align: left; vertical-align: baseline; padding: 2px 12px 2px 0; border: none; white-space: nowrap; }
.ray-view td code { white-space: pre; overflow-wrap: normal; }
.ray-view td pre { min-width: 20em; white-space: pre-wrap; }
.ray-view th { font-weight: normal; white-space: nowrap; }
.ray-view td { font-variant-numeric: tabular-nums; }
.ray-bar { display: flex; width: 100%; min-width: 160px; max-width: 480px; height: 10px; border-radius: 4px; overflow: hidden; margin: 4px 0; background: ${color("line")}; }
${PARTS}
.ray-meter progress { width: 100px; vertical-align: middle; }
.ray-spark svg, .ray-chart svg { fill: none; stroke: ${color("running")}; stroke-width: 1.5; }
.ray-spark svg { vertical-align: middle; }
.ray-plot { display: flex; gap: 6px; }
.ray-scale { display: flex; flex-direction: column; justify-content: space-between; text-align: right; font-size: 0.85em; line-height: 1; min-width: 2em; font-variant-numeric: tabular-nums; }
.ray-chart svg { border-left: 1px solid ${color("line")}; border-bottom: 1px solid ${color("line")}; }
.ray-control { display: inline-flex; flex-wrap: wrap; align-items: center; gap: 6px; }
.ray-range { width: 180px; accent-color: ${color("running")}; }
.ray-value { min-width: 2.5em; font-variant-numeric: tabular-nums; }
.ray-image { max-width: 100%; }
.ray-lane { display: flex; align-items: center; gap: 8px; }
.ray-lane-name { width: 11em; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; color: ${color("faint")}; }
.ray-track { position: relative; flex: 1; max-width: 640px; height: 14px; }
.ray-span { position: absolute; top: 1px; bottom: 1px; border-radius: 2px; min-width: 1px; }
.ray-view summary { cursor: pointer; width: fit-content; }
.ray-view summary > div { display: inline-block; }
.ray-content { margin-left: 14px; }
.ray-field { color: ${color("faint")}; }
.ray-pager { display: flex; flex-wrap: wrap; align-items: center; gap: 6px; margin: 2px 0; }
.ray-pager[hidden] { display: none; }
.ray-button, .ray-input { font: inherit; color: inherit; background: var(--jp-layout-color1, transparent); border: 1px solid ${color("line")}; border-radius: 3px; padding: 0 8px; min-height: 22px; }
.ray-button { cursor: pointer; }
.ray-button:disabled { opacity: 0.5; cursor: default; }
.ray-button:hover:not(:disabled) { border-color: currentColor; }
.ray-button:focus-visible, .ray-input:focus-visible, .ray-range:focus-visible, .ray-view summary:focus-visible { outline: 2px solid ${color("running")}; outline-offset: 1px; }
.ray-danger { color: ${color("failed")}; }
.ray-sort { border: none; padding: 0; background: none; color: inherit; min-height: 0; }
.ray-call .ray-input { width: 16em; }
.ray-badge:empty { display: none; }
.ray-aloud { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
`;
