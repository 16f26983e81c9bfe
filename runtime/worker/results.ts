/** Results and items on their way to the owner of a call. */
import { types } from "node:util";
import { isRayError, RayError } from "../errors.ts";
import type { Encoded } from "../engine/engine.ts";
import { itemId, objectId, ownerOf, type ProcessName } from "../ids.ts";
import type { LocalEngine } from "../local/local-engine.ts";
import { refsCarried, ResultStatus, writeResult, type CallMeta, type TaskRecord, type WireValue } from "../wire/hot-records.ts";

export interface ResultsParts {
  readonly engine: () => LocalEngine;
  readonly encode: (value: unknown, label: string) => Encoded;
  readonly encodeTaskError: (error: unknown, context: { taskName: string; pid: number }) => Encoded;
}

/** Error classes of an actor's class by method, "" for the others: `retryExceptions`. */
export type ListedErrors = Readonly<Record<string, readonly (abstract new (...args: never) => Error)[]>>;

const isOfListed = (error: unknown, classes: ListedErrors[string] | undefined): boolean => classes?.some((one) => error instanceof one) ?? false;

export interface AnsweredCall {
  readonly from: ProcessName;
  readonly record: TaskRecord;
  readonly meta: CallMeta;
  readonly isCancelled: boolean;
}

/** The store is full: that is what came of the call. */
function notStored(name: string, error: Error): Error {
  if (!isRayError(error)) return error;
  return new (error.constructor as typeof RayError)(`${name} returned a value that has no room. ${error.message}`);
}

/** Nothing in it is counted anywhere. */
const isPlain = ({ kind, refs }: WireValue): boolean => kind === "inline" && refs.length === 0;

export class Results {
  private readonly parts: ResultsParts;
  /** Of the actor that this process became. */
  listed: ListedErrors | undefined;

  constructor(parts: ResultsParts) {
    this.parts = parts;
  }

  /** What a call returned or threw. To an owner that died goes nothing. */
  send(call: AnsweredCall, outcome: unknown, isError: boolean, startedAt: number, runMicros: number): void {
    const { from, record } = call;
    const engine = this.parts.engine();
    const lane = engine.connection.lane(from);
    const { encoded, ...said } = this.encode(call, outcome, isError);
    let { status } = said;
    if (!lane) return;
    const values: WireValue[] = [];
    try {
      for (let i = 0; i < encoded.length; i++) values.push(engine.objects.resultValue(encoded[i] as Encoded, () => objectId(from, record.firstReturn + i), from));
    } catch (error) {
      for (const value of values) engine.objects.discardResult(value, from);
      values.splice(0, Infinity, engine.objects.errorValue(notStored(call.meta.name, error as Error)));
      status = ResultStatus.error;
    }
    writeResult(lane, { seq: record.seq, status, lend: this.lend(from, values), startedAt, runMicros, values });
    engine.touched();
  }

  sendItem({ from, record }: AnsweredCall, index: number, item: Encoded): void {
    const engine = this.parts.engine();
    const lane = engine.connection.lane(from);
    if (!lane) return;
    const values = [engine.objects.resultValue(item, () => itemId(from, record.seq, index), from)];
    writeResult(lane, { seq: record.seq, status: ResultStatus.item, lend: this.lend(from, values), startedAt: 0, runMicros: index, values });
    engine.touched();
  }

  /** A call that does not run: its owner waits for the answer. */
  sendCancelled({ from, record }: Pick<AnsweredCall, "from" | "record">): void {
    const lane = this.parts.engine().connection.lane(from);
    if (lane) writeResult(lane, { seq: record.seq, status: ResultStatus.cancelled, lend: 0, startedAt: 0, runMicros: 0, values: [] });
  }

  private lend(to: ProcessName, values: readonly WireValue[]): number {
    if (values.length === 1 && isPlain(values[0] as WireValue)) return 0;
    return this.parts.engine().ownership.lend(to, refsCarried(values).filter((ref) => ownerOf(ref) !== to));
  }

  private encode({ meta, isCancelled }: AnsweredCall, outcome: unknown, isError: boolean): { status: number; encoded: Encoded[] } {
    if (isCancelled) return { status: ResultStatus.cancelled, encoded: [] };
    if (!isError) {
      try {
        return { status: ResultStatus.ok, encoded: this.returns(meta, outcome) };
      } catch (error) {
        outcome = error;
      }
    }
    const isListed = isOfListed(outcome, this.listed?.[meta.method as string] ?? this.listed?.[""]);
    return { status: isListed ? ResultStatus.listed : ResultStatus.error, encoded: [this.parts.encodeTaskError(outcome, { taskName: meta.name, pid: process.pid })] };
  }

  /** One value, or one for each of `numReturns`. */
  private returns(meta: CallMeta, outcome: unknown): Encoded[] {
    if (meta.numReturns === 0) return [];
    if (meta.stream === undefined && types.isGeneratorObject(outcome)) throw new RayError(`${meta.name} returned a generator, which cannot be sent. Write it as a generator itself (function* or *method, with yield* for the items of another one): .remote() then gives its items as they are made`);
    if (meta.numReturns === 1) return [this.parts.encode(outcome, `the result of ${meta.name}`)];
    const values = outcome as ArrayLike<unknown> | undefined;
    const found = Array.isArray(values) ? values.length : undefined;
    if (found !== meta.numReturns) {
      throw new RayError(`Task ${meta.name} has numReturns: ${meta.numReturns}, so it must return an array of ${meta.numReturns} values; it returned ${found === undefined ? typeof outcome : `${found} values`}`);
    }
    return (values as unknown[]).map((value, i) => this.parts.encode(value, `result ${i} of ${meta.name}`));
  }
}
