/**
 * A debug adapter for sessions: the Debug Adapter Protocol with Jupyter's additions on the one side, V8's inspector on the other. It
 * runs in the front, so it answers whatever the session does. Breakpoints and texts outlive a session: when a fresh one takes its
 * place they are set again.
 */
import { CellPaths, HASH_METHOD, HASH_SEED } from "./cell-path.ts";
import { Attachment, type AttachmentEvents, type Kept } from "./attachment.ts";
import { type Arguments, type Body, type DapEvent, type DapResponse, THREAD, type Variable } from "./dap.ts";
import { EXCEPTION_FILTERS } from "./exceptions.ts";
import type { OpenInspector } from "./inspector.ts";
import { argumentOf, type RemoteObject, textOf, typeOf } from "./remote-object.ts";
import { askAid, askAidForObject, tellAid } from "./session-aid.ts";
import { scope, scopesOf, type Stack, type UserFrame } from "./stack.ts";
import type { StepKind } from "./stepping.ts";

export interface DebuggerOptions {
  readonly openInspector: OpenInspector;
  readonly onEvent: (event: DapEvent) => void;
  /** Before the hash in the paths of cells. */
  readonly cellPrefix: string;
  readonly log: (text: string) => void;
}

class RequestError extends Error {
  override readonly name = "RequestError";
}

type Command = (debug: Debugger, args: Arguments) => Body | void | Promise<Body | void>;

const CAPABILITIES = {
  supportsConfigurationDoneRequest: true,
  supportsEvaluateForHovers: true,
  exceptionBreakpointFilters: EXCEPTION_FILTERS,
};

/** Front ends ask about a stop that is over by then, and read the list without looking at `success`. */
const EMPTY: Readonly<Record<string, Body>> = {
  stackTrace: { stackFrames: [], totalFrames: 0 },
  scopes: { scopes: [] },
  variables: { variables: [] },
  inspectVariables: { variables: [] },
  setBreakpoints: { breakpoints: [] },
};

const NAME = /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u;

export class Debugger {
  readonly #options: DebuggerOptions;
  readonly #kept: Kept;
  #attached: Attachment | undefined;
  #isStarted = false;
  #showsTypesAlone = false;
  /** Since an interrupt, until its cells have ended. */
  #isSkipping = false;
  #sequence = 0;

  constructor(options: DebuggerOptions) {
    this.#options = options;
    this.#kept = { paths: new CellPaths(options.cellPrefix), texts: new Map(), wanted: new Map(), filters: [] };
  }

