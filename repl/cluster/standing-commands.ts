/** `ray-ts start`, `stop` and `status`. */
import type { ActorRow, WorkerRow } from "../../runtime/engine/events.ts";
import type { DriverRow, NodeRow } from "../../runtime/engine/state.ts";
import { askHead } from "../../runtime/local/ask-head.ts";
import { findStandingCluster, startStandingCluster, stopStandingCluster } from "../../runtime/local/standing-cluster.ts";
import { formatBytes } from "../../runtime/store/format-bytes.ts";
import { storeText } from "./store-text.ts";

export interface StartOptions {
  readonly numCpus?: number;
  readonly numGpus?: number;
  readonly memory?: number;
  readonly resources?: Readonly<Record<string, number>>;
  readonly objectStoreMemory?: number;
  readonly objectStoreDisk?: number;
  readonly objectSpillingDirectory?: string;
  readonly metricsExportPort?: number;
}

const NONE = "No cluster of yours runs on this machine. Start one with: ray-ts start";

export async function start(options: StartOptions): Promise<number> {
  const { headPid, folder, resources } = await startStandingCluster(options, process.cwd());
  console.log(`A cluster with ${resources["CPU"]} CPUs runs (head pid ${headPid}, ${folder}).

Join it from a session or script:  await ray.init({ address: "auto" })
or by the environment:             RAY_TS_ADDRESS=auto ray-ts repl
See what it does:                  ray-ts status
End it:                            ray-ts stop${options.metricsExportPort === undefined ? "" : `
Metrics for Prometheus:            http://127.0.0.1:${options.metricsExportPort}/metrics`}`);
  return 0;
}

export async function stop({ isForced }: { readonly isForced: boolean }): Promise<number> {
  console.log((await stopStandingCluster({ isForced })) ? "The cluster has ended." : NONE);
  return 0;
}

export async function status({ isJson }: { readonly isJson: boolean }): Promise<number> {
  const address = await findStandingCluster();
  if (!address) {
    if (isJson) console.log("null");
    else console.error(NONE);
    return 1;
  }
  const [{ rows: nodes }, { rows: workers }, { rows: actors }, { rows: drivers }] = await askHead(address, ["nodes", "workers", "actors", "drivers"]);
  const { folder, clusterId, headPid } = address;
  if (isJson) console.log(JSON.stringify({ folder, clusterId, headPid, nodes, workers, actors, drivers }, undefined, 2));
  else for (const line of statusLines({ folder, headPid, node: nodes[0] as NodeRow, workers, actors, drivers })) console.log(line);
  return 0;
}

interface Status {
  readonly folder: string;
  readonly headPid: number;
  readonly node: NodeRow;
  readonly workers: readonly WorkerRow[];
  readonly actors: readonly ActorRow[];
  readonly drivers: readonly DriverRow[];
}

function statusLines({ folder, headPid, node, workers, actors, drivers }: Status): string[] {
  const amounts = Object.entries(node.total)
    .filter(([name]) => name !== "object_store_memory")
    .map(([name, total]) => line(name === "CPU" ? "CPUs" : name, `${amountOf(name, total - (node.available[name] ?? 0))} of ${amountOf(name, total)} in use`));
  const living = actors.filter(({ state }) => state !== "dead");
  return [
    `Cluster at ${folder}, head pid ${headPid}`,
    ...amounts,
    line("object store", storeText(node)),
    line("workers", workers.length === 0 ? "none" : counted(workers.map(({ state }) => state))),
    line("actors", living.length === 0 ? "none" : ""),
    ...living.map((actor) => `    ${actor.className}${actor.name === undefined ? "" : ` "${actor.name}" in namespace "${actor.namespace ?? ""}"`}, ${actor.state}${actor.detached ? ", detached" : ""}${actor.pid === undefined ? "" : `, pid ${actor.pid}`}`),
    line("drivers", drivers.length === 0 ? "none" : ""),
    ...drivers.map(({ pid, namespace }) => `    pid ${pid}, namespace "${namespace}"`),
  ];
}

const line = (name: string, text: string): string => `  ${`${name}:`.padEnd(14)}${text}`.trimEnd();

const amountOf = (name: string, amount: number): string => (name === "memory" ? formatBytes(amount) : String(Number(amount.toFixed(4))));

/** `3 idle, 1 leased`. */
function counted(states: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const state of states) counts.set(state, (counts.get(state) ?? 0) + 1);
  return [...counts].map(([state, count]) => `${count} ${state}`).join(", ");
}
