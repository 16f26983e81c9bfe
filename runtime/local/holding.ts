/**
 * Whether this worker owns objects that others may still read: the head does not end such a process for want of work. Owns: what the
 * head was told. It hears of the first object when the call that made it has ended, of the last one when the process is quiet.
 */
export interface HoldingShell {
  owned(): number;
  tell(holds: boolean): void;
}

export class Holding {
  private readonly shell: HoldingShell;
  private isTold = false;

  constructor(shell: HoldingShell) {
    this.shell = shell;
  }

  callsEnded(): void {
    if (!this.isTold && this.shell.owned() > 0) this.say(true);
  }

  quiet(): void {
    if (this.isTold && this.shell.owned() === 0) this.say(false);
  }

  private say(holds: boolean): void {
    this.isTold = holds;
    this.shell.tell(holds);
  }
}
