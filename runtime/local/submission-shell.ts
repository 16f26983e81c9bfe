/** What the tasks of an engine need of its other parts. */
import type { Encoded } from "../engine/engine.ts";
import type { ObjectId, ProcessName } from "../ids.ts";
import { failureText } from "../serialize/failure-text.ts";
import type { WireValue } from "../wire/hot-records.ts";
import type { Lane } from "../wire/lane.ts";
import type { Shape } from "../wire/message.ts";
import type { Connection } from "./connection.ts";
import type { DependenciesShell } from "./dependencies.ts";
import type { EventReporter } from "./event-reporter.ts";
import { ItemStreams } from "./item-streams.ts";
import type { Needs } from "./needs.ts";
import type { Objects } from "./objects.ts";
import type { SentBooks } from "./sent-book.ts";
import type { Lease, Task } from "./task.ts";

export interface SubmissionShell extends DependenciesShell {
  readonly self: ProcessName;
  lane(to: ProcessName): Lane | undefined;
  books: SentBooks;
  settle(ref: ObjectId, value: WireValue, isError: boolean, count?: number): void;
  /** Undefined: it cannot be read any more. */
  read(value: WireValue): Encoded | undefined;
  /** `RangeError: bad` */
  errorText(value: WireValue): string;
  /** A value that came for `ref` and that nobody gets. */
  discard(ref: ObjectId, value: WireValue): void;
  readonly streams: ItemStreams;
  /** An error of ours as a value. */
  encodeError(error: Error): WireValue;
  lend(to: ProcessName, refs: readonly ObjectId[]): number;
  releaseHolds(task: Task): void;
  /** It ended, and has values in blocks, or had: they can be lost, and it can run again. It still has its holds. */
  keepRecipe(task: Task, items: readonly ObjectId[]): void;
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

const textOf = (error: Encoded | undefined): string => (error && failureText(error)) ?? "error";

export function itemStreams(self: ProcessName, connection: Connection, objects: Objects, cancel: (ref: ObjectId) => void): ItemStreams {
  return new ItemStreams({
    self,
    say: (to, message) => connection.say(to, message),
    make: (id, value, isError) => objects.make(id, value, isError),
    discard: (id, value) => objects.discard(id, value),
    isPending: (id) => objects.isPending(id),
    settle: (id, value, isError) => objects.settle(id, value, isError),
    errorValue: (error) => objects.errorValue(error),
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
    hasLost: () => objects.losses > 0,
    read: (value) => objects.sent.readNow(value),
    errorText: (value) => textOf(objects.sent.readNow(value)),
    keepRecipe: (task, items) => objects.lostBlocks.taskEnded(task, items),
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
