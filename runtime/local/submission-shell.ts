/** What the tasks of an engine need of its other parts. */
import type { ObjectId, ProcessName } from "../ids.ts";
import { failureText } from "../serialize/failure-text.ts";
import type { Connection } from "./connection.ts";
import type { EventReporter } from "./event-reporter.ts";
import { ItemStreams } from "./item-streams.ts";
import type { Objects } from "./objects.ts";
import type { SentBooks } from "./sent-book.ts";
import type { SubmissionShell } from "./submission.ts";
import type { Task } from "./task.ts";

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
  readonly notice: (text: string) => void;
}

export function submissionShell({ self, connection, objects, books, streams, reporter, callAgain, notice }: SubmissionParts): SubmissionShell {
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
    want: (shape, count) => connection.sayToHead({ type: "leases-wanted", shape, count }),
    takeBack: (lease) => connection.sayToHead({ type: "take-back", lease: lease.id, worker: lease.worker }),
    resume: (worker) => connection.say(worker, { type: "resume-tasks" }),
    giveBack: (lease) => connection.sayToHead({ type: "lease-returned", lease: lease.id }),
    callAgain,
    report: (task) => reporter().task(task),
    notice,
  };
}
