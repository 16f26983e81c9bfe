/**
 * The unfinished tasks of one worker, or calls of one actor, in the order in which they were sent. A list with holes: most end in that order, so a
 * Set's hashes would cost more than all else that is done for a task.
 */
const HOLES = 1024;

export class SentTasks<Task extends { place: number }> {
  private list: (Task | undefined)[] = [];
  /** The place of the first one of the list. */
  private base = 0;
  /** Before it there are only holes. */
  private from = 0;
  private count = 0;

  get size(): number {
    return this.count;
  }

  get oldest(): Task | undefined {
    return this.list[this.from];
  }

  add(task: Task): void {
    task.place = this.base + this.list.length;
    this.list.push(task);
    this.count++;
  }

  /** False when it is not here. */
  delete(task: Task): boolean {
    const at = task.place - this.base;
    const { list } = this;
    if (list[at] !== task) return false;
    list[at] = undefined;
    this.count--;
    if (this.count === 0) this.restart();
    else if (at === this.from) this.skipHoles();
    return true;
  }

  private skipHoles(): void {
    const { list } = this;
    while (list[this.from] === undefined) this.from++;
    if (this.from < HOLES || this.from * 2 < list.length) return;
    this.list = list.slice(this.from);
    this.base += this.from;
    this.from = 0;
  }

  clear(): void {
    this.count = 0;
    this.restart();
  }

  private restart(): void {
    this.base += this.list.length;
    this.list = [];
    this.from = 0;
  }

  *[Symbol.iterator](): IterableIterator<Task> {
    for (let i = this.from; i < this.list.length; i++) {
      const task = this.list[i];
      if (task) yield task;
    }
  }
}
