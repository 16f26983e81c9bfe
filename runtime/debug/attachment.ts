/**
 * A connection to one session's inspector: what V8 tells of it, turned into stops for the user. It owns the stop that there is and the
 * step that is under way.
 *
 * Invariants
 * - A1 What references and frames stand for goes when the session goes on.
 * - A2 A stop that is not the user's (a script that begins, a step between two places of one line) is never told.
 */
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { Breakpoints } from "./breakpoints.ts";
import type { CellPaths } from "./cell-path.ts";
import { evaluateIn } from "./evaluation.ts";
import { type ExceptionFilter, isWanted } from "./exceptions.ts";
import type { OpenInspector } from "./inspector.ts";
import { InspectorClient } from "./inspector-client.ts";
import { type RemoteObject, textOf } from "./remote-object.ts";
import { type ParsedScript, Scripts } from "./scripts.ts";
import { type AsyncStackTrace, type CallFrame, Stack, type UserFrame } from "./stack.ts";
import { afterStep, beginStep, type Decision, type Step, type StepKind } from "./stepping.ts";
import { Variables } from "./variables.ts";

/** What outlives a session. */
export interface Kept {
  readonly paths: CellPaths;
  /** Texts by path. */
  readonly texts: Map<string, string>;
  /** Lines of breakpoints by path. */
  readonly wanted: Map<string, readonly number[]>;
  filters: readonly ExceptionFilter[];
}

export interface AttachmentEvents {
  readonly onStopped: (reason: string, text: string | undefined) => void;
  readonly onContinued: () => void;
  /** A fresh session has taken the place of this one. */
  readonly onSession: () => Promise<void>;
  readonly log: (text: string) => void;
}

interface PausedParams {
  readonly callFrames: readonly CallFrame[];
  readonly reason: string;
  readonly data?: { readonly scriptId?: string; readonly className?: string; readonly reasons?: readonly { readonly reason: string }[] };
  readonly hitBreakpoints?: readonly string[];
  readonly asyncStackTrace?: AsyncStackTrace;
}

const STEPS: Readonly<Record<StepKind, string>> = { next: "Debugger.stepOver", stepIn: "Debugger.stepInto", stepOut: "Debugger.stepOut" };
/** Async frames that are remembered. */
const ASYNC_DEPTH = 16;
/** The folder of the built programs, the session's among them. */
const OWN_FOLDER = dirname(fileURLToPath(import.meta.url));

export class Attachment {
  readonly inspector: InspectorClient;
  readonly scripts: Scripts;
  readonly breakpoints: Breakpoints;
  readonly variables: Variables;
  readonly #kept: Kept;
  readonly #events: AttachmentEvents;
  #stopped: Stack | undefined;
  #step: Step | undefined;
  #begun: Promise<void> | undefined;
  #pauses = 0;

  constructor(openInspector: OpenInspector, kept: Kept, events: AttachmentEvents) {
    this.#kept = kept;
    this.#events = events;
    this.inspector = new InspectorClient({
      open: openInspector,
      onEvent: (method, params) => {
        if (method === "Debugger.scriptParsed") this.scripts.parsed(params as ParsedScript);
        else if (method === "Debugger.paused") this.#paused(params as PausedParams).catch((error: unknown) => events.log(`the debugger cannot handle a stop: ${String(error)}`));
      },
      onSession: events.onSession,
    });
    this.scripts = new Scripts(this.inspector, kept.paths, OWN_FOLDER, kept.texts);
    this.breakpoints = new Breakpoints(this.inspector, this.scripts, kept.wanted);
    this.variables = new Variables(this.inspector);
  }

  get stopped(): Stack | undefined {
    return this.#stopped;
  }

