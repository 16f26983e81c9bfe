/** `ray-ts list`, `summary`, `memory` and `timeline`: the state of the standing cluster. */
import { writeFileSync } from "node:fs";
import type { StackRow } from "../../runtime/engine/records.ts";
import { summarize, unknownField, type SummaryTable } from "../../runtime/engine/select-rows.ts";
import { FIELDS, type StateCondition } from "../../runtime/engine/state.ts";
import { timelineOf } from "../../runtime/engine/timeline.ts";
import { askForMetrics, askForStacks, askHead } from "../../runtime/local/ask-head.ts";
import { findStandingCluster } from "../../runtime/local/standing-cluster.ts";
import { prometheusText } from "../../runtime/metrics/prometheus.ts";
import { formatBytes } from "../../runtime/store/format-bytes.ts";
import { storeText } from "./store-text.ts";
import { printTable } from "./table.ts";
import type { ClusterAddress } from "../../runtime/session/session-protocol.ts";

const MOST = 10_000;
/** What a table shows of a row, in this order. */
const COLUMNS: { readonly [T in ListedTable]: readonly string[] } = {
  tasks: ["task", "name", "state", "attempt", "pid", "owner", "error"],
  actors: ["actor", "className", "name", "namespace", "state", "pid", "cause"],
  objects: ["ref", "state", "sizeBytes", "place", "preview"],
  workers: ["worker", "pid", "state"],
  nodes: ["nodeId", "alive", "storeUsedBytes", "storeTotalBytes", "storeSpilledBytes"],
  drivers: ["driver", "job", "namespace", "pid"],
};

export type ListedTable = SummaryTable | "nodes" | "drivers";

export interface ListOptions {
  readonly where: readonly StateCondition[];
  readonly limit: number;
  readonly isJson: boolean;
}

export async function list(table: ListedTable, { where, limit, isJson }: ListOptions): Promise<number> {
  const unknown = unknownField(table, where);
  if (unknown !== undefined) throw new Error(`Rows of ${table} have no field "${unknown}". Their fields: ${FIELDS[table].join(", ")}`);
  const [{ rows, total }] = await askHead(await running(), [table], { where, limit });
  if (isJson) console.log(JSON.stringify(rows, undefined, 2));
  else printTable(COLUMNS[table], rows as readonly object[]);
  if (rows.length < total) console.error(`(the newest ${rows.length} of ${total}; --limit shows more)`);
  return 0;
}

/** One row, whole. */
export async function get(table: ListedTable, id: string): Promise<number> {
  const address = await running();
  for (const field of [COLUMNS[table][0] as string, ...(table === "workers" || table === "drivers" ? ["pid"] : [])]) {
    const [{ rows }] = await askHead(address, [table], { where: [{ field, operator: "=", value: id }], limit: 1 });
    if (rows.length === 0) continue;
    console.log(JSON.stringify(rows[0], undefined, 2));
    return 0;
  }
  throw new Error(`There is no ${id} among the ${table}. What there is: ray-ts list ${table}`);
}

/** Rows by name and state. */
export async function summary(table: SummaryTable, { isJson }: { readonly isJson: boolean }): Promise<number> {
  const [{ rows }] = await askHead(await running(), [table], { limit: MOST });
  const counted = summarize(table, rows);
  const states = [...new Set(counted.flatMap((row) => Object.keys(row.states)))];
  const sized = table === "objects" ? ["size"] : [];
  if (isJson) console.log(JSON.stringify(counted, undefined, 2));
  else printTable(["name", "total", ...sized, ...states], counted.map(({ states: counts, sizeBytes, ...row }) => ({ ...row, ...counts, ...(sizeBytes === undefined ? {} : { size: formatBytes(sizeBytes) }) })));
  return 0;
}

export async function memory({ isJson }: { readonly isJson: boolean }): Promise<number> {
  const [{ rows: nodes }, { rows: objects }] = await askHead(await running(), ["nodes", "objects"]);
  const largest = [...objects].sort((a, b) => (b.sizeBytes ?? 0) - (a.sizeBytes ?? 0));
  if (isJson) {
    console.log(JSON.stringify({ nodes, objects: largest }, undefined, 2));
    return 0;
  }
  for (const node of nodes) console.log(`${node.nodeId}: ${storeText(node)}\n`);
  printTable(["ref", "size", "place", "preview"], largest.map((row) => ({ ...row, size: formatBytes(row.sizeBytes ?? 0) })));
  return 0;
}

export async function timeline(file: string): Promise<number> {
  const [{ rows }] = await askHead(await running(), ["tasks"], { limit: MOST });
  writeFileSync(file, JSON.stringify(timelineOf(rows)));
  console.log(`${file}: ${rows.length} tasks. Open it in chrome://tracing or ui.perfetto.dev`);
  return 0;
}

/** Where the code of every worker is now. */
export async function stack({ isJson }: { readonly isJson: boolean }): Promise<number> {
  const rows = await askForStacks(await running());
  if (isJson) console.log(JSON.stringify(rows, undefined, 2));
  else if (rows.length === 0) console.log("No worker runs.");
  else for (const row of rows) console.log(`${stackHead(row)}${row.stack === "" ? "" : `\n${row.stack}`}\n`);
  return 0;
}

function stackHead({ worker, pid, actor, state, name }: StackRow): string {
  const what = { idle: "idle", running: `runs ${name ?? "code outside tasks"}`, waiting: `${name} waits in an await`, native: "runs native code (a sort, a regular expression, a call of the system): it shows no JavaScript until that ends", silent: "does not answer" }[state];
  return `worker ${worker} (pid ${pid}${actor === undefined ? "" : `, actor ${actor}`}): ${what}`;
}

/** What users and the cluster measure, as Prometheus reads it. */
export async function metrics({ isJson }: { readonly isJson: boolean }): Promise<number> {
  const families = await askForMetrics(await running());
  if (isJson) console.log(JSON.stringify(families, undefined, 2));
  else process.stdout.write(prometheusText(families));
  return 0;
}

async function running(): Promise<ClusterAddress> {
  const address = await findStandingCluster();
  if (!address) throw new Error("No cluster of yours runs on this machine. Start one with: ray-ts start");
  return address;
}