  /** Answers a request: every one has a response, also what is no request at all. */
  async handle(request: Arguments): Promise<DapResponse> {
    const command = typeof request["command"] === "string" ? request["command"] : "";
    const request_seq = Number.isInteger(request["seq"]) ? (request["seq"] as number) : 0;
    const response = { type: "response", seq: ++this.#sequence, request_seq, command } as const;
    try {
      const run = Object.hasOwn(commands, command) ? commands[command] : undefined;
      if (run === undefined) throw new RequestError(`the debugger knows no request ${JSON.stringify(command)}`);
      const given = request["arguments"];
      const body = await run(this, typeof given === "object" && given !== null ? (given as Arguments) : {});
      return { ...response, success: true, ...(body ? { body } : {}) };
    } catch (error) {
      return { ...response, success: false, message: (error as Error).message, body: EMPTY[command] ?? {} };
    }
  }

  /** An interrupt was asked for: the session is not to be stopped again before its cells have ended. */
  interrupted(): void {
    if (this.#attached === undefined) return;
    this.#isSkipping = true;
    this.#attached.skipStops(true);
  }

  /** No cell runs any more. */
  cellsEnded(): void {
    if (!this.#isSkipping) return;
    this.#isSkipping = false;
    this.#attached?.skipStops(false);
  }

  debugInfo(): Body {
    const { paths, wanted } = this.#kept;
    return {
      isStarted: this.#isStarted,
      hashMethod: HASH_METHOD,
      hashSeed: HASH_SEED,
      tmpFilePrefix: paths.prefix,
      tmpFileSuffix: paths.suffix,
      breakpoints: [...wanted].map(([source, lines]) => ({ source, breakpoints: lines.map((line) => ({ line })) })),
      stoppedThreads: this.#attached?.stopped === undefined ? [] : [THREAD.id],
      richRendering: true,
      exceptionPaths: [],
      copyToGlobals: true,
    };
  }

  initialize({ clientID }: Arguments): Body {
    this.#isStarted = true;
    // its tree shows the type in place of the value, unless it is one of Python's numbers and strings
    this.#showsTypesAlone = clientID === "jupyterlab";
    return CAPABILITIES;
  }

  async attach(): Promise<void> {
    if (!this.#isStarted) throw new RequestError("initialize comes first");
    await this.#attach();
    this.#send("initialized");
  }

  disconnect(): void {
    const attached = this.#attached;
    this.#attached = undefined;
    this.#isStarted = false;
    this.#kept.wanted.clear();
    this.#kept.filters = [];
    attached?.end();
  }

  async setBreakpoints(args: Arguments): Promise<Body> {
    const path = pathOf(args);
    const asked = Array.isArray(args["breakpoints"]) ? (args["breakpoints"] as ({ line?: unknown } | null)[]).map((each) => each?.line) : args["lines"];
    const lines = Array.isArray(asked) ? asked.filter((line): line is number => Number.isInteger(line)) : [];
    return { breakpoints: await this.#connected().breakpoints.replace(path, lines) };
  }

  async setExceptionBreakpoints({ filters }: Arguments): Promise<Body> {
    const attached = this.#connected();
    this.#kept.filters = EXCEPTION_FILTERS.map(({ filter }) => filter).filter((filter) => Array.isArray(filters) && filters.includes(filter));
    await attached.pauseOnExceptions();
    return { breakpoints: this.#kept.filters.map(() => ({ verified: true })) };
  }

  dumpCell({ code }: Arguments): Body {
    if (typeof code !== "string") throw new RequestError("code is no string");
    const { paths, texts } = this.#kept;
    const sourcePath = paths.of(code);
    texts.set(sourcePath, code);
    return { sourcePath };
  }

  source(args: Arguments): Body {
    const path = pathOf(args);
    const content = this.#kept.texts.get(path);
    if (content === undefined) throw new RequestError(`there is no source ${path}: it has neither run nor been dumped`);
    return { content, mimeType: "application/typescript" };
  }

  /** Files of the user's that are loaded: Jupyter's "kernel sources". */
  async modules(): Promise<Body> {
    const files = (await this.#attached?.scripts.files()) ?? [];
    return { modules: files.map(({ name, path }, id) => ({ id, name, path })), totalModules: files.length };
  }

  stackTrace({ startFrame, levels }: Arguments): Body {
    const { frames } = this.#stop();
    const from = Number(startFrame) || 0;
    const shown = frames.slice(from, Number(levels) > 0 ? from + Number(levels) : undefined);
    return { stackFrames: shown.map((frame) => frame.shown), totalFrames: frames.length };
  }

  async scopes({ frameId }: Arguments): Promise<Body> {
    const { variables, inspector } = this.#connected();
    const frame = this.#frame(frameId);
    const globals = scope("Globals", variables.ofScopes([await askAidForObject(inspector, "variables")]));
    if (frame.call === undefined) return { scopes: [globals] };
    const { locals, closure } = scopesOf(frame);
    // a cell's own variables are the notebook's; to who reads the cell they are its locals
    const declared = frame.isCell ? await askAid<string>(inspector, "declaredBy", frame.script.cell) : "[]";
    const own = frame.isCell ? [await askAidForObject(inspector, "variables", JSON.parse(declared))] : [];
    const self = frame.call.this.type === "undefined" ? [] : [variables.variable("this", frame.call.this)];
    const scopes = [scope("Locals", variables.ofScopes([...locals, ...own], self))];
    if ((await variables.names(closure)).length > 0) scopes.push(scope("Closure", variables.ofScopes(closure)));
    return { scopes: [...scopes, globals] };
  }

  async variables({ variablesReference, start, count }: Arguments): Promise<Body> {
    const members = await this.#connected().variables.members(Number(variablesReference), Number(start) || 0, Number(count) > 0 ? Number(count) : undefined);
    if (members === undefined) throw new RequestError(`there are no variables ${JSON.stringify(variablesReference)}: the session has gone on since`);
    return { variables: members };
  }

  inspectVariables(): Promise<Body> {
    return this.#whileConnected(async ({ variables, inspector, stopped }) => {
      if (stopped === undefined) variables.clear();
      const reference = variables.ofScopes([await askAidForObject(inspector, "variables")]);
      return { variables: (await variables.members(reference)) ?? [] };
    });
  }

  richInspectVariables({ variableName, frameId }: Arguments): Promise<Body> {
    return this.#whileConnected(async ({ inspector }) => {
      const object = await this.#evaluate(String(variableName), frameId);
      const bundle = await tellAid(inspector, "bundle", [argumentOf(object)], true);
      return { data: bundle.value as Body, metadata: {} };
    });
  }

  copyToGlobals({ srcVariableName, dstVariableName, srcFrameId }: Arguments): Promise<Body> {
    if (!NAME.test(String(dstVariableName))) throw new RequestError(`${JSON.stringify(dstVariableName)} is no name of a variable`);
    return this.#whileConnected(async ({ inspector, variables }) => {
      const object = await this.#evaluate(String(srcVariableName), srcFrameId);
      await tellAid(inspector, "define", [{ value: dstVariableName }, argumentOf(object)], true);
      const { value, type = typeOf(object), variablesReference } = variables.variable(String(dstVariableName), object);
      return { value, type, variablesReference };
    });
  }

  async evaluate({ expression, frameId }: Arguments): Promise<Body> {
    const { variables } = this.#connected();
    const object = await this.#evaluate(String(expression), frameId);
    const { type, variablesReference, indexedVariables }: Variable = variables.variable("", object);
    return { result: textOf(object), variablesReference, ...(type === undefined ? {} : { type }), ...(indexedVariables === undefined ? {} : { indexedVariables }) };
  }

  async continue(): Promise<Body> {
    this.#stop();
    await this.#connected().resume();
    return { allThreadsContinued: true };
  }

  async pause(): Promise<void> {
    await this.#connected().inspector.ask("Debugger.pause");
  }

  async step(kind: StepKind): Promise<void> {
    await this.#connected().step(kind, this.#stop());
  }

  async #attach(): Promise<void> {
    this.#attached ??= this.#connect();
    await this.#attached.begin();
  }

