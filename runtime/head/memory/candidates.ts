/** Which workers could be ended for their memory, from what the head knows of their work. Pure. */
import type { TaskRow } from "../../engine/events.ts";
import type { ActorId, ProcessName } from "../../ids.ts";
import type { ActorWanted } from "../../wire/message.ts";
import type { Snapshot, WorkerSnapshot } from "../scheduler/snapshot.ts";
import type { Candidate } from "./choose-victim.ts";

export interface KnownWork {
  readonly snapshot: Snapshot;
  /** What each worker runs: a worker whose task is not known has one all the same when it is leased. */
  readonly running: ReadonlyMap<ProcessName, TaskRow>;
  readonly wanted: (actor: ActorId) => ActorWanted | undefined;
  readonly bytes: (pid: number) => number | undefined;
}

export function memoryCandidates(known: KnownWork): Candidate[] {
  return known.snapshot.workers.flatMap((worker) => {
    const work = workOf(worker, known);
    return work ? [{ worker: worker.worker, pid: worker.pid, bytes: known.bytes(worker.pid), ...(worker.job === undefined ? {} : { job: worker.job }), ...work }] : [];
  });
}

type Work = Pick<Candidate, "work" | "label" | "isRetriable" | "since" | "origin">;

function workOf({ worker, state, actor, client, since, holdsObjects }: WorkerSnapshot, { snapshot, running, wanted }: KnownWork): Work | undefined {
  switch (state) {
    case "dead": return undefined; // ends already
    case "idle": return holdsObjects ? undefined : { work: "nothing", label: "an idle worker", isRetriable: true, since };
    case "actor": {
      const made = actor && wanted(actor);
      if (!made) return undefined;
      const restarts = snapshot.actors.find((each) => each.actor === actor)?.restarts ?? 0;
      return { work: "actor", label: `actor ${made.name ?? made.className}`, isRetriable: made.maxRestarts < 0 || restarts < made.maxRestarts, since, ...originOf(made) };
    }
    case "leased": {
      if (client === undefined) return undefined; // whose work it was has gone: it ends already
      const task = running.get(worker);
      // a row may be older than the lease: it is of a task whose end was counted and not told one by one
      if (!task || (task.startedAt ?? 0) < since) return { work: "task", label: "a task", isRetriable: true, since };
      return { work: "task", label: `task ${task.name}`, isRetriable: task.maxRetries !== 0, since: task.startedAt ?? since, ...originOf(task) };
    }
  }
}

const originOf = ({ origin }: { readonly origin?: string }): { origin?: string } => (origin === undefined ? {} : { origin });
