/** Calls that have arrived and not begun, in the order of arrival. */
import type { ProcessName } from "../ids.ts";

interface Queued {
  readonly from: ProcessName;
  readonly record: { readonly seq: number };
}

export class CallQueue<Call extends Queued> {
  private calls: Call[] = [];
  private head = 0;

  get isEmpty(): boolean {
    return this.head === this.calls.length;
  }

  get size(): number {
    return this.calls.length - this.head;
  }

  push(call: Call): void {
    if (this.isEmpty && this.head > 0) {
      this.calls = [];
      this.head = 0;
    }
    this.calls.push(call);
  }

  next(): Call | undefined {
    return this.isEmpty ? undefined : this.calls[this.head++];
  }

  /** The oldest of which that is true; it stays. */
  find(is: (call: Call) => boolean): Call | undefined {
    return this.calls.slice(this.head).find(is);
  }

  /** The oldest of which that is true. */
  take(is: (call: Call) => boolean): Call | undefined {
    for (let i = this.head; i < this.calls.length; i++) if (is(this.calls[i] as Call)) return this.calls.splice(i, 1)[0];
    return undefined;
  }

  /** Empties the queue. */
  takeAll(): Call[] {
    const all = this.calls.slice(this.head);
    this.calls = [];
    this.head = 0;
    return all;
  }

  takeOf(client: ProcessName): Call[] {
    const all = this.takeAll();
    this.calls = all.filter(({ from }) => from !== client);
    return all.filter(({ from }) => from === client);
  }
}
