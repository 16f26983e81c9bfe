/**
 * Carries the messages of V8's inspector between the watch pipe and the main thread, in the watch thread: it answers also while the
 * main thread is in a loop, or stopped at a breakpoint. No port is opened.
 */
import type { Session } from "node:inspector";

interface Command {
  readonly id: number;
  readonly method: string;
  readonly params: object;
}

export class InspectorRelay {
  readonly #write: (text: string) => void;
  readonly #onConnected: (isConnected: boolean) => void;
  #session: Session | undefined;
  /** Messages keep their order while the first loads the inspector. */
  #heard: Promise<void> = Promise.resolve();

  constructor(write: (text: string) => void, onConnected: (isConnected: boolean) => void) {
    this.#write = write;
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
    });
  }

  /** The main thread goes on if it was stopped. */
  disconnect(): void {
    this.#session?.disconnect();
    this.#session = undefined;
    this.#onConnected(false);
  }

  async #connect(): Promise<Session> {
    const inspector = await import("node:inspector");
    const session = new inspector.Session();
    session.connectToMainThread();
    session.on("inspectorNotification", ({ method, params }: { method: string; params?: object }) => this.#write(JSON.stringify({ method, params })));
    this.#onConnected(true);
    return session;
  }
}
