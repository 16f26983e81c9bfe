/**
 * This process's part of the store as others see it: what it tells the head of its memory, and what it does when the head or an
 * owner asks. Owns: when the head was told last.
 */
import { setImmediate, setTimeout } from "node:timers";
import type { ProcessName } from "../ids.ts";
import type { Message, ToHead } from "../wire/message.ts";
import type { Objects } from "./objects.ts";
import type { StoreUse } from "./values.ts";

/** While code runs that never awaits, each object that does not fit asks for room; the head need not hear of all. */
const TOLD_AGAIN_MS = 20;
/** What was let go here travels to its owners, and from them to the writers. */
const SETTLE_MS = 20;

export interface StoreKeepingShell {
  readonly objects: Objects;
  sayToHead(message: ToHead): void;
  /** Collects garbage now. */
  collect(): void;
}

export class StoreKeeping {
  private readonly shell: StoreKeepingShell;
  private told: StoreUse | undefined;
  private toldAt = -Infinity;

  constructor(shell: StoreKeepingShell) {
    this.shell = shell;
  }

  /** False: it is nothing of the store's. */
  hear(from: ProcessName, message: Message): boolean {
    const { objects } = this.shell;
    switch (message.type) {
      case "store-granted":
        objects.values.grant(message.bytes);
        this.tell();
        return true;
      case "collect":
        void this.collect(message.round);
        return true;
      case "spill":
        objects.spilling.spill(message.bytes);
        return true;
      case "free-blocks":
        for (const block of message.blocks) objects.values.free(from, block);
        return true;
      case "blocks-lost":
        objects.values.onLost(from, message.blocks);
        return true;
      case "views-sought":
        objects.moves.onViewsSought(from, message.refs);
        return true;
      case "views-told":
        objects.spilling.onViewsTold(from, message.unread);
        return true;
      case "free":
        objects.freed.free(message.refs.filter((ref) => objects.ownership.isOwn(ref)));
        return true;
      case "moved":
        objects.moves.onMoved(message);
        return true;
      default:
        return false;
    }
  }

  private async collect(round: number): Promise<void> {
    const { objects } = this.shell;
    this.shell.collect();
    // finalizers run when the loop turns, those of what they held one turn later
    for (let turn = 0; turn < 2; turn++) await new Promise<void>((next) => { setImmediate(next); });
    objects.sweep();
    await new Promise<void>((settled) => { setTimeout(settled, SETTLE_MS).unref(); });
    this.tell();
    this.shell.sayToHead({ type: "collected", round, ...objects.spilling.spillable() });
  }

  /** Something changed that cannot wait for the next turn of the house. */
  changed(): void {
    if (performance.now() - this.toldAt > TOLD_AGAIN_MS) this.tell();
  }

  tell(): void {
    this.told = this.shell.objects.values.takeUse();
    this.toldAt = performance.now();
    this.shell.sayToHead({ type: "store-used", ...this.told });
  }

  tellIfChanged(): void {
    const use = this.shell.objects.values.takeUse();
    const { told } = this;
    if (told && use.missedBytes === 0 && (Object.keys(use) as (keyof StoreUse)[]).every((name) => use[name] === told[name] || name === "missedBytes")) return;
    this.told = use;
    this.toldAt = performance.now();
    this.shell.sayToHead({ type: "store-used", ...use });
  }
}
