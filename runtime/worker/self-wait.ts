/**
 * Calls of an actor that can never end, named in the cell that made them: one that waits for a call of its own actor while no
 * further one may start there, and one that waits behind a generator which nobody reads. Owns: the timers, and what was said.
 */
import type { Call } from "./call.ts";

const NAMED_AFTER_MS = 1_000;

/** A call to this very actor for whose result somebody here waits. */
export interface OwnCall {
  readonly name: string;
  readonly group: string | undefined;
  /** The call that made it. */
  readonly submitter: unknown;
}

export interface ActorCallsNow {
  readonly className: string;
  readonly running: readonly Call[];
  readonly awaited: readonly OwnCall[];
  /** The one that would start next, of those that may not. */
  readonly waiting: Call | undefined;
  /** The name of the group whose number counts for it, "" for none. */
  groupOf(group: string | undefined): string;
  mostOf(group: string | undefined): number;
}

export interface SelfWaitParts {
  /** Undefined in a process that is no actor's. */
  now(): ActorCallsNow | undefined;
  /** Where the call prints. */
  say(call: Call, text: string): void;
}

export class SelfWait {
  private readonly parts: SelfWaitParts;
  private isBlocked = false;
  private readonly held = new Set<Call>();
  private timer: NodeJS.Timeout | undefined;
  private readonly said = new Set<string>();

  constructor(parts: SelfWaitParts) {
    this.parts = parts;
  }

  /** A call of the actor waits in get, or none does. */
  blocked(isBlocked: boolean): void {
    this.isBlocked = isBlocked;
    this.watch();
  }

  /** A generator is as far ahead of its reader as it may be, or goes on. */
  holds(call: Call, isHeld: boolean): void {
    if (isHeld) this.held.add(call);
    else this.held.delete(call);
    this.watch();
  }

  private watch(): void {
    const isWanted = this.isBlocked || this.held.size > 0;
    if (isWanted) this.timer ??= setInterval(() => this.look(), NAMED_AFTER_MS);
    else if (this.timer) {
      clearInterval(this.timer);
      this.timer = undefined;
    }
  }

  private look(): void {
    const now = this.parts.now();
    if (!now) return;
    for (const { call, awaited } of stuckCalls(now)) this.say(call, awaited.name, () => selfWaitText(now, call, awaited));
    const { waiting } = now;
    const before = waiting && now.running.filter(({ meta }) => now.groupOf(meta.group) === now.groupOf(waiting.meta.group));
    if (!waiting || !before?.every((call) => this.held.has(call))) return;
    const [holder] = before;
    if (holder) this.say(waiting, holder.meta.name, () => heldText(now, holder, waiting));
  }

  private say(call: Call, other: string, text: () => string): void {
    const key = `${call.meta.name} ${other}`;
    if (this.said.has(key)) return;
    this.said.add(key);
    this.parts.say(call, text());
  }
}

/** Those of the running calls that wait for one that only starts when one of them ends. */
export function stuckCalls({ running, awaited, groupOf, mostOf }: Pick<ActorCallsNow, "running" | "awaited" | "groupOf" | "mostOf">): { readonly call: Call; readonly awaited: OwnCall }[] {
  const inGroup = (group: string | undefined): Call[] => running.filter(({ meta }) => groupOf(meta.group) === groupOf(group));
  const waiting = new Map<Call, OwnCall>();
  for (const own of awaited) {
    const call = running.find((each) => each === own.submitter);
    if (call && inGroup(own.group).length >= mostOf(own.group)) waiting.set(call, own);
  }
  for (let before = -1; before !== waiting.size;) {
    before = waiting.size;
    // one that ends makes room
    for (const [call, own] of waiting) if (inGroup(own.group).some((each) => !waiting.has(each))) waiting.delete(call);
  }
  return [...waiting].map(([call, own]) => ({ call, awaited: own }));
}

function selfWaitText(now: ActorCallsNow, { meta }: Call, { name, group }: OwnCall): string {
  return `${meta.name} waits for ${name}, a call of its own actor: ${limitText(now, group)}, so neither ever ends. Call this.${name.slice(name.lastIndexOf(".") + 1)}(…) itself, return the ref without waiting, or ${moreText(now, group)}`;
}

function heldText(now: ActorCallsNow, { meta }: Call, waiting: Call): string {
  return `${waiting.meta.name} waits behind the generator ${meta.name}, which is ${meta.stream} ${meta.stream === 1 ? "item" : "items"} ahead of its reader and waits too: ${limitText(now, meta.group)}. Take the generator's items, close() it, or ${moreText(now, meta.group)}`;
}

function limitText({ className, groupOf, mostOf }: ActorCallsNow, group: string | undefined): string {
  const most = mostOf(group);
  return `${className} runs ${most === 1 ? "one call" : `${most} calls`} at a time${groupOf(group) === "" ? "" : ` in its group "${groupOf(group)}"`}`;
}

function moreText({ groupOf, mostOf }: ActorCallsNow, group: string | undefined): string {
  const name = groupOf(group);
  const more = mostOf(group) + 1;
  return name === "" ? `give the class maxConcurrency: ${more}` : `give the class concurrencyGroups: { ${JSON.stringify(name)}: ${more} }`;
}
