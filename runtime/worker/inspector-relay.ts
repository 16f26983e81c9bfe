/**
 * Carries the messages of V8's inspector between the watch pipe and the main thread, in the watch thread: it answers also while the
 * main thread is in a loop, or stopped at a breakpoint. No port is opened.
 */
import type { Session } from "node:inspector";

const TURN_MS = 20;

/**
 * Node 26 sometimes puts the main thread's answer into this thread's queue and does not wake it: seen in 3 of 10 runs. So the event
 * loop turns by itself while an inspector is connected.
 */
export const keepTurning = (): NodeJS.Timeout => setInterval(() => undefined, TURN_MS);

interface Command {
  readonly id: number;
  readonly method: string;
  readonly params: object;
}

export class InspectorRelay {
  readonly #write: (text: string) => void;
  readonly #onConnected: (isConnected: boolean) => void;
  /** A main thread that only waits for events may not look for what it is asked: this makes it run something. */
  readonly #poke: () => void;
  #session: Session | undefined;
  #turning: NodeJS.Timeout | undefined;
  /** Messages keep their order while the first loads the inspector. */
  #heard: Promise<void> = Promise.resolve();

  constructor(write: (text: string) => void, onConnected: (isConnected: boolean) => void, poke: () => void) {
    this.#write = write;
    this.#poke = poke;
    this.#onConnected = onConnected;
  }

  /** A command as JSON; "" is the end. */
  hear(text: string): void {
    this.#heard = this.#heard.then(async () => {
      if (text === "") return this.disconnect();
      const session = (this.#session ??= await this.#connect());
      const { id, method, params } = JSON.parse(text) as Command;
      session.post(method, params, (error: { message?: string } | null, result?: object) => {
        this.#write(JSON.stringify(error === null ? { id, result } : { id, error: { message: error.message ?? String(error) } }));
      });
      this.#poke();
    });
  }

  /** The main thread goes on if it was stopped. */
  disconnect(): void {
    this.#session?.disconnect();
    this.#session = undefined;
    clearInterval(this.#turning);
    this.#onConnected(false);
  }

  async #connect(): Promise<Session> {
    const inspector = await import("node:inspector");
    const session = new inspector.Session();
    session.connectToMainThread();
    session.on("inspectorNotification", ({ method, params }: { method: string; params?: object }) => this.#write(JSON.stringify({ method, params })));
    this.#turning = keepTurning();
    this.#onConnected(true);
    return session;
  }
}
