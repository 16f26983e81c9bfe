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

/** Its fields are those of the interface, set at once. */
export interface ClusterContext extends RayContext {}

export class ClusterContext {
  readonly #shutdown: () => Promise<void>;

  constructor(info: ClusterInfo, shutdown: () => Promise<void>) {
    this.#shutdown = shutdown;
    const { address, clusterId, namespace, jobId, nodeId, numCpus, resources, objectStoreMemory } = info;
    Object.assign(this, { address, clusterId, namespace, jobId, nodeId, numCpus, resources, objectStoreMemory } satisfies Omit<RayContext, typeof Symbol.asyncDispose>);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#shutdown();
  }

  [inspect.custom](): string {
    return `RayContext(${this.numCpus} ${this.numCpus === 1 ? "CPU" : "CPUs"}, namespace ${JSON.stringify(this.namespace)}, address ${JSON.stringify(this.address)})`;
  }
}
