/** What the tasks of an engine need of its other parts. */
import type { Encoded } from "../engine/engine.ts";
import type { ObjectId, ProcessName } from "../ids.ts";
import { failureText } from "../serialize/failure-text.ts";
import type { WireValue } from "../wire/hot-records.ts";
import type { Lane } from "../wire/lane.ts";
import type { Shape } from "../wire/message.ts";
import type { Connection } from "./connection.ts";
import type { EventReporter } from "./event-reporter.ts";
import { ItemStreams } from "./item-streams.ts";
import type { Needs } from "./needs.ts";
import type { Objects } from "./objects.ts";
import type { SentBooks } from "./sent-book.ts";
import type { Lease, Task } from "./task.ts";

export interface SubmissionShell {
  readonly self: ProcessName;
  lane(to: ProcessName): Lane | undefined;
  books: SentBooks;
  /** The settled value of a dependency, else undefined. */
  value(ref: ObjectId): { readonly value: WireValue; readonly isError: boolean } | undefined;
  whenReady(ref: ObjectId, ready: () => void): void;
  settle(ref: ObjectId, value: WireValue, isError: boolean, count?: number): void;
  read(value: WireValue): Encoded;
  /** `RangeError: bad` */
  errorText(value: WireValue): string;
  /** A value that came for `ref` and that nobody gets. */
  discard(ref: ObjectId, value: WireValue): void;
  readonly streams: ItemStreams;
  /** An error of ours as a value. */
  encodeError(error: Error): WireValue;
  lend(to: ProcessName, refs: readonly ObjectId[]): number;
  releaseHolds(task: Task): void;
  received(lend: number, from: ProcessName, refs: readonly ObjectId[]): void;
  settled(lend: number, from: ProcessName): void;
  want(shape: Shape, count: number): void;
  /** The key of the shape's environment: "" is the plain one. */
  envOf(shape: Shape): string;
  /** True when a task of that shape may run in this very process. */
  isOwn(shape: Shape): boolean;
  giveBack(lease: Lease): void;
  takeBack(lease: Lease): void;
  resume(worker: ProcessName): void;
  /** A call of an actor that threw goes to it again. */
  callAgain(task: Task): void;
  report(task: Task): void;
  notice(text: string): void;
}

export function itemStreams(self: ProcessName, connection: Connection, objects: Objects, cancel: (ref: ObjectId) => void): ItemStreams {
  return new ItemStreams({
    self,
    say: (to, message) => connection.say(to, message),
    make: (id, value, isError) => objects.make(id, value, isError),
    discard: (id, value) => objects.discard(id, value),
    release: (id) => objects.ownership.release(id),
    cancel,
  });
}

export interface SubmissionParts {
  readonly self: ProcessName;
  readonly connection: Connection;
  readonly objects: Objects;
  readonly books: SentBooks;
  readonly streams: ItemStreams;
  readonly reporter: () => EventReporter;
  callAgain(task: Task): void;
  readonly needs: Needs;
  readonly notice: (text: string) => void;
}

export function submissionShell({ self, connection, objects, books, streams, reporter, callAgain, needs, notice }: SubmissionParts): SubmissionShell {
  const { ownership } = objects;
  return {
    self,
    lane: (to) => connection.lane(to),
    books,
    value: (ref) => objects.wireValue(ref),
    whenReady: (ref, ready) => void objects.whenReady([ref], ready),
    settle: (ref, value, isError, count) => objects.settle(ref, value, isError, count),
    read: (value) => objects.values.read(value, undefined),
    errorText: (value) => failureText(objects.values.read(value, undefined)) ?? "error",
    discard: (ref, value) => objects.discard(ref, value),
    streams,
    encodeError: (error) => objects.errorValue(error),
    lend: (to, refs) => ownership.lend(to, refs),
    releaseHolds(task) {
      for (const id of task.holds) ownership.release(id);
    },
    received: (lend, from, refs) => ownership.received(lend, from, refs),
    settled: (lend, from) => ownership.settled(lend, from),
    want(shape, count) {
      const [env, origin] = [needs.envOf(shape), needs.originOf(shape)];
      connection.sayToHead({ type: "leases-wanted", shape, count, ...(env === undefined ? {} : { env }), ...(origin === undefined ? {} : { origin }) });
    },
    envOf: (shape) => needs.envOf(shape)?.key ?? "",
    isOwn: (shape) => needs.isOwn(shape),
    takeBack: (lease) => connection.sayToHead({ type: "take-back", lease: lease.id, worker: lease.worker }),
    resume: (worker) => connection.say(worker, { type: "resume-tasks" }),
    giveBack: (lease) => connection.sayToHead({ type: "lease-returned", lease: lease.id }),
    callAgain,
    report: (task) => reporter().task(task),
    notice,
  };
}
