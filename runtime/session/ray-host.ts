/**
 * What `ray` in a cell needs from its session: the engine (made at the first remote call, for the front's cluster), the origin
 * of work, and a place to show things.
 */
import type { CommPort, RayHost, UiPort } from "../api/host.ts";
import type { Engine } from "../engine/engine.ts";
import type { EngineEvent } from "../engine/events.ts";
import { RayError } from "../errors.ts";
import type { JobId } from "../ids.ts";
import type { CodeShipper, RefHooks, ValueCodec } from "../serialize/codec.ts";
import { addressToJoin } from "../local/standing-cluster.ts";
import type { Executions } from "./execution.ts";
import type { FrontLink } from "./front-link.ts";
import type { OutputPipe } from "./output-pipe.ts";
import type { MimeBundle, ViewDescriptor } from "./output.ts";
import type { ClusterAddress, ClusterOptions } from "./session-protocol.ts";
import { UncutEngine, type Uncut } from "./uncut-engine.ts";

export interface SessionHostParts {
  readonly codec: ValueCodec;
  readonly shipper: CodeShipper;
  readonly registerRefs: (hooks: RefHooks) => void;
  readonly unitName: (code: Function) => string | undefined;
  readonly createEngine: (options: { readonly asked: ClusterOptions; readonly connect: (job: JobId) => Promise<ClusterAddress>; readonly onEnded: (reason: string) => void }) => Engine;
  readonly link: Pick<FrontLink, "ask">;
  readonly folder: string;
  readonly executions: Executions;
  readonly pipe: Pick<OutputPipe, "output" | "lastExecution">;
  readonly uncut: Uncut;
  readonly ask: (prompt: string, password: boolean) => Promise<string>;
  readonly bundleOf: (value: unknown) => MimeBundle | Promise<MimeBundle>;
  readonly comms: CommPort;
  readonly ui: UiPort;
  /** The head is told what has happened up to now. */
  readonly reportNow: () => void;
}

export class SessionHost implements RayHost {
  readonly codec: ValueCodec;
  readonly shipper: CodeShipper;
  readonly comms: CommPort;
  readonly ui: UiPort;
  readonly #parts: SessionHostParts;
  #engine: UncutEngine | undefined;

  constructor(parts: SessionHostParts) {
    this.#parts = parts;
    this.codec = parts.codec;
    this.shipper = parts.shipper;
    this.comms = parts.comms;
    this.ui = parts.ui;
  }

  readonly folder = (): string => this.#parts.folder;

  engine(): Engine {
    return this.#engine ?? this.start({});
  }

  currentEngine(): Engine | undefined {
    return this.#engine;
  }

  start(options: ClusterOptions): Engine {
    const address = addressToJoin(options, process.env);
    const { uncut, executions, createEngine } = this.#parts;
    uncut.enterRuntime();
    try {
      // the engine's sockets and timers outlive the cell that first needs them
      return executions.exit(() => {
        // when the cluster is gone the next remote call wants another
        const onEnded = (): void => { if (this.#engine === engine) this.#engine = undefined; };
        const engine = new UncutEngine(createEngine({ asked: options, connect: (job) => this.#askForCluster(address === undefined ? ownCluster(options) : { ...options, address }, job), onEnded }), uncut);
        this.#engine = engine;
        return engine;
      });
    } finally {
      uncut.leaveRuntime();
    }
  }

  async shutdown(): Promise<void> {
    const engine = this.#engine;
    this.#engine = undefined;
    if (engine === undefined) return;
    await engine.close();
    await this.#parts.link.ask({ type: "cluster-unwanted" });
  }

  registerRefs(hooks: RefHooks): void {
    this.#parts.registerRefs(hooks);
  }

  taskContext(): undefined {
    return undefined;
  }

  origin(): string | undefined {
    return this.#parts.executions.receiving?.name;
  }

  unitName(code: Function): string | undefined {
    return this.#parts.unitName(code);
  }

  clearOutput(wait: boolean): void {
    const { executions, pipe } = this.#parts;
    pipe.output(executions.receiving?.id ?? pipe.lastExecution, { type: "clear", wait });
  }

  bundleOf(value: unknown): MimeBundle | Promise<MimeBundle> {
    return this.#parts.bundleOf(value);
  }

  ask(prompt: string, password: boolean): Promise<string> {
    return this.#parts.ask(prompt, password);
  }

  display(data: Record<string, unknown>, options: { readonly displayId?: string; readonly update?: boolean }): void {
    const { executions, pipe } = this.#parts;
    const { displayId, update = false } = options;
    pipe.output(executions.receiving?.id ?? pipe.lastExecution, { type: "display", data, metadata: {}, update, ...(displayId === undefined ? {} : { displayId }) });
  }

  displayView(view: ViewDescriptor, snapshot: readonly EngineEvent[], { displayId }: { readonly displayId: string }): void {
    const { executions, pipe, uncut } = this.#parts;
    pipe.output(executions.receiving?.id ?? pipe.lastExecution, { type: "view", view, snapshot, displayId, isResult: false });
    // a loop may follow: the head is told now of what the view shows
    uncut.enterRuntime();
    try {
      this.#parts.reportNow();
    } finally {
      uncut.leaveRuntime();
    }
  }

  async #askForCluster(options: ClusterOptions, job: JobId): Promise<ClusterAddress> {
    const answer = await this.#parts.link.ask({ type: "cluster-wanted", options, job });
    if (answer.type !== "cluster") throw new RayError(`The front answered the wish for a cluster with "${answer.type}"`);
    if ("error" in answer.cluster) throw new RayError(answer.cluster.error);
    return answer.cluster;
  }
}

/** `address: "local"` says no more than that it is one's own. */
function ownCluster({ address: _, ...options }: ClusterOptions): ClusterOptions {
  return options;
}
