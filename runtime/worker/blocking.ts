/**
 * Whether this process only waits, and what it does meanwhile. Owns: how many calls are unfinished and how many of them wait.
 *
 * B1. A task worker is blocked while it has a call from elsewhere and each unfinished call waits in get or wait; an actor's
 *     process while any of its calls waits.
 * B2. While blocked it runs tasks that it submitted itself, once the head said that it may (no process will come for them);
 *     when none is left it says again that it is blocked.
 * B3. The head has the last word that was said: an answer to an earlier one counts for nothing.
 */
export interface BlockingCall {
  /** How many gets and waits of it are under way. */
  waits: number;
  readonly isOwn: boolean;
}

export interface BlockingShell {
  /** Nothing goes on here: what has not begun is handed back. */
  blocked(): void;
  unblocked(): void;
  /** For the head. `wait` numbers the times when it was told `true`; `isAlone`: nothing may run here meanwhile. */
  tell(isBlocked: boolean, wait: number, isAlone: boolean): void;
  /** Nothing may run beside the task from elsewhere. */
  isAlone(): boolean;
  /** Sends a task of this process's own to itself. False: there is none. */
  runOwn(): boolean;
}

export class Blocking {
  private readonly shell: BlockingShell;
  private isActor = false;
  private unfinished = 0;
  private foreign = 0;
  private waiting = 0;
  /** Own tasks that are on their way to this process. */
  private arriving = 0;
  /** Own tasks whose result is on its way: who waits for it is about to run. */
  private answering = 0;
  private actorWaits = 0;
  private was = false;
  private isTold = false;
  private wait = 0;
  private mayRunOwn = false;

  constructor(shell: BlockingShell) {
    this.shell = shell;
  }

  /** B1. */
  get isBlocked(): boolean {
    if (this.isActor) return this.actorWaits > 0;
    return this.foreign > 0 && this.arriving === 0 && this.answering === 0 && this.waiting === this.unfinished;
  }

  /** A call from elsewhere has not ended. */
  get isTaken(): boolean {
    return this.foreign > 0;
  }

  /** Whether a call that begins now has others beside it. */
  get isShared(): boolean {
    return this.unfinished > 1;
  }

  get isIdle(): boolean {
    return this.unfinished === 0;
  }

  becameActor(): void {
    this.isActor = true;
  }

  began(call: BlockingCall): void {
    this.unfinished++;
    if (call.isOwn) this.arriving--;
    else this.foreign++;
    this.look();
  }

  ended(call: BlockingCall): void {
    this.unfinished--;
    if (call.isOwn) this.answering++;
    else this.foreign--;
    if (call.waits > 0) this.waiting--;
    call.waits = Number.NaN; // a wait that goes on after its call says nothing
    this.look();
  }

  /** The result of an own task was read, and who waited for it has gone on. */
  answered(): void {
    this.answering--;
    this.look();
  }

  /** A get or wait begins, in a call or (undefined) elsewhere. Call what it returns when it has ended. */
  beganWait(call: BlockingCall | undefined): () => void {
    this.count(call, 1);
    return () => this.count(call, -1);
  }

  private count(call: BlockingCall | undefined, by: 1 | -1): void {
    if (this.isActor) this.actorWaits += by;
    if (call && !Number.isNaN(call.waits)) {
      call.waits += by;
      if (call.waits === (by === 1 ? 1 : 0)) this.waiting += by;
    }
    this.look();
  }

  /** The head's answer to wait number `wait`: own tasks may run here (B3). */
  permitted(wait: number): void {
    if (!this.isTold || wait !== this.wait) return;
    this.isTold = false;
    this.mayRunOwn = true;
    this.look();
  }

  private look(): void {
    if (this.isBlocked && !this.was) this.shell.blocked();
    let isAlone = false;
    if (this.isBlocked && (this.shell.isAlone() || (this.mayRunOwn && !this.shell.runOwn()))) {
      isAlone = true;
      this.mayRunOwn = false;
    } else if (this.isBlocked && this.mayRunOwn) this.arriving++; // B2
    const is = this.isBlocked;
    if (!is && this.was) this.shell.unblocked();
    this.was = is;
    if (is === this.isTold) return;
    this.isTold = is;
    if (is) this.wait++;
    this.shell.tell(is, this.wait, isAlone);
  }
}
