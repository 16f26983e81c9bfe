/** Removes what clusters left behind whose head, and everybody who would have cleaned up after it, was killed. */
import { statSync } from "node:fs";
import { type ClusterRecord, readClusterFile } from "./cluster-file.ts";
import { clustersHere, rootsOf } from "./folders.ts";
import { pidNamespace, processStartTime } from "./process-start.ts";
import { removeClusterFolders } from "./remove-cluster.ts";
import type { ClusterId } from "../ids.ts";

/** Folders are made before the head has written who it is. */
const BEING_MADE_MS = 60_000;
/** Of another pid namespace only age tells: heads write their record again each hour. */
const FOREIGN_MS = 24 * 3_600_000;

/** What the sweep knows of a cluster: its newest record, or how old its folders are when it has none. */
export type SweepFinding = { readonly record: ClusterRecord; readonly ageMs: number } | { readonly record: undefined; readonly ageMs: number };

/** Looks at every cluster of this user and removes the folders of the dead ones. Returns their ids. */
export function sweepDeadClusters(): string[] {
  const here = pidNamespace();
  const dead = clustersHere().filter((clusterId) => {
    const finding = look(clusterId);
    return finding !== undefined && isDead(finding, here, processStartTime);
  });
  for (const clusterId of dead) removeClusterFolders(clusterId as ClusterId);
  return dead;
}

export function isDead(finding: SweepFinding, namespace: string, startTimeOf: (pid: number) => string | undefined): boolean {
  const { record, ageMs } = finding;
  if (record === undefined) return ageMs > BEING_MADE_MS;
  if (record.pidNamespace !== namespace) return ageMs > FOREIGN_MS;
  return startTimeOf(record.headPid) !== record.headStartTime;
}

/** Undefined when the cluster went away meanwhile. */
function look(clusterId: string): SweepFinding | undefined {
  const folders = rootsOf(clusterId);
  const records = folders.map(readClusterFile).filter((record) => record !== undefined);
  const newest = records.sort((a, b) => b.writtenMs - a.writtenMs)[0];
  if (newest !== undefined) return { record: newest, ageMs: Date.now() - newest.writtenMs };
  const changed = folders.map((folder) => statSync(folder, { throwIfNoEntry: false })?.mtimeMs).filter((time) => time !== undefined);
  return changed.length === 0 ? undefined : { record: undefined, ageMs: Date.now() - Math.max(...changed) };
}
