/**
 * The front: joins a session process, the cluster's head and the live views into the `Front` that kernels and terminals
 * use. It runs no user code and never waits for any, so interrupts, completion and views go on while a cell is busy.
 *
 * Invariants
 * - F1 A cell is done when the session has replied and both output pipes have shown its end; or when the session died.
 * - F2 When a session died a fresh one starts at once; cells wait for it.
 * - F3 What the head knows at the cell's end, workers' prints and views that changed, is put out before it, with the
 *   running cell: clients that record notebooks take nothing later and nothing of another cell. The cell's value comes
 *   behind the prints.
 */
import type { OpenInspector } from "../debug/inspector.ts";
import type { EngineEvent } from "../engine/events.ts";
import type { MarkEvent } from "../session/output-marks.ts";
import type { CommMessage, MimeBundle, Output, UiValue } from "../session/output.ts";
import type { SessionMessage } from "../session/session-protocol.ts";
import { BusyOwner } from "./busy-owner.ts";
import { CellNames } from "./cell-names.ts";
import { FrontCluster } from "./front-cluster.ts";
import { FrontMagics, type ReadRequest } from "./front-magics.ts";
import { FrontTypes } from "./front-types.ts";
import type { CellRequest, CellResult, Front, FrontOptions } from "./front.ts";
import type { JoinedCompletions } from "./join-completions.ts";
import { SessionComms, type CommOutput } from "./session-comms.ts";
import { RunningCell } from "./running-cell.ts";
import { RunningCells } from "./running-cells.ts";
import { SessionInspector } from "./session-inspector.ts";
import { StuckCells } from "./stuck-cells.ts";
import { type SessionEnd, SessionProcess } from "./session-process.ts";
import { diedBetweenCells, diedInCell } from "./session-death.ts";
import { ViewDesk, type ViewRequest, type ViewWatch } from "./view-desk.ts";
import type { ViewMessage } from "./view-watches.ts";
import { PAGE_LIMIT, type PrintedLine, WorkerPrints } from "../views/worker-prints.ts";
import { systemClock } from "./clock.ts";
import { CodeQuestions } from "./code-questions.ts";

const IDLE_GRACE_MS = 1000;
const BUSY_GRACE_MS = 200;

export function createFront(options: FrontOptions): Front {
  return new SessionFront(options);
}

class SessionFront implements Front {
  readonly #options: FrontOptions;
  readonly #cluster: FrontCluster;
  readonly #views: ViewDesk;
  readonly #busyOwner: BusyOwner;
  readonly #prints: WorkerPrints;
  readonly #types: FrontTypes;
  readonly #magics: FrontMagics;
  #cancelTelling: (() => void) | undefined;
  readonly #questions: CodeQuestions;
  readonly #cells = new CellNames();
  readonly #running = new RunningCells();
  readonly #stuck: StuckCells;
  readonly #inspector = new SessionInspector(() => this.#session);
  /** The session's variables. */
  readonly #names = new Set<string>();
  readonly #comms = new SessionComms();
  #session: SessionProcess | undefined;
  #isOutputHeld = false;
  #isResetting = false;
  #lastCell = 0;
  #lastExecution = 0;
  /** What the next cell is to tell about a session that died between cells. */
  #notice = "";
  #closing: Promise<void> | undefined;

