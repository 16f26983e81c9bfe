/**
 * A session: answers its front's orders. Cells of one lane run one after the other, in the order of their requests; completion and
 * inspection are answered whenever the event loop turns.
 */
import { setImmediate } from "node:timers";
import { setImmediate as nextTurn } from "node:timers/promises";
import type { CompiledCell } from "../compile/compiled-cell.ts";
import { definedModule } from "../compile/defined-module.ts";
import { bundleOf } from "./bundles/bundle-of.ts";
import { complete, type CompletionRoots } from "./complete.ts";
import { describe, type DescribeRoots } from "./describe.ts";
import type { Evaluator } from "./evaluate.ts";
import { newExecution, type Execution, type Executions } from "./execution.ts";
import { formatError, type ErrorContext } from "./format-error.ts";
import type { Order } from "./front-link.ts";
import { InterruptedError, type Interrupts } from "./interrupts.ts";
import type { MagicCall } from "../magics/magic.ts";
import { magicsOf, type MagicContext } from "./magics/run-magic.ts";
import type { NameReport } from "./name-report.ts";
import type { CommMessage, Output, UiValue } from "./output.ts";
import type { OutputPipe } from "./output-pipe.ts";
import { presentResult, type PresentContext } from "./present.ts";
import type { RecentResults } from "./recent-results.ts";
import type { ExecuteReply, ExecuteRequest, SessionMessage } from "./session-protocol.ts";

export interface SessionParts {
  readonly send: (message: SessionMessage) => void;
  readonly pipe: Pick<OutputPipe, "begin" | "end" | "output">;
  readonly executions: Executions;
  readonly interrupts: Interrupts;
  readonly evaluator: Evaluator;
  readonly recent: RecentResults;
  readonly names: NameReport;
  readonly roots: CompletionRoots & DescribeRoots;
  readonly present: PresentContext;
  readonly errors: ErrorContext;
  readonly compile: (code: string, cell: string, magics?: readonly MagicCall[], written?: string) => CompiledCell;
  /** The text is a module from now on; throws when it is none. */
  readonly defineModule: (name: string, text: string) => void;
  readonly magics: MagicContext;
  /** What a cell that was interrupted has under way elsewhere ends too. */
  readonly cancelWork: (execution: Execution) => void;
  /** What the code of cells does about a client's message on a comm. */
  readonly hearComm: (message: CommMessage) => void;
  /** What it does about a control that somebody touched. */
  readonly hearControl: (id: string, value: UiValue) => void;
  /** Prints an error that no cell waits for. */
  readonly reportLate: (thrown: unknown) => void;
  /** After each cell, before its end is marked. */
  readonly cellEnded: () => void;
}

type UserExpressions = NonNullable<ExecuteReply["userExpressions"]>;

export class Session {
  readonly #parts: SessionParts;
  /** The last cell of each lane that has not ended. */
  readonly #lanes = new Map<string | undefined, Promise<void>>();
  /** Cells that run, the one that began last at the end. */
  readonly #running = new Set<number>();

  constructor(parts: SessionParts) {
    this.#parts = parts;
  }

