/** `ray-ts logs`: what workers and heads of this user's clusters have printed, read from their files. */
import type { LogInfo, LogWanted } from "../../runtime/engine/logs.ts";
import type { ClusterId } from "../../runtime/ids.ts";
import { logFolderOf } from "../../runtime/local/standing-cluster.ts";
import { findLines, listLogs, readLog } from "../../runtime/logs/read-logs.ts";
import { clusterFolders, clustersHere } from "../../runtime/store/folders.ts";
import { formatBytes } from "../../runtime/store/format-bytes.ts";
import { printTable } from "./table.ts";

export interface LogsOptions extends LogWanted {
  readonly address?: string;
  readonly follow: boolean;
  readonly isJson: boolean;
}

export async function logs({ address, follow, isJson, ...wanted }: LogsOptions): Promise<number> {
  const folders = await logFolders(address);
  const { tail: _, stream, ...whose } = wanted;
  if (Object.keys(whose).length === 0 && stream === undefined && !follow) return list(folders, isJson);
  const folder = folders.find((each) => isIn(each, whose)) ?? (follow ? folders[0] : undefined);
  if (folder === undefined) throw new Error(`No log has anything of ${Object.values(whose).join(", ") || "a worker"}: it printed nothing, or is of a cluster that has ended. What there is: ray-ts logs`);
  if (isJson) return printJson(folder, wanted);
  const found = readLog(folder, wanted);
  for (let at = 0; at < found.lines.length; at += LINES_A_WRITE) process.stdout.write(found.lines.slice(at, at + LINES_A_WRITE).join("\n") + "\n");
  if (follow) for await (const line of found.follow()) process.stdout.write(line + "\n");
  found.close();
  return 0;
}

const LINES_A_WRITE = 10_000;

/** Of the cluster asked for, else the standing one's first and then those that belong to notebooks and scripts. */
async function logFolders(address: string | undefined): Promise<string[]> {
  const standing = await logFolderOf(address);
  if (address !== undefined) return [standing as string];
  const all = clustersHere().map((cluster) => clusterFolders(cluster as ClusterId).logs);
  const folders = [...new Set([...(standing === undefined ? [] : [standing]), ...all])].filter((folder) => listLogs(folder).length > 0);
  if (folders.length === 0) throw new Error("No cluster of yours runs on this machine, so there are no logs. Start one with: ray-ts start");
  return folders;
}

function isIn(folder: string, whose: LogWanted): boolean {
  const found = findLines(folder, { ...whose, tail: 1 });
  found.close();
  return found.lines.length > 0;
}

function list(folders: readonly string[], isJson: boolean): number {
  const rows = folders.flatMap((folder) => listLogs(folder).map((info) => ({ ...info, folder })));
  if (isJson) console.log(JSON.stringify(rows, undefined, 2));
  else printTable(["log", "pid", "of", "size", "folder"], rows.map((row) => ({ ...row, of: whatIs(row), size: formatBytes(row.sizeBytes) })));
  return 0;
}

const whatIs = ({ log, className, actorName }: LogInfo): string =>
  log === "head" ? "the head" : className === undefined ? "tasks" : `actor ${className}${actorName === undefined ? "" : ` "${actorName}"`}`;

function printJson(folder: string, wanted: LogWanted): number {
  const found = findLines(folder, wanted);
  found.close();
  console.log(JSON.stringify(found.lines.map(({ text, by }) => ({ text, ...by })), undefined, 2));
  return 0;
}