  /** From here on V8 stops where it should. */
  begin(): Promise<void> {
    return (this.#begun ??= this.#begin());
  }

  async #begin(): Promise<void> {
    const { inspector } = this;
    await inspector.ask("Runtime.enable");
    await inspector.ask("Debugger.enable");
    await inspector.ask("Debugger.setAsyncCallStackDepth", { maxDepth: ASYNC_DEPTH });
    await inspector.ask("Debugger.setBlackboxPatterns", { patterns: [OWN_FOLDER.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"), "^evalmachine\\."] });
    await inspector.ask("Debugger.setInstrumentationBreakpoint", { instrumentation: "beforeScriptWithSourceMapExecution" });
    await this.pauseOnExceptions();
    for (const script of await this.scripts.all()) await this.breakpoints.setIn(script);
  }

  async pauseOnExceptions(): Promise<void> {
    await this.inspector.ask("Debugger.setPauseOnExceptions", { state: this.#kept.filters.length === 0 ? "none" : "all" });
  }

  async resume(): Promise<void> {
    this.#step = undefined;
    this.#goOn();
    await this.inspector.ask("Debugger.resume");
  }

  async step(kind: StepKind, from: Stack): Promise<void> {
    this.#step = beginStep(kind, from);
    this.#goOn();
    await this.inspector.ask(STEPS[kind]);
  }

  /** Nothing is to stop the session while an interrupt ends its cells. */
  skipStops(isSkipping: boolean): void {
    // it may have no session any more, or not be stopped: then there is nothing to do
    const tell = (method: string, params: object): void => void this.inspector.ask(method, params).catch(() => undefined);
    tell("Debugger.setSkipAllPauses", { skip: isSkipping });
    if (!isSkipping) return;
    this.#step = undefined;
    this.#goOn();
    tell("Debugger.resume", {});
  }

  /** In a frame, else in the session. */
  evaluate(expression: string, frame: UserFrame | undefined): Promise<RemoteObject> {
    return evaluateIn(this.inspector, this.variables, expression, frame, this.#stopped !== undefined);
  }

  end(): void {
    this.#step = undefined;
    this.#goOn();
    this.inspector.close();
  }

  async #paused(params: PausedParams): Promise<void> {
    const { inspector, scripts } = this;
    const step = this.#step;
    const isScriptsBegin = params.reason === "instrumentation" || params.data?.reasons?.some(({ reason }) => reason === "instrumentation") === true;
    if (isScriptsBegin) {
      const script = await scripts.get(params.data?.scriptId ?? params.callFrames[0]?.location.scriptId ?? "");
      if (script !== undefined) await this.breakpoints.setIn(script);
      return void (await inspector.ask(step === undefined ? "Debugger.resume" : STEPS.stepOut));
    }
    const stack = await Stack.read(params.callFrames, params.asyncStackTrace, scripts, ++this.#pauses * 1000);
    const [decision, reason] = this.#decide(params, stack);
    if (decision === "stop") return this.#stop(stack, reason, params);
    if (decision === "resume") this.#step = undefined;
    else if (step !== undefined) this.#step = { ...step, taken: step.taken + 1 };
    await inspector.ask(decision === "resume" ? "Debugger.resume" : STEPS[decision]);
  }

  #decide({ reason, data, hitBreakpoints = [] }: PausedParams, stack: Stack): [decision: Decision, reason: string] {
    const step = this.#step;
    if (reason === "exception" || reason === "promiseRejection") {
      if (isWanted(this.#kept.filters, data?.className, stack, this.scripts)) return ["stop", "exception"];
      // a step that was under way goes on to wherever the error is caught
      return [step === undefined ? "resume" : step.kind, "step"];
    }
    if (hitBreakpoints.length > 0) return ["stop", "breakpoint"];
    if (step !== undefined) return [afterStep(step, stack), "step"];
    // `debugger;`, or a pause that was asked for
    if (stack.onTop === "text") return ["stop", reason === "other" ? "breakpoint" : "pause"];
    return [stack.depth === 0 ? "resume" : "stepOut", "pause"];
  }

  #stop(stack: Stack, reason: string, { data }: PausedParams): void {
    this.#step = undefined;
    this.#stopped = stack;
    this.#events.onStopped(reason, reason === "exception" && data !== undefined ? textOf(data as RemoteObject) : undefined);
  }

  /** A1. */
  #goOn(): void {
    if (this.#stopped === undefined) return;
    this.#stopped = undefined;
    this.variables.clear();
    this.#events.onContinued();
  }
}