  obey(order: Order): void {
    switch (order.type) {
      case "execute":
        return this.#enqueue(order);
      case "complete":
        return this.#parts.send({ type: "completed", id: order.id, ...complete(order.code, order.cursor, this.#parts.roots) });
      case "inspect":
        return this.#parts.send({ type: "inspected", id: order.id, ...describe(order.code, order.cursor, order.detail, this.#parts.roots) });
      case "comm":
        // one a turn of the loop: messages that came together must not overlap
        setImmediate(() => this.#callBack(order, () => this.#parts.hearComm(order.message)));
        return;
      case "ui":
        setImmediate(() => this.#callBack(order, () => this.#parts.hearControl(order.control, order.value)));
        return;
      case "ping":
        return this.#parts.send({ type: "pong" });
      case "cluster-died":
        return;
    }
  }

  #enqueue(request: ExecuteRequest): void {
    const { lane } = request;
    const ended = (this.#lanes.get(lane) ?? Promise.resolve()).then(() => this.#execute(request));
    this.#lanes.set(lane, ended);
    void ended.then(() => { if (this.#lanes.get(lane) === ended) this.#lanes.delete(lane); });
  }

  async #execute(request: ExecuteRequest): Promise<void> {
    const { executions, interrupts, pipe, cellEnded, send } = this.#parts;
    const execution = newExecution(request.id, request.name);
    this.#running.add(execution.id);
    pipe.begin(execution.id);
    const reply = await executions.run(execution, () => this.#run(execution, request));
    // what the cell left for the loop's next turn (a rejection nobody handled) is still its own output
    await executions.exit(() => nextTurn());
    cellEnded();
    pipe.end(execution.id);
    this.#running.delete(execution.id);
    const other = [...this.#running].at(-1);
    // what children print belongs to it again
    if (other !== undefined) pipe.begin(other);
    const names = this.#parts.names.changes(reply.declared ?? []);
    if (names !== undefined) send(names);
    send(reply);
    // the word may have come between the race's end and here
    interrupts.settle();
  }

  /** Runs at once, also while a cell awaits something; an interrupt stops it as it stops a cell. */
  #callBack({ id, name }: { readonly id: number; readonly name: string }, body: () => void): void {
    const { executions, interrupts, reportLate, send } = this.#parts;
    const execution = newExecution(id, name);
    const run = async (): Promise<void> => {
      try {
        await interrupts.race(execution, async () => interrupts.breakable(body));
      } catch (thrown) {
        reportLate(thrown);
      }
    };
    void executions.run(execution, run).finally(() => send({ type: "comm-handled", id }));
  }

  async #run(execution: Execution, request: ExecuteRequest): Promise<ExecuteReply> {
    const { interrupts } = this.#parts;
    let declared: readonly string[] = [];
    try {
      const userExpressions = await interrupts.race(execution, async () => {
        const module = definedModule(request.code);
        if (module !== undefined) {
          this.#parts.defineModule(module, request.code);
          return this.#userExpressions(request);
        }
        const cell = this.#parts.compile(request.code, request.name, request.magics, request.written);
        declared = [...cell.declared.keys()];
        const output = await this.#evaluate(cell, request);
        if (output !== undefined) this.#parts.pipe.output(execution.id, output);
        return this.#userExpressions(request);
      });
      return { type: "executed", id: request.id, status: "ok", userExpressions, interrupted: false, declared };
    } catch (thrown) {
      const interrupted = execution.interrupted && thrown instanceof InterruptedError;
      if (interrupted) this.#parts.executions.exit(() => this.#parts.cancelWork(execution));
      const error = interrupted ? interruptedOutput(thrown, this.#parts.errors) : formatError(thrown, this.#parts.errors);
      return { type: "executed", id: request.id, status: "error", error, interrupted, declared };
    }
  }

  async #evaluate(cell: CompiledCell, { name, silent, magics = [] }: ExecuteRequest): Promise<Output | undefined> {
    const { evaluator, recent, present } = this.#parts;
    return evaluator.run(cell, (value) => {
      if (silent || value === undefined) return undefined;
      recent.add(name, value);
      return presentResult(value, present, name);
    }, magicsOf(magics, this.#parts.magics));
  }

  async #userExpressions(request: ExecuteRequest): Promise<UserExpressions> {
    const { evaluator, compile, errors } = this.#parts;
    const values: Record<string, UserExpressions[string]> = {};
    for (const [key, expression] of Object.entries(request.userExpressions)) {
      try {
        // a cell that is one expression in parentheses is never a declaration or a block
        const data = await evaluator.run(compile(`(${expression}\n)`, `${request.name}.${key}`), (value) => bundleOf(value));
        values[key] = { status: "ok", data, metadata: {} };
      } catch (thrown) {
        if (thrown instanceof InterruptedError) throw thrown;
        const { ename, evalue, traceback } = formatError(thrown, errors);
        values[key] = { status: "error", ename, evalue, traceback: [...traceback] };
      }
    }
    return values;
  }
}

/** Where it was, when that is known: a guard throws in the cell's own code, SIGINT and the race do not. */
function interruptedOutput(thrown: InterruptedError, errors: ErrorContext): ReturnType<typeof formatError> {
  const output = formatError(thrown, errors);
  return { ...output, evalue: "Interrupted" };
}
