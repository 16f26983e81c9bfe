// The figures of all rounds as tables: medians and ratios, then the smallest and the largest.

/** Pairs whose ratio is shown. */
const RATIOS = [["script", "ray"], ["cells", "ray"], ["script", "piscina"], ["script", "piscina-1000"]];
/** What a bare transport gives, and the figure that is held against it. */
const FLOORS = [["tasks_sync", "bare_lane_sync"], ["actor_sync", "bare_lane_sync"], ["tasks_async", "bare_socket_async"], ["actor_async", "bare_socket_async"]];

export function printTables(figures) {
  const keys = [...new Set(Object.entries(figures).flatMap(([name, of]) => (name === "bare" ? [] : Object.keys(of))))];
  const names = Object.keys(figures).filter((name) => name !== "bare");
  const pairs = RATIOS.filter(([ours, peer]) => figures[ours] && figures[peer]);
  print(["figure", ...names, ...pairs.map(([ours, peer]) => `${ours} ÷ ${peer}`)], keys.map((key) => [
    key,
    ...names.map((name) => (figures[name][key] ? show(medianOf(figures[name][key])) : "")),
    ...pairs.map(([ours, peer]) => ratio(key, figures[ours][key], figures[peer][key])),
  ]));
  console.log("\nThe smallest and the largest of the rounds:\n");
  print(["figure", ...names], keys.map((key) => [key, ...names.map((name) => (figures[name][key] ? spread(figures[name][key]) : ""))]));
  if (!figures.bare) return;
  console.log("\nBeside what the bare transports give:\n");
  print(["figure", "bare transport", ...["script", "cells"].filter((name) => figures[name])], FLOORS.filter(([key]) => figures.script?.[key] ?? figures.cells?.[key]).map(([key, floor]) => [
    key,
    `${floor} ${show(medianOf(figures.bare[floor]))} (${spread(figures.bare[floor])})`,
    ...["script", "cells"].filter((name) => figures[name]).map((name) => `${Math.round((100 * medianOf(figures[name][key])) / medianOf(figures.bare[floor]))}%`),
  ]));
}

const medianOf = (list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)];
const show = (value) => (value >= 100 ? value.toFixed(0) : value.toPrecision(3));
const spread = (list) => `${show(Math.min(...list))}-${show(Math.max(...list))}`;
const isLessBetter = (key) => /_ms$|MiB$|processes$/.test(key) && !/GiBps/.test(key);

/** Above 1: ours is better, whatever the unit. */
function ratio(key, ours, peers) {
  if (!ours || !peers) return "";
  const [a, b] = [medianOf(ours), medianOf(peers)];
  return `${(isLessBetter(key) ? b / a : a / b).toFixed(1)}×`;
}

function print(head, rows) {
  console.log([head, head.map(() => "---"), ...rows].map((row) => `| ${row.join(" | ")} |`).join("\n"));
}
