/** What a head and a worker are told when they start, through an inherited pipe: never argv or the environment, which others can read. */
import type { KeyedEnv } from "../engine/runtime-env.ts";
import type { ProcessName } from "../ids.ts";
import type { ClusterAddress } from "../session/session-protocol.ts";

export interface HeadBoot {
  readonly address: Omit<ClusterAddress, "headPid">;
  readonly prestart: number;
  /** The environment in which workers are kept ready, by its key; the plain one if not given. Who wants it first says what it is. */
  readonly warmEnv?: string;
  /** Working folder of the workers: what they import resolves from there. */
  readonly folder: string;
  /** Stays without an owner; else it ends with its last one. */
  readonly isPersistent: boolean;
  /** Metrics are served there, on loopback. */
  readonly metricsPort?: number;
}

export interface WorkerBoot {
  readonly address: ClusterAddress;
  readonly name: ProcessName;
  /** Marks in its prints begin with this, so that no print can pretend to be one. */
  readonly nonce: string;
  /** The runtime environment that it was started in. */
  readonly env?: KeyedEnv;
  /** The folder whose node_modules has the environment's packages. */
  readonly packages?: string;
}

/** Descriptors of the inherited pipes. */
export const HEAD_BOOT_FD = 3;
export const WORKER_WATCH_FD = 3;
export const WORKER_BOOT_FD = 4;
