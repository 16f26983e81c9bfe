/** Questions to the head that have one answer each. Owns: who waits for which. */
import { ClusterDiedError, type RayError } from "../errors.ts";
import type { ToHead } from "../wire/message.ts";

export class HeadQuestions {
  private readonly say: (message: ToHead) => void;
  private readonly waiting = new Map<number, { resolve(value: unknown): void; reject(error: RayError): void }>();
  private count = 0;

  constructor(say: (message: ToHead) => void) {
    this.say = say;
  }

  get size(): number {
    return this.waiting.size;
  }

  ask(make: (reply: number) => ToHead): Promise<unknown> {
    const reply = ++this.count;
    return new Promise((resolve, reject) => {
      this.waiting.set(reply, { resolve, reject });
      this.say(make(reply));
    });
  }

  answered(reply: number, value: unknown): void {
    this.waiting.get(reply)?.resolve(value);
    this.waiting.delete(reply);
  }

  failAll(error: RayError): void {
    for (const { reject } of this.waiting.values()) reject(new ClusterDiedError(error.message));
    this.waiting.clear();
  }
}
