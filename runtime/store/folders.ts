/**
 * Where a cluster's files are. Only this user may enter them, and a folder that somebody else could have made is refused.
 *
 * - shared memory: `/dev/shm/ray-ts-UID-CLUSTER` (`RAY_TS_SHM_DIR` stands in for `/dev/shm`; elsewhere the temp folder)
 * - endpoints: `$XDG_RUNTIME_DIR/ray-ts/CLUSTER`, else `TMP/ray-ts-UID/CLUSTER`
 * - disk, logs: `TMP/ray-ts-UID/CLUSTER/disk` and `…/logs`, where TMP is not itself in memory if that can be helped
 * - disk with `objectSpillingDirectory`: `DIRECTORY/ray-ts-UID-CLUSTER/disk`, which the cluster's record names for who removes it
 */
import { existsSync, lstatSync, mkdirSync, readdirSync, statfsSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { dirname, join } from "node:path";
import type { ClusterId } from "../ids.ts";

export interface ClusterFolders {
  readonly sharedMemory: string;
  readonly endpoints: string;
  readonly disk: string;
  readonly logs: string;
}

/** A socket's path ends at 107 bytes (103 on macOS); a cluster's id takes 9 and a socket's name 41 of them, with their slashes. */
const MAX_ENDPOINT_BASE = 103 - 9 - 41;
const TMPFS_MAGIC = 0x01021994;

/** Paths only: makes nothing. */
export function clusterFolders(clusterId: ClusterId): ClusterFolders {
  return {
    sharedMemory: join(sharedMemoryRoot(), `${sharedMemoryPrefix()}${clusterId}`),
    endpoints: join(endpointBase(), clusterId),
    disk: join(diskBase(), clusterId, "disk"),
    logs: join(diskBase(), clusterId, "logs"),
  };
}

/** Makes the cluster's folders (0700). Throws when one is there that is not ours alone. */
export function makeClusterFolders(clusterId: ClusterId, spillingFolder?: string): ClusterFolders {
  const folders = { ...clusterFolders(clusterId), ...(spillingFolder === undefined ? {} : { disk: join(spillingFolder, `${sharedMemoryPrefix()}${clusterId}`, "disk") }) };
  makePrivateFolder(endpointBase());
  makePrivateFolder(folders.endpoints);
  makePrivateFolder(folders.sharedMemory);
  makePrivateFolder(diskBase());
  makePrivateFolder(join(diskBase(), clusterId));
  makePrivateFolder(dirname(folders.disk));
  makePrivateFolder(folders.disk);
  makePrivateFolder(folders.logs);
  return folders;
}

/**
 * Every folder of this cluster, wherever this user's environment put it. Only private ones: what another user made under our name,
 * or linked to a folder of ours, must not be looked at, much less removed.
 */
export function rootsOf(clusterId: string): string[] {
  const inBases = privateBases().map((base) => join(base, clusterId));
  return [...inBases, join(sharedMemoryRoot(), `${sharedMemoryPrefix()}${clusterId}`)].filter(isPrivateFolder);
}

/** Clusters of this user that have any folder here. */
export function clustersHere(): string[] {
  const prefix = sharedMemoryPrefix();
  const inMemory = namesIn(sharedMemoryRoot()).filter((name) => name.startsWith(prefix)).map((name) => name.slice(prefix.length));
  return [...new Set([...inMemory, ...privateBases().flatMap(namesIn)])].filter((name) => /^[0-9a-f]{8}$/.test(name));
}

const privateBases = (): string[] => [...new Set([...endpointBases(), diskBase()])].filter(isPrivateFolder);

export function isPrivateFolder(folder: string): boolean {
  try {
    assertPrivateFolder(folder);
    return true;
  } catch {
    return false; // not there, or refused
  }
}

export function makePrivateFolder(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  assertPrivateFolder(folder);
}

/** Throws unless `folder` is a folder of this user, no link, and closed to all others. */
export function assertPrivateFolder(folder: string): void {
  const stat = lstatSync(folder);
  const refuse = (found: string, mend: string): never => {
    throw new Error(`Cannot use ${folder} for the cluster's files: ${found}. ${mend}`);
  };
  const elsewhere = "Remove it, or set XDG_RUNTIME_DIR and TMPDIR to folders of your own";
  if (stat.isSymbolicLink()) refuse("it is a symbolic link, so its target could be another user's", elsewhere);
  if (!stat.isDirectory()) refuse("it is not a folder", elsewhere);
  const uid = process.getuid?.();
  if (uid === undefined) return; // Windows: the profile's temp folder is closed to other users by its access list
  if (stat.uid !== uid) refuse(`it belongs to user ${stat.uid}, not to you (${uid})`, elsewhere);
  if ((stat.mode & 0o077) !== 0) refuse(`other users may enter it (mode ${(stat.mode & 0o777).toString(8)})`, `Close it with: chmod 700 ${folder}`);
}

export function sharedMemoryRoot(): string {
  const chosen = process.env["RAY_TS_SHM_DIR"];
  if (chosen) return chosen;
  return process.platform === "linux" && process.env["RAY_TS_STORE"] !== "files" && existsSync("/dev/shm") ? "/dev/shm" : tmpdir();
}

/** The folders that may hold a cluster's endpoints, the preferred one first. */
function endpointBases(): string[] {
  const runtime = process.env["XDG_RUNTIME_DIR"];
  const inRuntime = runtime && isOurs(runtime) ? [join(runtime, "ray-ts")] : [];
  const inTemporary = join(tmpdir(), `ray-ts-${userId()}`);
  // macOS has temp folders of 50 characters
  return [...inRuntime, inTemporary, ...(isShort(inTemporary) ? [] : [`/tmp/ray-ts-${userId()}`])];
}

function endpointBase(): string {
  const bases = endpointBases();
  const base = bases.find(isShort);
  if (base !== undefined) return base;
  throw new Error(`Cannot make sockets for the cluster: ${bases.join(" and ")} are too long for a socket's path. Set TMPDIR to a shorter one`);
}

const isShort = (base: string): boolean => process.platform === "win32" || Buffer.byteLength(base) <= MAX_ENDPOINT_BASE;

/** Objects go to disk when memory is full, so a temp folder that is itself in memory would be no help. */
function diskBase(): string {
  const temporary = tmpdir();
  const isInMemory = process.platform === "linux" && statfsSync(temporary).type === TMPFS_MAGIC;
  const folder = isInMemory && existsSync("/var/tmp") && statfsSync("/var/tmp").type !== TMPFS_MAGIC ? "/var/tmp" : temporary;
  return join(folder, `ray-ts-${userId()}`);
}

/** `sudo` and containers may leave a runtime folder set that is not there or not ours. */
function isOurs(folder: string): boolean {
  const stat = lstatSync(folder, { throwIfNoEntry: false });
  return stat?.isDirectory() === true && (process.getuid === undefined || stat.uid === process.getuid());
}

const userId = (): string => String(process.getuid?.() ?? userInfo().username.replace(/\W/g, "_"));

export const sharedMemoryPrefix = (): string => `ray-ts-${userId()}-`;

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return []; // not made yet, or closed to us
  }
}