  #connect(): Attachment {
    const { openInspector, log } = this.#options;
    const events: AttachmentEvents = {
      onStopped: (reason, text) => this.#send("stopped", { reason, threadId: THREAD.id, allThreadsStopped: true, ...(text === undefined ? {} : { text }) }),
      onContinued: () => this.#send("continued", { threadId: THREAD.id, allThreadsContinued: true }),
      onSession: () => this.#replaced(attached),
      log,
    };
    const attached: Attachment = new Attachment(openInspector, this.#kept, events);
    attached.variables.tellsTypes = !this.#showsTypesAlone;
    return attached;
  }

  /** A fresh session has taken the place of the one that was attached to. */
  async #replaced(attached: Attachment): Promise<void> {
    attached.end();
    this.#isSkipping = false;
    if (this.#attached !== attached) return;
    this.#attached = undefined;
    if (this.#isStarted) await this.#attach().catch((error: unknown) => this.#options.log(`the debugger cannot attach to the fresh session: ${String(error)}`));
  }

  async #evaluate(expression: string, frameId: unknown): Promise<RemoteObject> {
    const attached = this.#connected();
    const frame = attached.stopped === undefined ? undefined : frameId === undefined ? attached.stopped.top : this.#frame(frameId);
    return attached.evaluate(expression, frame);
  }

  /** Some questions are asked before a debugger is started, too. */
  async #whileConnected<T>(ask: (attached: Attachment) => Promise<T>): Promise<T> {
    if (this.#attached !== undefined) return ask(this.#attached);
    const attached = this.#connect();
    this.#attached = attached;
    try {
      return await ask(attached);
    } finally {
      if (this.#attached === attached && !this.#isStarted) {
        this.#attached = undefined;
        attached.end();
      }
    }
  }

  #connected(): Attachment {
    if (this.#attached === undefined) throw new RequestError("the debugger is not attached: initialize and attach come first");
    return this.#attached;
  }

  #stop(): Stack {
    const stopped = this.#connected().stopped;
    if (stopped === undefined) throw new RequestError("the session is not stopped");
    return stopped;
  }

  #frame(id: unknown): UserFrame {
    const frame = this.#stop().get(id);
    if (frame === undefined) throw new RequestError(`there is no frame ${JSON.stringify(id)}: the session has gone on since`);
    return frame;
  }

  #send(event: string, body?: Body): void {
    this.#options.onEvent({ type: "event", seq: ++this.#sequence, event, ...(body === undefined ? {} : { body }) });
  }
}

const commands: Readonly<Record<string, Command>> = {
  debugInfo: (debug) => debug.debugInfo(),
  initialize: (debug, args) => debug.initialize(args),
  attach: (debug) => debug.attach(),
  disconnect: (debug) => debug.disconnect(),
  terminate: (debug) => debug.disconnect(),
  configurationDone: () => undefined,
  setBreakpoints: (debug, args) => debug.setBreakpoints(args),
  setExceptionBreakpoints: (debug, args) => debug.setExceptionBreakpoints(args),
  dumpCell: (debug, args) => debug.dumpCell(args),
  source: (debug, args) => debug.source(args),
  modules: (debug) => debug.modules(),
  threads: () => ({ threads: [THREAD] }),
  stackTrace: (debug, args) => debug.stackTrace(args),
  scopes: (debug, args) => debug.scopes(args),
  variables: (debug, args) => debug.variables(args),
  inspectVariables: (debug) => debug.inspectVariables(),
  richInspectVariables: (debug, args) => debug.richInspectVariables(args),
  copyToGlobals: (debug, args) => debug.copyToGlobals(args),
  evaluate: (debug, args) => debug.evaluate(args),
  continue: (debug) => debug.continue(),
  pause: (debug) => debug.pause(),
  next: (debug) => debug.step("next"),
  stepIn: (debug) => debug.step("stepIn"),
  stepOut: (debug) => debug.step("stepOut"),
};

function pathOf({ source }: Arguments): string {
  const path = (source as { path?: unknown } | null | undefined)?.path;
  if (typeof path !== "string") throw new RequestError("source.path is no string");
  return path;
}
