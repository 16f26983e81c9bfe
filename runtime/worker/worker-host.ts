/** What `ray` inside a worker needs: the worker's own engine. A worker neither starts nor ends a cluster. */
import type { RayHost } from "../api/host.ts";
import type { Engine, TaskContext } from "../engine/engine.ts";
import type { Placement } from "../engine/placement.ts";
import { RayError } from "../errors.ts";
import type { CodeShipper, RefHooks, ValueCodec } from "../serialize/codec.ts";

export interface WorkerHostParts {
  readonly engine: () => Engine;
  readonly codec: ValueCodec;
  readonly shipper: CodeShipper;
  readonly registerRefs: (hooks: RefHooks) => void;
  readonly taskContext: () => TaskContext | undefined;
  readonly origin: () => string | undefined;
  readonly exitActor: () => never;
  readonly folder: () => string;
  readonly placement: () => Placement | undefined;
  readonly unitName: (code: Function) => string | undefined;
}

export class WorkerHost implements RayHost {
  readonly codec: ValueCodec;
  readonly shipper: CodeShipper;
  private readonly parts: WorkerHostParts;

  constructor(parts: WorkerHostParts) {
    this.parts = parts;
    this.codec = parts.codec;
    this.shipper = parts.shipper;
  }

  readonly folder = (): string => this.parts.folder();

  engine(): Engine {
    return this.parts.engine();
  }

  currentEngine(): Engine {
    return this.parts.engine();
  }

  start(): Engine {
    return this.parts.engine();
  }

  capturing(): Placement | undefined {
    const placement = this.parts.placement();
    return placement?.capturesChildren ? placement : undefined;
  }

  shutdown(): Promise<void> {
    return Promise.reject(new RayError("ray.shutdown() was called inside a task or actor: only the driver (the notebook, the script) ends the cluster. To end this actor's process use ray.kill on its handle"));
  }

  registerRefs(hooks: RefHooks): void {
    this.parts.registerRefs(hooks);
  }

  taskContext(): TaskContext | undefined {
    return this.parts.taskContext();
  }

  exitActor(): never {
    return this.parts.exitActor();
  }

  origin(): string | undefined {
    return this.parts.origin();
  }

  unitName(code: Function): string | undefined {
    return this.parts.unitName(code);
  }

  /** Tasks have no place of their own to show things: the text is printed in the cell that submitted the work. */
  display(data: Record<string, unknown>): void {
    console.log(typeof data["text/plain"] === "string" ? data["text/plain"] : JSON.stringify(data));
  }
}
