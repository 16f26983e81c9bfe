/** What workers print, on a script's own stdout and stderr with the task's name and pid, as in Ray. */
import { clearTimeout, setTimeout } from "node:timers";
import type { EngineEvent } from "../engine/events.ts";
import { WorkerPrints, type PrintedLine } from "../views/worker-prints.ts";

/** A head that is stopped must not stop a script from ending. */
const LAST_LINES_MS = 1000;

interface PrintSource {
  readonly info: unknown;
  subscribe(on: (event: EngineEvent) => void, only: "prints"): () => void;
  readonly records: { upToDate(): Promise<void> };
}

export class ScriptPrints {
  private readonly source: PrintSource;
  private readonly prints = new WorkerPrints(undefined);
  private timer: NodeJS.Timeout | undefined;

  constructor(source: PrintSource) {
    this.source = source;
    source.subscribe((event) => this.on(event), "prints");
  }

  private on(event: EngineEvent): void {
    show(this.prints.line(event, performance.now()));
    this.tellLater();
  }

  /** How much was too much to be sent here. */
  private tellLater(): void {
    const { tellAt } = this.prints;
    if (tellAt === undefined || this.timer !== undefined) return;
    this.timer = setTimeout(() => {
      this.timer = undefined;
      for (const line of this.prints.due(performance.now())) show(line);
      this.tellLater();
    }, Math.max(0, tellAt - performance.now())).unref();
  }

  /** Shows what was printed before the script ended. */
  async end(): Promise<void> {
    clearTimeout(this.timer);
    if (this.source.info === undefined) return; // it never came to work
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => { timer = setTimeout(resolve, LAST_LINES_MS); });
    await Promise.race([this.source.records.upToDate().catch(() => undefined), late]); // a head that ended has nothing more to show
    clearTimeout(timer);
    for (const line of this.prints.ended(undefined, performance.now())) show(line);
  }
}

function show(line: PrintedLine | undefined): void {
  if (line) process[line.name].write(line.text);
}
