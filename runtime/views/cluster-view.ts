/** The whole cluster: processes, resources, store, actors, tasks. */
import type { ResourcesRow, WorkerRow } from "../engine/events.ts";
import { details, html, meter, pill, table, type Color, type Html } from "./html.ts";
import { bytesText, countText } from "./quantity.ts";
import type { ViewState } from "./view-state.ts";
import type { View } from "./view.ts";

const MOST_WORKERS = 50;
const COLORS: Readonly<Record<WorkerRow["state"], Color>> = { starting: "waiting", idle: "waiting", leased: "running", actor: "done", dead: "gone" };

export function clusterView(state: ViewState): View {
  const { resources } = state;
  if (resources === undefined) return { plain: "Ray cluster starting", html: html`<div><b>Ray cluster</b> ${pill("waiting", "starting")}</div>` };
  return { plain: plainText(resources), html: htmlOf(state, resources) };
}

/** Counted in bytes, and other ones on each machine. */
const MEMORY = "memory";
const STORE = "object_store_memory";

/** `Ray cluster: 4 CPU, 1 GPU`: what it is, not what it does just now. */
const plainText = ({ total }: ResourcesRow): string => `Ray cluster: ${Object.entries(total).filter(([name]) => name !== MEMORY && name !== STORE).map(([name, amount]) => `${amount} ${name}`).join(", ")}`;

function htmlOf(state: ViewState, resources: ResourcesRow): Html {
  const workers = [...state.workers.values()];
  const living = [...state.actors.values()].filter((actor) => actor.state !== "dead");
  const rows = [
    ...Object.entries(resources.total).filter(([name]) => name !== STORE).map(([name, total]) => [name, usedOf(name, total - (resources.available[name] ?? 0), total)]),
    ["object store", meter(resources.storeUsedBytes, resources.storeTotalBytes, storeText(resources))],
    ["workers", html`${workers.length}`],
    ["actors", html`${living.length}`],
    ["tasks", html`${state.finished} finished, ${state.failed} failed`],
  ];
  return html`<div><b>Ray cluster</b>${table(["", " "], rows)}${workers.length === 0 ? undefined : workersOf(workers)}</div>`;
}

function storeText({ storeUsedBytes, storeTotalBytes, storeSpilledBytes }: ResourcesRow): string {
  const spilled = storeSpilledBytes === 0 ? "" : `, ${bytesText(storeSpilledBytes)} spilled to disk`;
  return `${bytesText(storeUsedBytes)} of ${bytesText(storeTotalBytes)}${spilled}`;
}

function usedOf(name: string, used: number, total: number): Html {
  if (name === MEMORY) return meter(used, total, `${bytesText(Math.max(0, used))} of ${bytesText(total)} in use`);
  const shown = Math.round(Math.max(0, used) * 1e4) / 1e4;
  return meter(shown, total, `${shown} of ${total} in use`);
}

function workersOf(workers: readonly WorkerRow[]): Html {
  const rows = workers.slice(0, MOST_WORKERS).map(({ worker, pid, state }) => [worker, pid, pill(COLORS[state], state)]);
  const summary = workers.length > MOST_WORKERS ? `the first ${MOST_WORKERS} of ${workers.length} workers` : countText(workers.length, "worker");
  return details(summary, table(["worker", "pid", "state"], rows));
}
