/**
 * The cluster that belongs to a front or a script: its head is spawned here, or taken over from a front that left it for us.
 *
 * P1. The head lives as long as an owner's liveness connection: it sees our end, however we end.
 * P2. We see its end the same way, and then remove its files.
 * P3. What is told to it, the token above all, goes through an inherited pipe or a file that only this user can read.
 */
import { spawn } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { existsSync, openSync, closeSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import type { Duplex } from "node:stream";
import { dirname, join, resolve } from "node:path";
import { clearTimeout, setTimeout } from "node:timers";
import { fileURLToPath } from "node:url";
import { newClusterId, newProcessName, type ClusterId } from "../ids.ts";
import { keyedEnv } from "../env/env-key.ts";
import { HEAD_BOOT_FD, type HeadBoot } from "../head/boot.ts";
import type { ClusterAddress, ClusterOptions } from "../session/session-protocol.ts";
import { clusterFolders, makeClusterFolders, sharedMemoryRoot } from "../store/folders.ts";
import { defaultLimits } from "../store/limits.ts";
import { isAlive } from "../store/process-start.ts";
import { removeClusterFolders } from "../store/remove-cluster.ts";
import { sweepDeadClusters } from "../store/sweep.ts";
import { joinLiveness, type LivenessLink } from "../wire/liveness.ts";

const HEAD_PROGRAM = join(dirname(fileURLToPath(import.meta.url)), "head.js");
const START_WITHIN_MS = 30_000;
/** A killed head's workers see their pipes end and go; then its files are nobody's. */
const END_WITHIN_MS = 5_000;

export interface HeadProcess {
  readonly address: ClusterAddress;
  /** False: a standing cluster that was joined; closing leaves it. */
  readonly isOwned: boolean;
  /** Resolves with the reason when the head ended without being asked to. */
  readonly died: Promise<string>;
  /** Ends the cluster, or leaves it for `keepMs` to the next owner with the same takeover key. */
  close(options?: { readonly keepMs?: number }): Promise<void>;
}

export interface OpenHeadOptions {
  readonly cluster: ClusterOptions;
  /** A front that restarts finds its cluster by this (its connection file's path). */
  readonly takeoverKey?: string;
  readonly kind: "front" | "driver";
  /** Where the workers run and resolve their imports; default: this process's working folder. */
  readonly folder?: string;
}

/** Takes over the head left for the key, else spawns one. */
export async function openHead(options: OpenHeadOptions): Promise<HeadProcess> {
  sweepDeadClusters();
  sweepTakeovers();
  const left = options.takeoverKey === undefined ? undefined : await takeOverHead(options.takeoverKey);
  if (left) return left;
  const address = await spawnHead(options.cluster, { folder: options.folder ?? process.cwd(), isPersistent: false });
  const link = await joinAsOwner(address.address);
  address.release();
  if (options.takeoverKey !== undefined) writeFileSync(takeoverFile(options.takeoverKey), JSON.stringify(address.address), { mode: 0o600 });
  return headProcess(address.address, link, options);
}

/** The head that was left for the key, if it is still there: it waits for a while only, and keeps its actors meanwhile. */
export async function takeOverHead(takeoverKey: string): Promise<HeadProcess | undefined> {
  const left = readTakeover(takeoverKey);
  const link = left && (await joinAsOwner(left).catch(() => undefined)); // it ended meanwhile
  return left && link ? headProcess(left, link, { takeoverKey }) : undefined;
}

function headProcess(address: ClusterAddress, link: LivenessLink, { takeoverKey }: Pick<OpenHeadOptions, "takeoverKey">): HeadProcess {
  let isClosing = false;
  link.ref(false);
  const died = link.ended.then(() => {
    if (!isClosing) removeClusterFolders(address.clusterId as ClusterId, address.diskFolder); // P2
    return `The cluster's head process (pid ${address.headPid}) ended`;
  });
  return {
    address,
    isOwned: true,
    died: new Promise((tell) => void died.then((reason) => !isClosing && tell(reason))),
    async close(how = {}) {
      isClosing = true;
      if (how.keepMs !== undefined && takeoverKey !== undefined) {
        link.note({ note: "keep", keepMs: how.keepMs });
        await link.finish();
        return;
      }
      if (takeoverKey !== undefined) rmSync(takeoverFile(takeoverKey), { force: true });
      link.ref(true);
      link.note({ note: "shutdown" });
      await link.ended;
      await goneWithin(address.headPid, END_WITHIN_MS);
      removeClusterFolders(address.clusterId as ClusterId, address.diskFolder);
    },
  };
}

const joinAsOwner = (address: ClusterAddress): Promise<LivenessLink> =>
  joinLiveness(address.folder, { token: address.token, name: newProcessName("front"), kind: "front", job: "", namespace: address.namespace, pid: process.pid, isOwner: true });

export interface HeadKind {
  /** Where the workers run. */
  readonly folder: string;
  /** It stays without an owner. */
  readonly isPersistent: boolean;
}

/** Starts a head and waits until it can be joined. `release` lets it go: an owner has joined, or it needs none. */
export async function spawnHead(options: ClusterOptions, kind: HeadKind): Promise<{ readonly address: ClusterAddress; release(): void }> {
  const clusterId = newClusterId();
  const spillingFolder = options.objectSpillingDirectory === undefined ? undefined : resolve(kind.folder, options.objectSpillingDirectory);
  const folders = makeClusterFolders(clusterId, spillingFolder);
  const boot = bootOf(clusterId, folders, options, kind);
  const log = openSync(join(folders.logs, "head.log"), "a", 0o600);
  const child = spawn(process.execPath, [HEAD_PROGRAM], { detached: true, stdio: ["ignore", log, log, "pipe"] });
  closeSync(log);
  const pipe = child.stdio[HEAD_BOOT_FD] as Duplex;
  try {
    await new Promise<void>((ready, failed) => {
      const timer = setTimeout(() => failed(new Error(`it did not answer within ${START_WITHIN_MS / 1000} s`)), START_WITHIN_MS);
      child.once("exit", () => clearTimeout(timer));
      child.once("error", failed);
      child.once("exit", (code, signal) => failed(new Error(`it ended at once (${signal ?? `exit code ${code}`})`)));
      pipe.once("error", failed);
      pipe.once("data", () => {
        clearTimeout(timer);
        ready();
      });
      pipe.write(JSON.stringify(boot) + "\n");
    });
  } catch (error) {
    child.kill("SIGKILL");
    const logText = readLog(folders.logs);
    removeClusterFolders(clusterId, folders.disk);
    throw new Error(`The cluster's head process could not be started: ${(error as Error).message}${logText}`, { cause: error });
  }
  child.removeAllListeners("exit");
  child.unref();
  return {
    address: { ...boot.address, headPid: child.pid as number },
    release: () => {
      pipe.removeAllListeners();
      pipe.on("error", () => pipe.destroy());
      pipe.destroy();
    },
  };
}

function readLog(folder: string): string {
  const file = join(folder, "head.log");
  const text = existsSync(file) ? readFileSync(file, "utf8").trim() : "";
  return text ? `\nIts log says:\n${text.slice(-2000)}` : "";
}

function bootOf(clusterId: ClusterId, folders: ReturnType<typeof clusterFolders>, options: ClusterOptions, { folder, isPersistent }: HeadKind): HeadBoot {
  const limits = defaultLimits(sharedMemoryRoot());
  const numCpus = options.numCpus ?? limits.numCpus;
  const objectStoreMemory = options.objectStoreMemory ?? limits.objectStoreBytes;
  return {
    address: {
      folder: folders.endpoints,
      clusterId,
      token: randomBytes(24).toString("base64url"),
      headName: newProcessName("head"),
      namespace: options.namespace ?? clusterId,
      nodeId: `n${clusterId}`,
      resources: { CPU: numCpus, ...(options.numGpus ? { GPU: options.numGpus } : {}), memory: options.memory ?? limits.memoryBytes, object_store_memory: objectStoreMemory, ...options.resources },
      objectStoreMemory,
      ...(options.objectStoreDisk === undefined ? {} : { objectStoreDisk: options.objectStoreDisk }),
      sharedMemoryFolder: folders.sharedMemory,
      diskFolder: folders.disk,
      logFolder: folders.logs,
    },
    prestart: Math.min(Math.ceil(numCpus), MOST_PRESTARTED),
    folder,
    isPersistent,
    ...(options.runtimeEnv === undefined ? {} : { warmEnv: keyedEnv(options.runtimeEnv)?.key ?? "" }),
    ...(options.metricsExportPort === undefined ? {} : { metricsPort: options.metricsExportPort }),
  };
}

const MOST_PRESTARTED = 32;

function takeoverFile(key: string): string {
  // beside the clusters' folders: its own folder goes with a cluster
  return join(dirname(clusterFolders("00000000" as ClusterId).endpoints), `takeover-${createHash("sha256").update(key).digest("hex").slice(0, 16)}.json`);
}

/** Notes of fronts that were killed: their clusters are gone, and so is the use of the token in them. */
function sweepTakeovers(): void {
  const folder = dirname(takeoverFile(""));
  if (!existsSync(folder)) return;
  for (const name of readdirSync(folder)) {
    if (!/^takeover-\w+\.json$/.test(name)) continue;
    const file = join(folder, name);
    const address = JSON.parse(readFileSync(file, "utf8")) as ClusterAddress;
    if (!existsSync(address.folder)) rmSync(file, { force: true });
  }
}

function readTakeover(key: string): ClusterAddress | undefined {
  const file = takeoverFile(key);
  if (!existsSync(file)) return undefined;
  const address = JSON.parse(readFileSync(file, "utf8")) as ClusterAddress;
  return existsSync(address.folder) ? address : undefined;
}

/** Waits for the end of a process, and brings it about when the time is over. */
export async function goneWithin(pid: number, ms: number): Promise<void> {
  const until = Date.now() + ms;
  while (isAlive(pid) && Date.now() < until) await new Promise((turn) => setTimeout(turn, 10));
  if (isAlive(pid)) process.kill(pid, "SIGKILL");
}
