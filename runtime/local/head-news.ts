/** What the head tells a driver or worker as an owner: hands each message to the part that it is for. Owns: nothing. */
import { RuntimeEnvSetupError, TaskPlacementGroupRemovedError } from "../errors.ts";
import type { ProcessName } from "../ids.ts";
import type { FromHead } from "../wire/message.ts";
import type { ActorCalls } from "./actor-calls.ts";
import type { ActorCreation } from "./actor-creation.ts";
import type { Connection } from "./connection.ts";
import type { Needs } from "./needs.ts";
import type { HeadQuestions } from "./head-questions.ts";
import type { Submission } from "./submission.ts";
import type { Subscribers } from "./subscribers.ts";

export interface HeadNewsParts {
  readonly connection: Connection;
  readonly submission: Submission;
  readonly actors: ActorCalls;
  readonly creation: ActorCreation;
  readonly needs: Needs;
  readonly questions: HeadQuestions;
  readonly subscribers: Subscribers;
  readonly processDied: (process: ProcessName) => void;
}

export class HeadNews {
  private readonly parts: HeadNewsParts;

  constructor(parts: HeadNewsParts) {
    this.parts = parts;
  }

  /** False: it is not for the owner. */
  hear(message: FromHead): boolean {
    const { connection, submission, actors, creation, needs, questions, subscribers, processDied } = this.parts;
    switch (message.type) {
      case "lease-granted":
        submission.onGranted(needs.find(message.shape, message.env ?? ""), message.lease, message.worker, message.pid);
        return true;
      case "env-broken":
        submission.onEnvBroken(message.env, new RuntimeEnvSetupError(`The runtime environment could not be set up: ${message.cause}`));
        return true;
      case "group-broken":
        submission.onGroupBroken(message.group, new TaskPlacementGroupRemovedError(`The placement group ${message.group} of this task is gone: ${message.cause}`));
        return true;
      case "lease-recalled":
        submission.onRecalled(message.lease);
        return true;
      case "tasks-halted":
        submission.takingBack.onHalted(message.lease, message.worker, message.begun);
        return true;
      case "lease-broken":
        connection.hear(message.worker);
        submission.onBroken(message.lease, message.cause, message.memory);
        return true;
      case "process-died":
        processDied(message.process);
        return true;
      case "actor-state":
        if (message.state === "dead" || message.code === "exists") creation.died(message.actor);
        actors.onNews(message);
        return true;
      case "answer":
        questions.answered(message.reply, message.value);
        return true;
      case "rows":
        subscribers.hear(message.rows);
        if (message.batch !== undefined) connection.sayToHead({ type: "rows-read", batch: message.batch });
        return true;
      default:
        return false;
    }
  }
}
