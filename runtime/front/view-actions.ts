/**
 * What whoever looks at a view has done: cancelling, killing, calling an actor. It goes from the front straight to the cluster, so
 * that it works while a cell is busy; the front joins as a process of its own when that is first wanted. Only what the view shows
 * can be meant: a page may ask for anything.
 */
import type { Engine, Resolved } from "../engine/engine.ts";
import type { ActorId, JobId, ObjectId } from "../ids.ts";
import { LocalEngine } from "../local/local-engine.ts";
import { createCodec } from "../serialize/create-codec.ts";
import { encodeSystemError } from "../serialize/encode-error.ts";
import { failureText } from "../serialize/failure-text.ts";
import { preview } from "../serialize/preview.ts";
import type { UiValue, ViewDescriptor } from "../session/output.ts";
import type { ClusterAddress } from "../session/session-protocol.ts";
import { isRefOver } from "../views/object-refs-view.ts";
import { subjectOfControl } from "../views/render-view.ts";
import { touched } from "../views/ui-state.ts";
import type { ViewAct } from "../views/view-node.ts";
import type { LiveView, LiveViews } from "./live-views.ts";

export interface ActingCluster {
  readonly address: ClusterAddress;
  /** What prints of the work that this starts are known by. */
  readonly job: string;
}

export interface ViewActionsParts {
  readonly views: LiveViews;
  /** Tells the session that a control was touched. */
  readonly touch: (control: string, value: UiValue, cell: number) => Promise<void>;
  /** The cluster there is. */
  readonly cluster: () => Promise<ActingCluster | undefined>;
}

interface Actor {
  readonly actor: string;
  readonly className: string;
  readonly methods: readonly string[];
}

export class ViewActions {
  readonly #parts: ViewActionsParts;
  readonly #codec = createCodec();
  #joined: { readonly clusterId: string; readonly engine: LocalEngine } | undefined;

  constructor(parts: ViewActionsParts) {
    this.#parts = parts;
  }

  /** Resolves with what came of it, in words. `origin`: the cell of the view. */
  async act(live: LiveView, act: unknown, origin: string): Promise<string> {
    const { view } = live;
    const wanted = readAct(act);
    switch (wanted?.do) {
      case "control": return this.#touch(live, wanted.id, wanted.value, origin);
      case "cancel": return this.#cancel(shownRefs(view).filter((ref) => wanted.refs.includes(ref)));
      case "cancel-rest": return this.#cancel(shownRefs(view).filter((ref) => !isRefOver(this.#parts.views.state, ref)));
      case "kill":
        if (view.kind !== "actor" || view.actor !== wanted.actor) break;
        await (await this.#engine()).killActor(wanted.actor as ActorId, { noRestart: true });
        return "killed";
      case "call":
        if (view.kind !== "actor" || view.actor !== wanted.actor || view.methods?.includes(wanted.method) !== true) break;
        return this.call({ ...view, methods: view.methods }, wanted.method, wanted.args, origin);
    }
    throw new Error("This view shows nothing to do that with");
  }

  /** Calls a method and gives its result in a line. */
  async call({ actor, className, methods }: Actor, method: string, args: readonly unknown[], origin: string): Promise<string> {
    const engine = await this.#engine();
    const encoded = { value: this.#codec.encodeArgs(args, `the arguments of ${className}.${method}`), topLevelRefs: [] };
    const { ids } = engine.callActor({ actor: actor as ActorId, className, methods }, method, encoded, { numReturns: 1, origin });
    const [ref] = ids as [ObjectId];
    try {
      const resolved = await new Promise<Resolved | undefined>((resolve) => void engine.whenReady([ref], () => resolve(engine.peek(ref))));
      if (resolved === undefined) throw new Error("its result is gone");
      if (resolved.error) throw new Error(failureText(resolved.value) ?? "it failed");
      return `→ ${this.#previewOf(resolved)}`;
    } finally {
      engine.release(ref);
    }
  }

  async #touch({ view, subjects, cell }: LiveView, id: string, value: unknown, origin: string): Promise<string> {
    const { views, touch } = this.#parts;
    const done = view.kind === "ui" && subjects.includes(subjectOfControl(id)) && !views.state.uiEnded.has(id) ? touched(views.state.ui.get(id), value) : undefined;
    if (done === undefined) throw new Error("That control cannot be set to that");
    const { control } = done;
    views.applyUi({ type: "ui", controls: [control] });
    const bound = "bound" in control ? control.bound : undefined;
    if (bound === undefined) {
      await touch(id, done.value, cell);
      return "";
    }
    const result = await this.call({ ...bound, methods: [bound.method] }, bound.method, done.value === null ? [] : [done.value], origin);
    return control.control === "button" && result !== "→ undefined" ? result : "";
  }

  close(): Promise<void> {
    const engine = this.#joined?.engine;
    this.#joined = undefined;
    return engine?.close() ?? Promise.resolve();
  }

  async #cancel(refs: readonly string[]): Promise<string> {
    const engine = await this.#engine();
    for (const ref of refs) engine.cancel(ref as ObjectId, { force: false, recursive: true });
    return refs.length === 0 ? "nothing was left to cancel" : "cancelled";
  }

  #previewOf({ value }: Resolved): string {
    try {
      const decoded = this.#codec.decode(value);
      return decoded instanceof Promise ? "a value of a module" : preview(decoded);
    } catch {
      return "a value that only the session can read"; // of its classes, which are not here
    }
  }

  async #engine(): Promise<Engine> {
    const cluster = await this.#parts.cluster();
    if (cluster === undefined) throw new Error("The cluster has ended");
    const { address, job } = cluster;
    if (this.#joined?.clusterId !== address.clusterId) {
      await this.close();
      const engine: LocalEngine = new LocalEngine({
        kind: "front",
        job: () => job as JobId,
        namespace: () => address.namespace,
        folder: () => undefined,
        connect: () => Promise.resolve(address),
        encodeError: (error) => encodeSystemError(this.#codec, error),
        decode: (value) => this.#codec.decode(value),
        preview: () => undefined,
        notice: () => undefined, // of leases and stores, which it has none of
        onEnded: () => { if (this.#joined?.engine === engine) this.#joined = undefined; },
      });
      this.#joined = { clusterId: address.clusterId, engine };
    }
    const { engine } = this.#joined as { readonly engine: LocalEngine };
    await engine.connect();
    return engine;
  }
}

const shownRefs = (view: ViewDescriptor): readonly string[] => ("refs" in view ? view.refs : []);

function readAct(act: unknown): ViewAct | undefined {
  if (typeof act !== "object" || act === null) return undefined;
  const { do: what, refs, actor, method, args, id, value } = act as Readonly<Record<string, unknown>>;
  switch (what) {
    case "cancel": return Array.isArray(refs) && refs.every((ref) => typeof ref === "string") ? { do: "cancel", refs } : undefined;
    case "cancel-rest": return { do: "cancel-rest" };
    case "kill": return typeof actor === "string" ? { do: "kill", actor } : undefined;
    case "call": return typeof actor === "string" && typeof method === "string" && Array.isArray(args) ? { do: "call", actor, method, args } : undefined;
    case "control": return typeof id === "string" ? { do: "control", id, value } : undefined;
    default: return undefined;
  }
}
