/**
 * The session's `ray`, put together: how values and code are sent, the host that `ray` stands on, and the engine behind it.
 */
import { parseSync } from "oxc-parser";
import { exceptions } from "../api/exceptions.ts";
import { ObjectRef } from "../api/object-ref.ts";
import { createRay, RAY_GLOBAL, revivers } from "../api/ray.ts";
import { isShownIn } from "../api/shown.ts";
import { createTslab } from "../api/tslab.ts";
import { holdsCluster, viewOf } from "../api/view-of.ts";
import type { StackMapper } from "../compile/stack-map.ts";
import { isRayError } from "../errors.ts";
import { newProcessName, type JobId } from "../ids.ts";
import { jobEnv, printsWanted } from "../local/engine-options.ts";
import { LocalEngine } from "../local/local-engine.ts";
import type { Importer } from "../modules/importer.ts";
import type { Encoded } from "../engine/engine.ts";
import type { RefHooks, ValueCodec } from "../serialize/codec.ts";
import { encodeSystemError } from "../serialize/encode-error.ts";
import { preview } from "../serialize/preview.ts";
import type { CodeRegistry } from "../ship/code-registry.ts";
import { createShipper } from "../ship/create-shipper.ts";
import type { ModuleBook } from "../ship/module-book.ts";
import { SessionComms } from "./comm-port.ts";
import type { Execution, Executions } from "./execution.ts";
import type { FrontLink } from "./front-link.ts";
import type { Interrupts } from "./interrupts.ts";
import type { CommMessage, MimeBundle, UiValue } from "./output.ts";
import type { OutputPipe } from "./output-pipe.ts";
import type { PresentContext } from "./present.ts";
import { SessionHost } from "./ray-host.ts";
import type { CellScope } from "./scope.ts";
import { SessionUi } from "./ui-port.ts";
import { uncutCodec, uncutShipper } from "./uncut-engine.ts";

/** First byte of a value that is a graph of nodes (serialize/codec.ts). */
const GRAPH_TAG = 2;
const LARGEST_PREVIEWED_BYTES = 64 * 1024;

export interface RayFaceParts {
  readonly link: FrontLink;
  readonly executions: Executions;
  readonly pipe: OutputPipe;
  readonly interrupts: Interrupts;
  readonly scope: CellScope;
  readonly stacks: StackMapper;
  readonly importer: () => Importer;
  /** Where cells import from. */
  readonly folder: string;
  /** How a value is shown. */
  readonly bundleOf: (value: unknown) => MimeBundle | Promise<MimeBundle>;
  /** Asks the user. */
  readonly ask: (prompt: string, password: boolean) => Promise<string>;
  /** Shown to the user. */
  readonly notice: (text: string) => void;
}

export interface RayFace {
  /** What `import … from "ray-ts"` gives. */
  readonly exports: Readonly<Record<string, unknown>>;
  /** What `import … from "tslab"` gives. */
  readonly tslab: Readonly<Record<string, unknown>>;
  readonly registry: CodeRegistry;
  readonly modules: ModuleBook;
  readonly viewOf: PresentContext["viewOf"];
  readonly isShown: PresentContext["isShown"];
  /** The value keeps something of the cluster alive. */
  readonly holdsCluster: (value: unknown) => boolean;
  /** The head is told what has happened up to now, so that the front can show it with the cell. */
  readonly reportNow: () => void;
  /** What the code of cells does about a client's message on a comm. */
  readonly hearComm: (message: CommMessage) => void;
  /** What the code of cells does about a control that somebody touched. */
  readonly hearControl: (id: string, value: UiValue) => void;
  /** Cancels what an interrupted cell submitted and has not ended. */
  readonly cancelWork: (execution: Execution) => void;
}

export function startRay(parts: RayFaceParts): RayFace {
  const { link, executions, pipe, interrupts, scope, stacks, importer, notice } = parts;
  const comms = new SessionComms({ executions, pipe, uncut: interrupts });
  const ui = new SessionUi({ executions, pipe, uncut: interrupts });
  let refs: RefHooks | undefined;
  let engine: LocalEngine | undefined;
  const shipper = createShipper({
    scope: scope.names,
    runtime: {
      guard: interrupts.guard,
      interrupted: () => interrupts.interrupted(),
      assignToConstant: scope.assignToConstant,
      import: (specifier, options) => importer().import(specifier, options),
      require: (specifier) => importer().require(specifier),
      get meta() { return importer().meta; },
    },
    importModule: (specifier, from, attributes) => importer().importFrom(specifier, from, attributes),
    originOf: (loaded) => importer().originOf(loaded),
    refs: () => refs,
    stacks,
    warn: notice,
    parse: parseSync,
  });
  const reportNow = (): void => engine?.reporter.flush();
  const host = new SessionHost({
    codec: uncutCodec(shipper.codec, interrupts),
    shipper: uncutShipper(shipper, interrupts),
    registerRefs: (hooks) => { refs = hooks; },
    unitName: (code) => shipper.registry.unitName(code),
    createEngine: ({ asked, connect, onEnded }) => {
      const name = newProcessName("driver");
      engine = new LocalEngine({
        kind: "driver",
        process: name,
        job: () => name as string as JobId,
        folder: () => parts.folder,
        connect: () => connect(name as string as JobId),
        onEnded,
        runtimeEnv: jobEnv(asked),
        prints: printsWanted(asked),
        encodeError: (error) => encodeSystemError(shipper.codec, error),
        decode: (value) => shipper.codec.decode(value),
        preview: (value) => previewEncoded(shipper.codec, value),
        notice,
        submitter: () => executions.causing,
      });
      return engine;
    },
    link,
    folder: parts.folder,
    executions,
    pipe,
    uncut: interrupts,
    ask: parts.ask,
    bundleOf: parts.bundleOf,
    comms,
    ui,
    reportNow,
  });
  const ray = createRay(host);
  shipper.singletons.set("ray", ray);
  shipper.singletons.setRevivers(revivers(ray) as never);
  // a copy of the package that a module brings along gives this one too
  (globalThis as { [RAY_GLOBAL]?: unknown })[RAY_GLOBAL] = ray;
  return {
    exports: { default: ray, ray, ObjectRef, ...exceptions, isRayError },
    tslab: createTslab(host),
    registry: shipper.registry,
    modules: shipper.book,
    viewOf: (value) => viewOf(value, preview),
    holdsCluster,
    isShown: (value) => isShownIn(value, executions.receiving?.name),
    hearComm: (message) => comms.receive(message),
    hearControl: (id, value) => ui.touched(id, value),
    reportNow,
    cancelWork: (execution) => engine?.cancelling.cancelSubmitted((submitter) => submitter === execution, "its cell was interrupted", { force: false, recursive: true }),
  };
}

/** Values that decode without running code or counting refs: what is a graph of classes and refs has no preview. */
function previewEncoded(codec: ValueCodec, value: Encoded): string | undefined {
  if (value.head[0] === GRAPH_TAG || value.head.length > LARGEST_PREVIEWED_BYTES) return undefined;
  return preview(codec.decode(value));
}
