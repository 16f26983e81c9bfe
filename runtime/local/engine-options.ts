/** What a local engine is told when it is made, and what it tells about its cluster. */
import type { ClusterInfo, Encoded } from "../engine/engine.ts";
import type { KeyedEnv } from "../engine/runtime-env.ts";
import { keyedEnv } from "../env/env-key.ts";
import type { JobId, ProcessName } from "../ids.ts";
import type { ClusterAddress, ClusterOptions } from "../session/session-protocol.ts";
import type { Message } from "../wire/message.ts";
import type { RecordReader } from "../wire/record-reader.ts";

export interface LocalEngineOptions {
  /** A front submits no tasks: it cancels, kills and calls what others made. */
  readonly kind: "driver" | "worker" | "front";
  readonly process?: ProcessName;
  /** A worker submits for the job whose call it runs. */
  readonly job: () => JobId;
  readonly namespace?: () => string | undefined;
  /** Where the driver's imports resolve: those of the code that it sends resolve there too. */
  readonly folder: () => string | undefined;
  /** The environment of this process: a worker's own, a driver's for its whole job. */
  readonly runtimeEnv?: KeyedEnv | undefined;
  /** Where the cluster is; called once, at once. */
  readonly connect: () => Promise<ClusterAddress>;
  readonly encodeError: (error: Error) => Encoded;
  readonly decode: (value: Encoded) => unknown;
  /** One line about a value for the views. */
  readonly preview: (value: Encoded) => string | undefined;
  readonly notice: (text: string, level: "info" | "warning" | "error") => void;
  readonly onEnded?: (reason: string) => void;
  /** Driver: what it wants to see of what its work prints. */
  readonly prints?: { readonly isOn: boolean; readonly dedup: boolean };
  /** Worker: what shares one private view of an object (see ValueStore). */
  readonly viewScope?: () => unknown;
  /** Whose code runs now: what it submits can be cancelled with it. */
  readonly submitter?: () => unknown;
  /** Worker: records and messages of its executor. */
  readonly executor?: {
    onRecord(from: ProcessName, type: number, reader: RecordReader): void;
    onMessage(from: ProcessName, message: Message, parts: Buffer[]): boolean;
    beginWait(): () => void;
    /** The result of a task that this process sent to itself was read. */
    ownAnswered(): void;
    processDied(process: ProcessName): void;
  };
}

export function clusterInfo(address: ClusterAddress, job: JobId): ClusterInfo {
  return {
    address: address.folder,
    clusterId: address.clusterId,
    namespace: address.namespace,
    jobId: job,
    numCpus: address.resources["CPU"] ?? 0,
    resources: address.resources,
    objectStoreMemory: address.objectStoreMemory,
    nodeId: address.nodeId,
    headPid: address.headPid,
    ...(address.isJoined === undefined ? {} : { isJoined: address.isJoined }),
  };
}

/** `ray.init({ logToDriver: false })`, and Ray's variable for repeated lines under our name. */
export const printsWanted = (options: ClusterOptions): { isOn: boolean; dedup: boolean } => ({ isOn: options.logToDriver !== false, dedup: process.env["RAY_TS_DEDUP_LOGS"] !== "0" });

/** What `ray.init({ runtimeEnv })` said. */
export const jobEnv = ({ runtimeEnv }: ClusterOptions): KeyedEnv | undefined => (runtimeEnv === undefined ? undefined : keyedEnv(runtimeEnv));
