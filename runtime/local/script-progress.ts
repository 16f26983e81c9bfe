/**
 * The bar of `ray.progress` in a plain script, on its stderr: one line that is drawn again on a terminal; in a pipe or a file a
 * line each tenth of the way, and the last.
 */
import { clearInterval, setInterval } from "node:timers";
import type { EngineEvent } from "../engine/events.ts";
import type { StateQuery } from "../engine/state.ts";
import type { ObjectId } from "../ids.ts";
import { applyEvents } from "../views/apply-events.ts";
import type { ProgressDescriptor } from "../views/progress-view.ts";
import { drawView } from "../views/render-view.ts";
import { createViewState } from "../views/view-state.ts";

const REDRAW_MS = 100;
const STEPS = 10;
/** To the line's start, and nothing is on it. */
const AGAIN = "\r\x1b[2K";
const RUNNING: StateQuery = { where: [{ field: "state", operator: "=", value: "running" }], limit: 10_000 };

interface ProgressSource {
  whenReady(refs: readonly ObjectId[], ready: (index: number, isError: boolean) => void): () => void;
  subscribe(on: (event: EngineEvent) => void): () => void;
  readonly records: { rows(table: "tasks", query: StateQuery): Promise<{ readonly rows: readonly EngineEvent[] }> };
}

interface Terminal {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

export class ScriptProgress {
  private readonly source: ProgressSource;
  private readonly view: ProgressDescriptor;
  private readonly out: Terminal;
  private readonly state = createViewState();
  private readonly onEnd: () => void;
  private readonly pending: readonly ObjectId[];
  private readonly stops: (() => void)[] = [];
  private left: number;
  /** Tenths that were told. */
  private step = 0;
  private isEnded = false;

  constructor(source: ProgressSource, view: ProgressDescriptor, snapshot: readonly EngineEvent[], out: Terminal, onEnd: () => void) {
    this.source = source;
    this.view = view;
    this.out = out;
    this.onEnd = onEnd;
    applyEvents(this.state, snapshot);
    this.pending = view.refs.filter((ref) => this.state.objects.get(ref as ObjectId)?.state === "pending") as ObjectId[];
    this.left = this.pending.length;
  }

  start(): void {
    if (this.left === 0) return this.end();
    const { source, pending } = this;
    this.stops.push(source.subscribe((event) => this.hear(event)), source.whenReady(pending, (index, isError) => this.over(pending[index] as ObjectId, isError)));
    // tasks that run already have no more news; if the cluster goes meanwhile so does the bar
    source.records.rows("tasks", RUNNING).then(({ rows }) => rows.forEach((row) => this.hear(row)), () => undefined);
    const timer = setInterval(() => this.draw(), REDRAW_MS).unref();
    this.stops.push(() => clearInterval(timer));
    this.draw();
  }

  private hear(event: EngineEvent): void {
    if (event.type === "task" || event.type === "object") applyEvents(this.state, [event]);
  }

  private over(ref: ObjectId, isError: boolean): void {
    if (this.isEnded) return;
    applyEvents(this.state, [{ type: "object", ref, state: isError ? "error" : "ready", at: Date.now() }]);
    this.left -= 1;
    if (this.left === 0) this.end();
  }

  /** Draws it as it is, and no more. */
  end(): void {
    if (this.isEnded) return;
    this.isEnded = true;
    for (const stop of this.stops) stop();
    this.onEnd();
    this.out.write(this.isTerminal ? `${AGAIN}${this.line()}\n` : `${this.line()}\n`);
  }

  private draw(): void {
    if (this.isTerminal) return void this.out.write(AGAIN + this.line());
    const step = Math.floor(((this.view.refs.length - this.left) / this.view.refs.length) * STEPS);
    if (step <= this.step) return;
    this.step = step;
    this.out.write(`${this.line()}\n`);
  }

  private get isTerminal(): boolean {
    return this.out.isTTY === true;
  }

  private line(): string {
    const text = drawView(this.state, this.view, undefined, Date.now()).plain;
    const most = this.isTerminal ? (this.out.columns ?? 80) - 1 : Infinity; // a line that wraps could not be drawn again
    return text.length <= most ? text : text.slice(0, most - 1) + "…";
  }
}
