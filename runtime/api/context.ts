/** What `ray.init` resolves to. */
import { inspect } from "node:util";
import type { ClusterInfo } from "../engine/engine.ts";

/** The running cluster. As a cell's value it shows as a live view. `await using context = await ray.init()` ends it with the block. */
export interface RayContext extends AsyncDisposable {
  /** Where the cluster is. */
  readonly address: string;
  readonly clusterId: string;
  readonly namespace: string;
  readonly jobId: string;
  readonly nodeId: string;
  readonly numCpus: number;
  /** Totals by resource name, `CPU` among them. */
  readonly resources: Readonly<Record<string, number>>;
  /** Bytes of shared memory for objects. */
  readonly objectStoreMemory: number;
}

export class ClusterContext implements RayContext {
  readonly #shutdown: () => Promise<void>;
  readonly address: string;
  readonly clusterId: string;
  readonly namespace: string;
  readonly jobId: string;
  readonly nodeId: string;
  readonly numCpus: number;
  readonly resources: Readonly<Record<string, number>>;
  readonly objectStoreMemory: number;

  constructor(info: ClusterInfo, shutdown: () => Promise<void>) {
    this.#shutdown = shutdown;
    this.address = info.address;
    this.clusterId = info.clusterId;
    this.namespace = info.namespace;
    this.jobId = info.jobId;
    this.nodeId = info.nodeId;
    this.numCpus = info.numCpus;
    this.resources = info.resources;
    this.objectStoreMemory = info.objectStoreMemory;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#shutdown();
  }

  [inspect.custom](): string {
    return `RayContext(${this.numCpus} ${this.numCpus === 1 ? "CPU" : "CPUs"}, namespace ${JSON.stringify(this.namespace)}, address ${JSON.stringify(this.address)})`;
  }
}
