/** Removes a cluster's files, wherever this user's environment or its own record says that they are. */
import { rmSync } from "node:fs";
import { basename, dirname } from "node:path";
import type { ClusterId } from "../ids.ts";
import { readClusterFile } from "./cluster-file.ts";
import { isPrivateFolder, rootsOf, sharedMemoryPrefix } from "./folders.ts";

/** `diskFolder`: where its objects on disk are, if that is known; the cluster's record says it too. */
export function removeClusterFolders(clusterId: ClusterId, diskFolder?: string): void {
  const roots = rootsOf(clusterId);
  const named = [diskFolder, ...roots.map((root) => readClusterFile(root)?.["diskFolder"])];
  for (const folder of named) if (typeof folder === "string") removeSpillFolder(dirname(folder), clusterId);
  for (const root of roots) rmSync(root, { recursive: true, force: true });
}

/** Only one that has this cluster's name, and is ours alone: a record is a file like any other. */
function removeSpillFolder(folder: string, clusterId: ClusterId): void {
  if (basename(folder) === `${sharedMemoryPrefix()}${clusterId}` && isPrivateFolder(folder)) rmSync(folder, { recursive: true, force: true });
}
