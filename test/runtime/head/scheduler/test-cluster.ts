/** A scheduler whose processes start at once unless the test says otherwise; time moves only when the test says so. */
import type { ActorId, JobId, LeaseId, ProcessName } from "../../../../runtime/ids.ts";
import { Scheduler } from "../../../../runtime/head/scheduler/scheduler.ts";
import type { SchedulerCommand, Shape, UntimedEvent } from "../../../../runtime/head/scheduler/scheduler-messages.ts";

export const D1 = "d1" as ProcessName;
export const D2 = "d2" as ProcessName;
export const worker = (n: number): ProcessName => `w${n}` as ProcessName;
export const actor = (n: number): ActorId => `d1-a${n}` as ActorId;
export const lease = (n: number): LeaseId => `l${n}` as LeaseId;
const jobOf = (client: ProcessName): JobId => `job-${client}` as JobId;

type Wanted = Extract<UntimedEvent, { type: "actor-wanted" }>;

export class TestCluster {
  readonly scheduler = new Scheduler();
  at = 0;
  #started = 0;

  constructor(resources: Shape, options: { prestart?: number; drivers?: readonly ProcessName[]; env?: string } = {}) {
    this.send({ type: "cluster-started", resources, prestart: options.prestart ?? 0, env: options.env ?? "" });
    for (const client of options.drivers ?? [D1]) this.send({ type: "client-joined", client, kind: "driver", job: jobOf(client), namespace: "front" });
  }

  /** Handles one event and answers each `start-worker` by a started worker, named in order. Gives all commands but those. */
  send(event: UntimedEvent): SchedulerCommand[] {
    const answers: SchedulerCommand[] = [];
    for (const command of this.sendOnly(event)) {
      if (command.type === "start-worker") answers.push(...this.send({ type: "worker-started", slot: command.slot, worker: worker(++this.#started), pid: 1000 + this.#started }));
      else answers.push(command);
    }
    return answers;
  }

  sendOnly(event: UntimedEvent): SchedulerCommand[] {
    const commands = this.scheduler.handle({ ...event, at: this.at });
    this.scheduler.assertInvariants();
    return commands;
  }

  want(client: ProcessName, shape: Shape, count: number): SchedulerCommand[] {
    return this.send({ type: "leases-wanted", client, shape, count });
  }

  /** An actor of D1 without resources and name, but for what `options` says. */
  wantActor(id: ActorId, options: Partial<Wanted> = {}): SchedulerCommand[] {
    return this.send({ type: "actor-wanted", actor: id, owner: D1, job: jobOf(options.owner ?? D1), className: "Counter", shape: {}, namespace: "front", detached: false, maxRestarts: 0, ...options });
  }

  exit(name: ProcessName): SchedulerCommand[] {
    return this.send({ type: "worker-exited", worker: name, code: null, signal: "SIGKILL" });
  }

  tickAfter(ms: number): SchedulerCommand[] {
    this.at += ms;
    return this.send({ type: "tick" });
  }

  states(): string[] {
    return this.scheduler.snapshot().workers.map(({ worker: name, state, isBlocked }) => `${name} ${state}${isBlocked ? " blocked" : ""}`);
  }

  get available(): Readonly<Record<string, number>> {
    return this.scheduler.snapshot().resources.available;
  }
}

/** `grant-lease d1 l1 w1`: a command's type and ids, for short expectations. */
export function brief(commands: readonly SchedulerCommand[]): string[] {
  return commands.map((command) => {
    const { type, ...rest } = command;
    const ids = Object.entries(rest).flatMap(([key, value]) => (["text", "shape", "reason", "cause", "restarts", "job", "code", "signal"].includes(key) || value === "" ? [] : [String(value)]));
    return [type, ...ids].join(" ");
  });
}
