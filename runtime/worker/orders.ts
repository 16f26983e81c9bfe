/**
 * What owners order about calls that they sent: cancel, close, take back, abandon. Owns nothing.
 *
 * O1. Whoever orders that a call should not run gets an answer for it in every case, so that owners' counts stay right.
 */
import type { ProcessName } from "../ids.ts";
import type { LocalEngine } from "../local/local-engine.ts";
import type { Message } from "../wire/message.ts";
import type { CallArguments } from "./arguments.ts";
import type { Blocking } from "./blocking.ts";
import type { Call } from "./call.ts";
import type { CallQueue } from "./call-queue.ts";
import type { Cancellations } from "./cancellations.ts";
import { clientNumber } from "./client-number.ts";
import type { Halts } from "./halts.ts";
import type { ItemSender } from "./item-sender.ts";
import type { Results } from "./results.ts";
import type { Senders } from "./senders.ts";

export interface OrdersParts {
  readonly engine: () => LocalEngine;
  readonly queue: CallQueue<Call>;
  readonly cancellations: Cancellations<Call>;
  readonly items: ItemSender<Call>;
  readonly args: CallArguments;
  readonly results: Results;
  readonly senders: Senders;
  readonly halts: Halts;
  readonly blocking: Blocking;
  /** How often this actor is to say how it is; 0: not at all. */
  readonly observe: (everyMs: number) => void;
  readonly tellRuns: () => void;
}

export class Orders {
  private readonly parts: OrdersParts;

  constructor(parts: OrdersParts) {
    this.parts = parts;
  }

  /** False: it is no order. */
  onMessage(from: ProcessName, message: Message): boolean {
    switch (message.type) {
      case "items-taken":
        // a generator that was closed before its turn came does not begin
        if (!this.parts.items.onTaken(from, message) && message.isClosed) this.dropQueued(from, message.seq);
        return true;
      case "cancel-task":
        this.cancel(from, message);
        return true;
      case "resume-tasks":
        this.resume(from);
        return true;
      case "observe-actor":
        this.parts.observe(message.everyMs);
        return true;
      case "tell-runs":
        this.parts.tellRuns();
        return true;
      case "run-own":
        this.parts.blocking.permitted(message.wait);
        return true;
      case "abandon-work":
        this.abandon(message.client);
        return true;
      default:
        return false;
    }
  }

  private cancel(from: ProcessName, { seq, force, recursive }: Extract<Message, { type: "cancel-task" }>): void {
    const { cancellations, engine } = this.parts;
    const running = cancellations.find(from, seq);
    if (running) cancellations.stop(running);
    // an own task ends by its signal: the process is its submitter's
    if (running && force && !running.isOwn) process.kill(process.pid, "SIGKILL");
    this.dropQueued(from, seq);
    const isBy = (submitter: unknown): boolean => (submitter as Call | undefined)?.record.seq === seq && (submitter as Call).from === from;
    if (recursive) engine().cancelling.cancelSubmitted(isBy, "the task that submitted it was", { force, recursive });
  }

  private dropQueued(from: ProcessName, seq: number): void {
    const call = this.parts.queue.take(({ record, from: caller }) => record.seq === seq && caller === from);
    if (!call) return;
    this.parts.args.drop(call);
    this.parts.results.sendCancelled(call);
  }

  /** What is here came before it: it was taken back. */
  private resume(from: ProcessName): void {
    for (const call of this.parts.queue.takeOf(from)) this.parts.args.drop(call);
    this.parts.halts.resume(clientNumber(from));
  }

  /** The watch thread ends this process if it runs that client's task: here it does not. */
  private abandon(client: ProcessName): void {
    const { queue, halts, senders, engine } = this.parts;
    queue.takeOf(client);
    halts.resume(clientNumber(client));
    senders.forget(client);
    engine().connection.sayToHead({ type: "worker-idle" });
  }

  /** These did not begin: their owners send them elsewhere. */
  handBack(calls: readonly Call[], isRetired = false): void {
    const byOwner = new Map<ProcessName, number[]>();
    for (const call of calls) {
      const { from, record } = call;
      const seqs = byOwner.get(from) ?? [];
      seqs.push(record.seq);
      byOwner.set(from, seqs);
      this.parts.args.drop(call);
    }
    for (const [owner, tasks] of byOwner) this.parts.engine().connection.say(owner, { type: "tasks-returned", tasks, ...(isRetired ? { isRetired } : {}) });
  }

  /** This process takes no more tasks. */
  retire(): void {
    this.handBack(this.parts.queue.takeAll(), true);
    this.parts.engine().connection.sayToHead({ type: "worker-retired" });
  }
}
