/**
 * What the public face needs from the process that it lives in. A session, a worker and a plain script each give one;
 * `api/` knows no engine, no compiler and no socket.
 */
import type { Engine, TaskContext } from "../engine/engine.ts";
import type { Placement } from "../engine/placement.ts";
import type { EngineEvent } from "../engine/events.ts";
import type { CodeShipper, RefHooks, ValueCodec } from "../serialize/codec.ts";
import type { CommMessage, UiControl, UiValue, ViewDescriptor } from "../session/output.ts";
import type { ClusterOptions } from "../session/session-protocol.ts";

export interface RayHost {
  /** Worker: ends the actor whose method runs here. Absent elsewhere. */
  exitActor?(): never;
  /** Worker: the place in a placement group of the code that runs, where that captures what it submits. Absent elsewhere. */
  capturing?(): Placement | undefined;
  /** The engine, made and started if there is none. Synchronous: an engine takes work before it is connected. */
  engine(): Engine;
  /** The engine if `ray.init` or a remote call made one, else undefined. */
  currentEngine(): Engine | undefined;
  /** Starts an engine with these options; called only when there is none. */
  start(options: ClusterOptions): Engine;
  /** Ends the engine and the cluster that belongs to this front or script. */
  shutdown(): Promise<void>;

  /** Where relative paths in options begin: from there imports resolve too. */
  folder(): string;

  readonly codec: ValueCodec;
  readonly shipper: CodeShipper;
  /** Called once by `createRay` with the face's side of refs and handles. */
  registerRefs(hooks: RefHooks): void;
  /** Called once by `createRay`: how the face's own objects, met in a value, are rebuilt here. A host that sets them on its shipper itself needs none. */
  registerRevivers?(revivers: Readonly<Record<string, (...args: unknown[]) => unknown>>): void;

  /** What `ray.getRuntimeContext()` reports inside a task or actor call, else undefined (a driver). */
  taskContext(): TaskContext | undefined;
  /** The cell or file that runs now: `In[3]`. */
  origin(): string | undefined;
  /** For a function without a name of its own: the name that the compiler saw it bound to, else `In[3]#0`; undefined outside cells. */
  unitName(code: Function): string | undefined;
  /** Shows rich output where there is a place for it; a script prints the text. */
  display(data: Record<string, unknown>, options: { readonly displayId?: string; readonly update?: boolean }): void;
  /** Takes away what the running cell has put out; a host whose output stays as it is has none. */
  clearOutput?(wait: boolean): void;
  /** A value as it is shown, by MIME type; without this method it is its text, or what `[Symbol.for("Jupyter.display")]()` gives. */
  bundleOf?(value: unknown): Readonly<Record<string, unknown>> | Promise<Readonly<Record<string, unknown>>>;
  /** Asks the user and gives the answer; a host where nobody can be asked has none. */
  ask?(prompt: string, password: boolean): Promise<string>;
  /** Shows a live view, where there is a front that draws one; without this method `display` gets the value's text. */
  displayView?(view: ViewDescriptor, snapshot: readonly EngineEvent[], options: { readonly displayId: string; readonly update: boolean }): void;
  /** The notebook's page, where there is one. */
  readonly comms?: CommPort | undefined;
  /** Who draws controls, where somebody does. */
  readonly ui?: UiPort | undefined;
  /** A script draws the bar of `ray.progress` itself. */
  drawProgress?(view: ProgressView, snapshot: readonly EngineEvent[]): void;
}

/** Comms as the session's front carries them. */
export interface CommPort {
  post(message: CommMessage): void;
  /** What a client opens for this target is to come, or no longer. */
  take(target: string, isTaken: boolean): void;
  /** Called once: `heard` gets what clients say. */
  hear(heard: (message: CommMessage) => void): void;
}

/** Controls as the session's front keeps them. */
export interface UiPort {
  /** They are new, or have changed. */
  put(controls: readonly UiControl[]): void;
  /** Numbers for a chart. */
  push(id: string, values: readonly number[]): void;
  /** Called once: `touched` hears what somebody did with which control. */
  hear(touched: (id: string, value: UiValue) => unknown): void;
}

export type ProgressView = Extract<ViewDescriptor, { kind: "progress" }>;
