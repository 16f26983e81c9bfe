/**
 * The front's end of the line to V8's inspector: to whichever session is there. It owns whether the session is stopped, in which
 * case that answers nothing else.
 */
import type { Inspector, InspectorEvents, InspectorMessage } from "../debug/inspector.ts";
import type { SessionProcess } from "./session-process.ts";

const ATTACHED_WITHIN_MS = 10_000;

export class SessionInspector {
  readonly #session: () => Pick<SessionProcess, "inspect"> | undefined;
  #events: InspectorEvents | undefined;
  isStopped = false;
  #attached: Promise<void> | undefined;

  constructor(session: () => Pick<SessionProcess, "inspect"> | undefined) {
    this.#session = session;
  }

  /** One at a time: V8's breakpoints know no owner. */
  open(events: InspectorEvents): Inspector {
    if (this.#events !== undefined) throw new Error("A debugger is connected to the session already: disconnect it first.");
    this.#events = events;
    return {
      send: (command) => {
        const session = this.#session();
        if (session === undefined) events.onMessage({ id: command.id, error: { message: "there is no session" } });
        else session.inspect(JSON.stringify(command));
      },
      close: () => {
        this.#events = undefined;
        this.isStopped = false;
        this.#session()?.inspect("");
      },
    };
  }

  heard(text: string): void {
    const message = JSON.parse(text) as InspectorMessage;
    if ("method" in message && /^Debugger\.(paused|resumed)$/.test(message.method)) this.isStopped = message.method === "Debugger.paused";
    this.#events?.onMessage(message);
  }

  /** A fresh session has taken the place of the one that ended. */
  replaced(): void {
    this.isStopped = false;
    this.#attached = this.#events?.onSession();
  }

  /** Resolves when a debugger has found its way into a session that is ready, or has had its time. */
  async ready(): Promise<void> {
    if (this.#attached === undefined) return;
    let timer: NodeJS.Timeout | undefined;
    await Promise.race([this.#attached, new Promise<void>((resolve) => { timer = setTimeout(resolve, ATTACHED_WITHIN_MS); })]);
    clearTimeout(timer);
    this.#attached = undefined;
  }
}
