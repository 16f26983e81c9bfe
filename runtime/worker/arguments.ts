/** Arguments on their way from a record to a call. */
import type { Encoded } from "../engine/engine.ts";
import type { ActorId, ProcessName } from "../ids.ts";
import type { LocalEngine } from "../local/local-engine.ts";
import { NO_ARGS_WIRE, refsCarried, type TaskRecord, type WireValue } from "../wire/hot-records.ts";

/** How long a call that got an actor's handle waits to learn where the actor is. */
const LOCATE_ACTORS_MS = 300;
const NO_ACTORS: ActorId[] = [];
const NO_VALUES: readonly unknown[] = [];

/** What came from an owner with its lend. */
export interface LentCall {
  readonly from: ProcessName;
  readonly record: TaskRecord;
}

export interface CallArgumentsParts {
  readonly engine: () => LocalEngine;
  readonly decode: (value: Encoded) => unknown;
}

/** Turns the argument values of records into values of this process. A lend is returned when everything that is kept is counted here. */
export class CallArguments {
  private readonly parts: CallArgumentsParts;

  constructor(parts: CallArgumentsParts) {
    this.parts = parts;
  }

  /** The arguments as values, refs inside them counted. */
  decode(call: LentCall): unknown[] | Promise<unknown[]> {
    const { record, from } = call;
    if (record.args === NO_ARGS_WIRE && record.dependencies.length === 0) return [];
    const engine = this.parts.engine();
    const counted = (): void => engine.ownership.settled(record.lend, from);
    this.received(call);
    try {
      const unplaced = this.learnAll(record);
      const list = engine.objects.sent.read(record.args, this.parts.decode);
      const values = record.dependencies.length === 0 ? NO_VALUES : record.dependencies.map(({ value }) => engine.objects.sent.read(value, this.parts.decode));
      if (unplaced.length === 0 && !isThenable(list) && !values.some(isThenable)) {
        counted();
        return placeDependencies(list as unknown[], record, values);
      }
      const all = Promise.all([list, ...values]).then(([args, ...rest]) => placeDependencies(args as unknown[], record, rest));
      all.then(counted, counted);
      return Promise.all([all, ...unplaced.map((id) => engine.actors.located(id, LOCATE_ACTORS_MS))]).then(([args]) => args);
    } catch (error) {
      counted();
      throw error;
    }
  }

  /** The call does not run here: its lend goes back with nothing kept. */
  drop(call: LentCall): void {
    this.received(call);
    this.parts.engine().ownership.settled(call.record.lend, call.from);
  }

  private received({ from, record }: LentCall): void {
    if (record.lend !== 0) this.parts.engine().ownership.received(record.lend, from, refsCarried([record.args, ...record.dependencies.map(({ value }) => value)]));
  }

  private learnAll({ args, dependencies }: TaskRecord): ActorId[] {
    if (dependencies.length === 0) return this.learn(args);
    return [...this.learn(args), ...dependencies.flatMap(({ value }) => this.learn(value))];
  }

  /** Notes where the actors of handles are; returns those that nobody could say. */
  private learn(value: WireValue): ActorId[] {
    if (value.refs.length === 0) return NO_ACTORS;
    const engine = this.parts.engine();
    engine.objects.handles.learn(value.refs);
    const handles = value.refs.map((ref) => ref.split("@")[1]).filter((actor): actor is string => actor !== undefined) as ActorId[];
    return handles.filter((actor) => engine.actors.workerOf(actor) === undefined);
  }
}

/** Puts the values of top-level refs into their places. */
function placeDependencies(args: unknown[], record: TaskRecord, values: readonly unknown[]): unknown[] {
  for (let i = 0; i < values.length; i++) args[(record.dependencies[i] as { index: number }).index] = values[i];
  return args;
}

export function isThenable(value: unknown): value is PromiseLike<unknown> & Promise<Function> {
  return (typeof value === "object" || typeof value === "function") && value !== null && typeof (value as { then?: unknown }).then === "function";
}
