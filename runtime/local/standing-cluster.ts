/**
 * The cluster that outlives its drivers: one a user, started and stopped by `ray-ts start` and `ray-ts stop`, joined by
 * whoever asks for it.
 *
 * S1. There is one at a time: its note is made by a link that fails when there is one.
 * S2. The note names the cluster's folder; the token is in the record there, which only this user can read.
 */
import { existsSync, linkSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { randomBytes } from "node:crypto";
import { setTimeout } from "node:timers";
import { RayError } from "../errors.ts";
import { newProcessName, type ClusterId } from "../ids.ts";
import type { ClusterAddress, ClusterOptions } from "../session/session-protocol.ts";
import { readClusterFile } from "../store/cluster-file.ts";
import { clusterFolders } from "../store/folders.ts";
import { removeClusterFolders } from "../store/remove-cluster.ts";
import { sweepDeadClusters } from "../store/sweep.ts";
import { joinLiveness, type LivenessLink } from "../wire/liveness.ts";
import { askHead } from "./ask-head.ts";
import { goneWithin, spawnHead, type HeadProcess } from "./head-process.ts";

const HOW_TO_START = "Start one with: ray-ts start";
/** A head that was asked to end and does not is stuck; `--force` does not wait for it. */
const END_WITHIN_MS = 10_000;

/** Starts it; throws when there is one. */
export async function startStandingCluster(options: ClusterOptions, folder: string): Promise<ClusterAddress> {
  const running = await findStandingCluster();
  if (running) throw alreadyRunning(running);
  sweepDeadClusters();
  const { address, release } = await spawnHead(options, { folder, isPersistent: true });
  release();
  const draft = `${noteFile()}.${randomBytes(4).toString("hex")}`;
  writeFileSync(draft, JSON.stringify({ folder: address.folder }), { mode: 0o600 });
  try {
    linkSync(draft, noteFile()); // S1
  } catch (error) {
    await end(address, { isForced: true });
    const other = await findStandingCluster();
    throw other ? alreadyRunning(other) : error;
  } finally {
    rmSync(draft, { force: true });
  }
  return address;
}

const alreadyRunning = ({ headPid, folder }: ClusterAddress): Error =>
  new Error(`A cluster is running already (head pid ${headPid}, ${folder}). Join it with ray.init({ address: "auto" }), or end it with: ray-ts stop`);

/** The one that runs; undefined when there is none. The note of one that died is removed. */
export async function findStandingCluster(): Promise<ClusterAddress | undefined> {
  const file = noteFile();
  if (!existsSync(file)) return undefined;
  const { folder } = JSON.parse(readFileSync(file, "utf8")) as { readonly folder: string };
  const address = recordedAddress(folder);
  if (address && (await isThere(address))) return address;
  if (address) removeClusterFolders(address.clusterId as ClusterId, address.diskFolder);
  rmSync(file, { force: true });
  return undefined;
}

/** Ends it and waits until its processes and files are gone. False when there was none. */
export async function stopStandingCluster({ isForced }: { readonly isForced: boolean }): Promise<boolean> {
  const address = await findStandingCluster();
  if (!address) return false;
  await end(address, { isForced });
  rmSync(noteFile(), { force: true });
  return true;
}

async function end(address: ClusterAddress, { isForced }: { readonly isForced: boolean }): Promise<void> {
  const workers = isForced ? [] : (await askHead(address, ["workers"]))[0].rows;
  const link = isForced ? undefined : await enter(address);
  if (link) {
    link.note({ note: "shutdown" });
    const hasEnded = await Promise.race([link.ended.then(() => true), new Promise<boolean>((late) => { setTimeout(() => late(false), END_WITHIN_MS).unref(); })]);
    link.close();
    if (!hasEnded) throw new Error(`The cluster's head (pid ${address.headPid}) did not end within ${END_WITHIN_MS / 1000} s. End it with: ray-ts stop --force`);
  }
  // killed, its workers see their pipes end
  await goneWithin(address.headPid, isForced ? 0 : END_WITHIN_MS);
  for (const { pid } of workers) await goneWithin(pid, END_WITHIN_MS);
  await goneWithin(address.headPid, END_WITHIN_MS);
  removeClusterFolders(address.clusterId as ClusterId, address.diskFolder);
}

/** Joins the cluster at an address: `auto`, or a standing cluster's folder. It is not ours: closing leaves it. */
export async function attachTo(where: string, namespace: string): Promise<HeadProcess> {
  const found = where === "auto" ? await findStandingCluster() : recordedAddress(resolve(where));
  if (!found) throw noCluster(where);
  const address = { ...found, namespace, isJoined: true };
  const link = await enter(address).catch((error: Error) => { throw new RayError(`The cluster at ${address.folder} cannot be joined: ${error.message}. ${HOW_TO_START}`, { cause: error }); });
  link.ref(false);
  let isLeaving = false;
  return {
    address,
    isOwned: false,
    died: new Promise((tell) => void link.ended.then(() => !isLeaving && tell(`The head process (pid ${address.headPid}) of the cluster at ${address.folder} ended`))),
    async close() {
      isLeaving = true;
      await link.finish();
    },
  };
}

/** Where the logs of the cluster at an address are; without one of the standing cluster, if there is one. */
export async function logFolderOf(where: string | undefined): Promise<string | undefined> {
  const found = where === undefined || where === "auto" ? await findStandingCluster() : recordedAddress(resolve(where));
  if (!found && where !== undefined) throw noCluster(where);
  return found?.logFolder;
}

const noCluster = (where: string): RayError => new RayError(where === "auto" ? `There is no cluster to join: none of yours runs on this machine. ${HOW_TO_START}` : `There is no cluster to join at ${where}: no \`ray-ts start\` of yours made that folder, or it has ended. ${HOW_TO_START}`);

/** What `ray.init` and the environment ask for: the address to join, or undefined for a cluster of one's own. */
export function addressToJoin(asked: ClusterOptions, environment: Readonly<Record<string, string | undefined>>): string | undefined {
  if (asked.address === "local") return undefined;
  const address = asked.address ?? (environment["RAY_TS_ADDRESS"] || undefined);
  if (address === undefined) return undefined;
  const from = asked.address === undefined ? `RAY_TS_ADDRESS is ${JSON.stringify(address)}` : `the address is ${JSON.stringify(address)}`;
  if (/^ray:\/\//.test(address)) throw new RayError(`ray.init: ${from}, but clusters of Ray itself cannot be joined yet. Use "auto" for the cluster of \`ray-ts start\`, or leave it out for one of your own`);
  const shaping = (["numCpus", "numGpus", "memory", "resources", "objectStoreMemory", "objectStoreDisk", "objectSpillingDirectory", "metricsExportPort"] as const).filter((name) => asked[name] !== undefined);
  if (shaping.length > 0) throw new RayError(`ray.init: ${from}, so the cluster is there already and its ${shaping.join(", ")} cannot be chosen. Leave ${shaping.length === 1 ? "it" : "them"} out, or give ${shaping.length === 1 ? "it" : "them"} to: ray-ts start`);
  return address;
}

const enter = (address: ClusterAddress): Promise<LivenessLink> =>
  joinLiveness(address.folder, { token: address.token, name: newProcessName("front"), kind: "front", job: "", namespace: address.namespace, pid: process.pid, isOwner: false });

async function isThere(address: ClusterAddress): Promise<boolean> {
  try {
    (await enter(address)).close();
    return true;
  } catch {
    return false; // nobody listens: it was killed, or has ended meanwhile
  }
}

function recordedAddress(folder: string): ClusterAddress | undefined {
  return readClusterFile(folder)?.["address"] as ClusterAddress | undefined;
}

/** Beside the clusters' folders: its own goes with it. */
function noteFile(): string {
  return join(dirname(clusterFolders("00000000" as ClusterId).endpoints), "standing.json");
}