  constructor(options: FrontOptions) {
    this.#options = options;
    this.#prints = new WorkerPrints(options.isPage === true ? PAGE_LIMIT : undefined);
    const { folder, env, isPage = false, typeCheck = "off", onOutput } = options;
    this.#types = new FrontTypes({ folder, env: { ...process.env, ...env }, mode: typeCheck, isPage, onOutput });
    this.#magics = new FrontMagics({
      folder,
      fillsCells: options.fillsCells ?? false,
      hasName: (name) => this.#types.checker.hasName(name),
      typeCheck: (mode) => this.#types.setMode(mode),
      reset: () => this.#reset(),
      print: (text, cell) => onOutput({ type: "stream", name: "stdout", text }, cell),
    });
    this.#questions = new CodeQuestions({
      checker: this.#types.checker,
      folder,
      read: this.#magics.read,
      ask: (message) => {
        // a debugger that has stopped the session leaves it no turn to answer in
        if (this.#session === undefined || this.#inspector.isStopped) return false;
        this.#session.send(message);
        return true;
      },
    });
    this.#views = new ViewDesk({
      emit: (output, cell) => onOutput(output, this.#running.in()?.id ?? cell),
      clock: systemClock,
      isPage,
      cluster: () => this.#cluster.current(),
      nameOf: (cell) => this.#cells.nameOf(cell),
      say: (message) => this.#cluster.say(message),
      touch: (control, value, cell) => this.#touch(control, value, cell),
    });
    this.#busyOwner = new BusyOwner({
      clock: systemClock,
      isNeeded: () => this.#running.all.length > 0 && this.#cluster.jobs.some((job) => this.#views.waitsFor(job)),
      ping: () => this.#session?.send({ type: "ping" }),
      askWorkers: () => this.#cluster.say({ type: "runs-wanted" }),
    });
    this.#stuck = new StuckCells({
      clock: systemClock,
      tell: (text, cell) => options.onOutput({ type: "stream", name: "stderr", text }, cell),
      restart: () => this.#session?.restart(),
      names: () => [...this.#names],
    });
    this.#cluster = new FrontCluster({ takeoverKey: options.takeoverKey, folder: options.folder, onEvents: (rows) => this.#onEvents(rows), onOpened: () => this.#views.clusterOpened(), onDied: (reason) => this.#session?.send({ type: "cluster-died", reason }) });
  }

  get sessionPid(): number | undefined {
    return this.#session?.pid;
  }

  get headPid(): number | undefined {
    return this.#cluster.headPid;
  }

  start(): Promise<void> {
    this.#cluster.takeOver();
    this.#types.start();
    return this.#currentSession().ready;
  }

  async execute(request: CellRequest, started?: (cell: number) => void): Promise<CellResult> {
    if (this.#closing !== undefined) throw new Error(`Cannot run ${request.name}: the session is closed.`);
    const cell = new RunningCell(++this.#lastExecution, request.name);
    this.#running.begin(cell, request.lane);
    this.#lastCell = cell.id;
    this.#cells.remember(cell);
    started?.(cell.id);
    if (request.silent !== true) this.#tellNotice(cell.id);
    try {
      const read = await this.#magics.begin(request, cell.id);
      if ("ename" in read) cell.refuse(read);
      else await this.#begin(cell, read);
      const result = await cell.result;
      await this.#cluster.upToDate();
      for (const line of this.#prints.ended(cell.name, systemClock.now())) this.#print(line);
      for (const output of cell.takeHeld()) this.#put(output, cell.id);
      this.#views.flush();
      await this.#types.ended(result, cell.id);
      return "nextInput" in read ? { ...result, nextInput: read.nextInput } : result;
    } finally {
      this.#running.end(request.lane);
      this.#stuck.ended();
    }
  }

  interrupt(): void {
    const cells = this.#running.all;
    const sent = cells.filter((cell) => cell.interrupt());
    const meant = [...sent.map(({ id }) => id), ...this.#comms.underWay];
    if (meant.length > 0) this.#session?.interrupt(Math.max(...meant));
    this.#stuck.interrupted(sent);
  }

  holdOutput(isHeld: boolean): void {
    this.#isOutputHeld = isHeld;
    this.#session?.holdOutput(isHeld);
  }

  get openInspector(): OpenInspector {
    return (events) => this.#inspector.open(events);
  }

  get comms(): ReadonlyMap<string, { readonly target: string }> {
    return this.#comms.open;
  }

  hearComm(message: CommMessage): boolean {
    const cell = this.#comms.heard(message);
    if (cell === undefined) return false;
    const id = this.#beginCallback(cell);
    this.#session?.send({ type: "comm", id, name: this.#cells.nameOf(cell), message });
    return true;
  }

  #beginCallback(cell: number): number {
    const id = ++this.#lastExecution;
    this.#comms.began(id, cell);
    return id;
  }

  /** Resolves when the session's code has run, or the session is gone. */
  #touch(control: string, value: UiValue, cell: number): Promise<void> {
    const id = this.#beginCallback(cell);
    this.#session?.send({ type: "ui", id, name: this.#cells.nameOf(cell), control, value });
    return this.#comms.whenEnded(id);
  }

  watchView(request: ViewRequest, tell: (message: ViewMessage) => void): Promise<ViewWatch | undefined> {
    return this.#views.watch(request, tell);
  }

  complete(code: string, cursor: number): Promise<JoinedCompletions> {
    return this.#questions.complete(code, cursor);
  }

  inspect(code: string, cursor: number, detail: 0 | 1): Promise<{ found: boolean; data: MimeBundle }> {
    return this.#questions.inspect(code, cursor, detail);
  }

  isComplete(code: string): { status: "complete" | "incomplete" | "invalid"; indent?: string } {
    return this.#questions.isComplete(code);
  }

  typesSettled(): Promise<void> {
    return this.#types.settled();
  }

  close({ keepCluster }: { readonly keepCluster: boolean }): Promise<void> {
    return (this.#closing ??= this.#close(keepCluster));
  }

  async #close(keepCluster: boolean): Promise<void> {
    // a cell may spin and hear nothing; an idle session's exit handlers may take a while
    const cells = this.#running.all;
    const graceMs = cells.length === 0 ? IDLE_GRACE_MS : BUSY_GRACE_MS;
    for (const cell of cells) cell.fail(new Error(`${cell.name} was stopped: the session was closed.`));
    this.#busyOwner.close();
    await this.#views.close();
    this.#cancelTelling?.();
    const typesEnded = this.#types.checker.end();
    await this.#session?.end(graceMs);
    await typesEnded;
    await this.#cluster.end({ keep: keepCluster });
  }

  /** Hands the cell to a session that is ready. */
  async #begin(cell: RunningCell, request: ReadRequest): Promise<void> {
    const session = this.#currentSession();
    await session.ready;
    await this.#inspector.ready();
    const wrongTypes = await Promise.race([this.#types.begin(request, cell.id), cell.interrupted]);
    if (cell.isSettled) return;
    if (cell.isInterrupted) return cell.stopBeforeStart();
    if (wrongTypes !== undefined) return cell.refuse(wrongTypes);
    cell.wasSent = true;
    this.#busyOwner.wake();
    const { name, code, magics, written, silent = false, userExpressions = {}, lane } = request;
    session.send({ type: "execute", id: cell.id, name, code, magics, written, silent, userExpressions, lane });
  }

  /** A fresh session; resolves when the old one is gone. */
  async #reset(): Promise<void> {
    const session = this.#currentSession();
    await session.ready;
    this.#isResetting = true;
    await session.end(IDLE_GRACE_MS);
    this.#isResetting = false;
  }

  #currentSession(): SessionProcess {
    return (this.#session ??= this.#startSession());
  }

  #startSession(): SessionProcess {
    const { folder, env } = this.#options;
    let wasReady = false;
    const session: SessionProcess = new SessionProcess({
      folder,
      env: { ...process.env, ...env },
      onMessage: (message) => this.#onMessage(session, message),
      onMark: (event) => this.#onMark(event),
      onInspector: (text) => this.#inspector.heard(text),
      onEnd: (end) => this.#onSessionEnd(end, wasReady),
    });
    if (this.#isOutputHeld) session.holdOutput(true);
    session.ready.then(() => { wasReady = true; }, () => undefined);
    return session;
  }

  #onSessionEnd(end: SessionEnd, wasReady: boolean): void {
    this.#session = undefined;
    this.#questions.giveUp();
    this.#types.checker.reset();
    this.#names.clear();
    for (const job of this.#cluster.jobs) this.#views.ownerEnded(job);
    this.#views.sessionEnded();
    for (const { message, cell } of this.#comms.end()) this.#options.onComm?.(message, cell);
    if (this.#closing !== undefined) return;
    const cells = this.#running.all.filter(({ wasSent }) => wasSent);
    for (const cell of cells) cell.sessionDied(diedInCell(end), end.exitCalled && end.code !== null ? end.code : undefined);
    if (cells.length === 0 && wasReady && !this.#isResetting) this.#notice += diedBetweenCells(end);
    // one that cannot even start is tried again by the next cell only
    if (!wasReady) return;
    this.#currentSession();
    this.#inspector.replaced();
  }

  #onMark(event: MarkEvent): void {
    if (event.type === "end") this.#running.of(event.execution)?.outputEnded(event.execution);
    if (event.type !== "output") return;
    const { output } = event;
    const execution = this.#comms.cellOf(event.execution);
    const isResult = output.type === "result" || (output.type === "view" && output.isResult);
    const cell = isResult ? this.#running.of(execution) : undefined;
    if (cell !== undefined) cell.hold(output);
    else this.#put(output, execution);
  }

  #put(output: Output, cell: number): void {
    if (output.type === "view") this.#addView(output, cell);
    else if (output.type === "ui" || output.type === "ui-values") this.#views.applyUi(output);
    else if (output.type === "comm" || output.type === "comm-target") this.#sayComm(output, cell);
    else this.#options.onOutput(output, cell);
  }

  #addView(output: Extract<Output, { type: "view" }>, cell: number): void {
    this.#views.add(output, cell);
    this.#busyOwner.wake();
  }

  #sayComm(output: CommOutput, cell: number): void {
    const message = this.#comms.said(output, cell);
    if (message !== undefined) this.#options.onComm?.(message, cell);
  }

  #onMessage(session: SessionProcess, message: Exclude<SessionMessage, { type: "ready" | "exiting" }>): void {
    switch (message.type) {
      case "executed":
        for (const name of message.declared ?? []) this.#names.add(name);
        return this.#running.of(message.id)?.replied(message);
      case "names": return this.#types.checker.learn(message.names, message.builtins);
      case "completed":
      case "inspected": return this.#questions.answered(message);
      case "cluster-wanted": return void this.#answerCluster(session, message.id, this.#cluster.want(message.options, message.job));
      case "cluster-unwanted": return void this.#answerCluster(session, message.id, this.#endCluster());
      case "pong": return this.#busyOwner.answered();
      case "comm-handled": return this.#comms.ended(message.id);
      case "input-wanted": return void this.#answerInput(session, message);
    }
  }

  async #answerCluster(session: SessionProcess, id: number, cluster: ReturnType<FrontCluster["want"]>): Promise<void> {
    const answer = await cluster.catch((error: unknown) => ({ error: (error as Error).message }));
    session.send({ type: "cluster", id, cluster: answer });
  }

  async #endCluster(): ReturnType<FrontCluster["want"]> {
    const ended = await this.#cluster.end({ keep: false });
    if (ended === undefined) throw new Error("There is no cluster to shut down.");
    return ended;
  }

  async #answerInput(session: SessionProcess, { id, execution, prompt, password }: Extract<SessionMessage, { type: "input-wanted" }>): Promise<void> {
    const { onInput } = this.#options;
    try {
      if (onInput === undefined) throw new Error("nobody is there to answer");
      session.send({ type: "input", id, value: await onInput({ prompt, password }, this.#comms.cellOf(execution)) });
    } catch (error) {
      session.send({ type: "input", id, value: undefined, refused: (error as Error).message });
    }
  }

  #onEvents(rows: readonly EngineEvent[]): void {
    this.#views.apply(rows);
    for (const row of rows) {
      const line = this.#cluster.concerns(row) ? this.#prints.line(row, systemClock.now()) : undefined;
      if (line !== undefined) this.#print(line);
    }
    this.#tellLater();
  }

  #print({ name, text, origin }: PrintedLine): void {
    const cell = (origin !== undefined && this.#cells.numberOf(origin)) || this.#lastCell;
    this.#options.onOutput({ type: "stream", name, text }, cell);
  }

  /** How much was left out of what workers print on and on. */
  #tellLater(): void {
    const { tellAt } = this.#prints;
    if (tellAt === undefined || this.#cancelTelling !== undefined || this.#closing !== undefined) return;
    this.#cancelTelling = systemClock.after(Math.max(0, tellAt - systemClock.now()), () => {
      this.#cancelTelling = undefined;
      for (const line of this.#prints.due(systemClock.now())) this.#print(line);
      this.#tellLater();
    });
  }

  #tellNotice(cell: number): void {
    if (this.#notice !== "") this.#options.onOutput({ type: "stream", name: "stderr", text: this.#notice }, cell);
    this.#notice = "";
  }
}
