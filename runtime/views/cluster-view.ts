/** The whole cluster: processes, resources, store, actors, tasks, and what they print and when they ran. */
import type { ActorRow, ResourcesRow, WorkerRow } from "../engine/events.ts";
import { ACTOR_COLORS } from "./actor-view.ts";
import { folded, printed } from "./folded.ts";
import type { Look } from "./look.ts";
import { pagedTable } from "./paged-table.ts";
import { bytesText, countText } from "./quantity.ts";
import { timelineNode } from "./timeline-view.ts";
import { code, column, failure, line, meter, pill, smallTable, strong, type Color, type DetailsNode, type ViewNode } from "./view-node.ts";
import type { ViewState } from "./view-state.ts";
import type { View } from "./view.ts";

const STILL_ROWS = 50;
const SECONDS = 30;
export const WORKER_COLORS: Readonly<Record<WorkerRow["state"], Color>> = { starting: "waiting", idle: "waiting", leased: "running", actor: "done", dead: "gone" };

export function clusterView(state: ViewState, look: Look, now: number): View {
  const { resources } = state;
  if (resources === undefined) return { plain: "Ray cluster starting", node: line(strong("Ray cluster"), pill("waiting", "starting")) };
  return { plain: plainText(resources), node: nodeOf(state, resources, look, now) };
}

/** Counted in bytes, and other ones on each machine. */
const MEMORY = "memory";
const STORE = "object_store_memory";

/** `Ray cluster: 4 CPU, 1 GPU`: what it is, not what it does just now. */
const plainText = ({ total }: ResourcesRow): string => `Ray cluster: ${Object.entries(total).filter(([name]) => name !== MEMORY && name !== STORE).map(([name, amount]) => `${amount} ${name}`).join(", ")}`;

function nodeOf(state: ViewState, resources: ResourcesRow, look: Look, now: number): ViewNode {
  const workers = [...state.workers.values()];
  const living = [...state.actors.values()].filter((actor) => actor.state !== "dead");
  const values = state.rates.last(SECONDS, now);
  const rows: [string, ViewNode][] = [
    ...Object.entries(resources.total).filter(([name]) => name !== STORE).map(([name, total]): [string, ViewNode] => [name, usedOf(name, total - (resources.available[name] ?? 0), total)]),
    ["object store", meter(resources.storeUsedBytes, resources.storeTotalBytes, storeText(resources))],
    ["workers", String(workers.length)],
    ["actors", String(living.length)],
    ["tasks", line(`${state.finished} finished, ${state.failed} failed`, values.some((value) => value > 0) ? { is: "spark", values, label: `${values.at(-1) ?? 0}/s` } : undefined)],
  ];
  return column(
    line(strong("Ray cluster")),
    smallTable("cluster", ["", " "], rows),
    workers.length === 0 ? undefined : workersOf(workers, look),
    state.actors.size === 0 ? undefined : actorsOf([...state.actors.values()], living.length, look),
    state.tallies.size === 0 ? undefined : tasksOf(state, look),
    look.isLive === true ? timelineOf(state, look) : undefined,
    printed(state, look, () => true),
  );
}

function storeText({ storeUsedBytes, storeTotalBytes, storeSpilledBytes }: ResourcesRow): string {
  const spilled = storeSpilledBytes === 0 ? "" : `, ${bytesText(storeSpilledBytes)} spilled to disk`;
  return `${bytesText(storeUsedBytes)} of ${bytesText(storeTotalBytes)}${spilled}`;
}

function usedOf(name: string, used: number, total: number): ViewNode {
  if (name === MEMORY) return meter(used, total, `${bytesText(Math.max(0, used))} of ${bytesText(total)} in use`);
  const shown = Math.round(Math.max(0, used) * 1e4) / 1e4;
  return meter(shown, total, `${shown} of ${total} in use`);
}

function workersOf(workers: readonly WorkerRow[], look: Look): DetailsNode {
  const isPart = look.isLive !== true && workers.length > STILL_ROWS;
  return folded("workers", isPart ? `the first ${STILL_ROWS} of ${workers.length} workers` : countText(workers.length, "worker"), look, () => pagedTable({
    key: "workers", rows: workers, size: STILL_ROWS, textOf: ({ worker, pid, state }) => `${worker} ${pid} ${state}`,
    columns: [
      { title: "worker", draw: ({ worker }) => code(worker) },
      { title: "pid", draw: ({ pid }) => pid, by: ({ pid }) => pid },
      { title: "state", draw: ({ state }) => pill(WORKER_COLORS[state], state), by: ({ state }) => state },
    ],
  }, look));
}

function actorsOf(actors: readonly ActorRow[], living: number, look: Look): DetailsNode {
  return folded("actors", living === actors.length ? countText(living, "actor") : `${countText(living, "actor")}, ${actors.length - living} dead`, look, () => pagedTable({
    key: "actors", rows: actors, size: STILL_ROWS, textOf: ({ className, name, actor, pid, state, cause }) => [className, name, actor, pid, state, cause].join(" "),
    columns: [
      { title: "class", draw: ({ className }) => className, by: ({ className }) => className },
      { title: "name", draw: ({ name }) => name, by: ({ name }) => name },
      { title: "id", draw: ({ actor }) => code(actor) },
      { title: "state", draw: ({ state }) => pill(ACTOR_COLORS[state], state), by: ({ state }) => state },
      { title: "pid", draw: ({ pid, state }) => (state === "dead" ? undefined : pid), by: ({ pid }) => pid },
      { title: "died of", draw: ({ cause }) => (cause === undefined ? undefined : failure(cause)) },
    ],
  }, look));
}

function tasksOf({ tallies }: ViewState, look: Look): DetailsNode {
  return folded("tasks", "tasks by name", look, () => pagedTable({
    key: "tasks", rows: [...tallies], size: STILL_ROWS, textOf: ([name]) => name,
    columns: [
      { title: "task", draw: ([name]) => name, by: ([name]) => name },
      ...(["waiting", "running", "done", "failed"] as const).map((state) => ({ title: state, draw: ([, counts]: readonly [string, Readonly<Record<typeof state, number>>]) => counts[state], by: ([, counts]: readonly [string, Readonly<Record<typeof state, number>>]) => counts[state] })),
    ],
  }, look));
}

function timelineOf(state: ViewState, look: Look): DetailsNode | undefined {
  const { lastOrigin } = state;
  return lastOrigin === undefined ? undefined : folded("timeline", `timeline of ${lastOrigin}`, look, () => timelineNode(state, lastOrigin));
}
