/** `cluster.json`: which head a cluster's folders belong to, and whether that head still lives. */
import { readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { pidNamespace, processStartTime } from "./process-start.ts";
import type { ClusterFolders } from "./folders.ts";

export const CLUSTER_FILE = "cluster.json";

export interface ClusterRecord {
  readonly clusterId: string;
  readonly headPid: number;
  readonly headStartTime: string | undefined;
  readonly pidNamespace: string;
}

/** The record of a cluster whose head is this process. */
export function ownClusterRecord(clusterId: string): ClusterRecord {
  return { clusterId, headPid: process.pid, headStartTime: processStartTime(process.pid), pidNamespace: pidNamespace() };
}

/**
 * Writes the record, with what else the head wants attaching processes to know, as a 0600 file. It stands in the shared-memory and
 * disk folders too: a process with another XDG_RUNTIME_DIR or TMPDIR must see there that the cluster lives. A head that runs for
 * long writes it again each hour: other pid namespaces go by its age.
 */
export function writeClusterFile<Record extends ClusterRecord>(folders: ClusterFolders, record: Record): void {
  const { clusterId, headPid, headStartTime, pidNamespace } = record;
  writePrivate(folders.sharedMemory, { clusterId, headPid, headStartTime, pidNamespace });
  const diskRoot = dirname(folders.disk);
  if (diskRoot !== folders.endpoints) writePrivate(diskRoot, { clusterId, headPid, headStartTime, pidNamespace });
  writePrivate(folders.endpoints, record);
}

/** The record in `folder` and when it was written. Undefined when there is none that can be read. */
export function readClusterFile(folder: string): (ClusterRecord & { readonly writtenMs: number; readonly [more: string]: unknown }) | undefined {
  const file = join(folder, CLUSTER_FILE);
  try {
    const record: unknown = JSON.parse(readFileSync(file, "utf8"));
    return isRecord(record) ? { ...record, writtenMs: statSync(file).mtimeMs } : undefined;
  } catch {
    return undefined; // no cluster, or one that is just being removed
  }
}

/** Readers never see half a file. */
function writePrivate(folder: string, record: object): void {
  const file = join(folder, CLUSTER_FILE);
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, JSON.stringify(record), { mode: 0o600 });
  renameSync(draft, file);
}

function isRecord(value: unknown): value is ClusterRecord {
  const record = value as Partial<ClusterRecord> | null;
  return typeof record === "object" && record !== null && typeof record.headPid === "number" && typeof record.pidNamespace === "string";
}
