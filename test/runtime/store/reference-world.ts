/**
 * A cluster of processes that exchange refs, for the fuzz test: each has real `References`, messages of one pair keep their order,
 * everything else happens in random order, and processes die with part of what they sent on its way. It sees all processes at once,
 * so it knows what no process can: whether a value that an owner forgets is still held somewhere.
 */
import { newProcessName, objectId, ownerOf, type ObjectId, type ProcessName } from "../../../runtime/ids.ts";
import { type LendId, type ReferenceCommand, References } from "../../../runtime/store/references.ts";

type Message =
  | { readonly type: "data"; readonly lendId: LendId; readonly ids: readonly ObjectId[] }
  | { readonly type: "end-lend"; readonly lendId: LendId; readonly kept: readonly ObjectId[] }
  | { readonly type: "borrow" | "acknowledge"; readonly id: ObjectId; readonly seq: number }
  | { readonly type: "unborrow" | "ask-pin" | "grant-pin" | "refuse-pin" | "unpin"; readonly id: ObjectId }
  | { readonly type: "died"; readonly process: ProcessName };

interface Actor {
  readonly name: ProcessName;
  readonly refs: References;
  readonly handles: ObjectId[];
  /** Own objects whose value has not come yet. */
  readonly pending: ObjectId[];
  readonly unsettled: { readonly lendId: LendId; readonly from: ProcessName; readonly ids: readonly ObjectId[] }[];
  readonly lends: Map<LendId, { readonly to: ProcessName; readonly ids: readonly ObjectId[] }>;
  readonly pins: ObjectId[];
  made: number;
}

const NOTICES = "notices";

export class ReferenceWorld {
  readonly #random: () => number;
  readonly #actors: Actor[] = [];
  /** Messages under way by "from>to"; death notices come from nobody. */
  readonly #queues = new Map<string, Message[]>();
  readonly #forgotten = new Set<ObjectId>();
  /** With the order of their making. */
  readonly #created = new Map<ObjectId, number>();
  readonly #freed = new Set<ObjectId>();
  /** Refs whose lender died with the message under way: their value may be gone. */
  readonly #orphaned = new Set<ObjectId>();
  #lends = 0;
  events = 0;
  deaths = 0;

  constructor(seed: number, processes: number) {
    this.#random = mulberry32(seed);
    for (let i = 0; i < processes; i++) this.#spawn();
  }

  /** One random event, and the check of the process that it happened in. */
  step(): void {
    const actor = this.#pick(this.#actors)!;
    const roll = this.#random();
    if (roll < 0.42) this.#deliverSomething();
    else if (roll < 0.52) this.#create(actor);
    else if (roll < 0.67) this.#drop(actor);
    else if (roll < 0.78) this.#send(actor);
    else if (roll < 0.86) this.#settle(actor);
    else if (roll < 0.9) this.#askPin(actor);
    else if (roll < 0.94) this.#unpin(actor);
    else if (roll < 0.97) this.#store(actor);
    else if (roll < 0.975) this.#free(actor);
    else if (roll < 0.99) this.#retain(actor);
    else if (roll < 0.991) this.#kill(actor);
    this.events++;
    actor.refs.assertInvariants();
  }

  /** Everybody lets go of everything and all messages arrive: nothing may be left. */
  finish(): void {
    for (let quiet = false; !quiet;) {
      quiet = true;
      for (const actor of this.#actors) {
        while (actor.unsettled.length > 0) this.#settle(actor);
        while (actor.pending.length > 0) this.#store(actor);
        while (actor.handles.length > 0) this.#drop(actor);
        while (actor.pins.length > 0) this.#unpin(actor);
      }
      while (this.#deliverSomething()) quiet = false;
    }
    for (const actor of this.#actors) {
      actor.refs.assertInvariants();
      const left = { owned: actor.refs.owned.size, borrowed: actor.refs.borrowed.size, lends: actor.refs.borrowed.openLends };
      if (left.owned + left.borrowed + left.lends > 0) throw new Error(`${actor.name} still knows ${JSON.stringify(left)}`);
      for (const id of this.#created.keys()) if (ownerOf(id) === actor.name && !this.#forgotten.has(id)) throw new Error(`${id} was never forgotten`);
    }
  }

  #create(actor: Actor): void {
    const id = objectId(actor.name, actor.made++);
    const isPending = this.#random() < 0.3;
    const contains = isPending ? undefined : this.#someOf(this.#reachable(actor));
    if (isPending) actor.pending.push(id);
    this.#created.set(id, this.#created.size);
    actor.handles.push(id);
    this.#carryOut(actor, actor.refs.created(id, contains));
  }

  #store(actor: Actor): void {
    const id = this.#takeOne(actor.pending);
    if (id === undefined) return;
    // values hold older objects only: counts cannot see a ring of values, as in Ray
    const contains = this.#someOf(this.#reachable(actor).filter((other) => this.#created.get(other)! < this.#created.get(id)!));
    this.#carryOut(actor, actor.refs.stored(id, contains), this.#forgotten.has(id));
  }

  #retain(actor: Actor): void {
    const id = this.#pick(this.#reachable(actor));
    if (id === undefined) return;
    actor.handles.push(id);
    this.#carryOut(actor, actor.refs.retained(id));
  }

  #drop(actor: Actor): void {
    const id = this.#takeOne(actor.handles);
    if (id !== undefined) this.#carryOut(actor, actor.refs.released(id));
  }

  #free(actor: Actor): void {
    const ids = actor.handles.filter((id) => ownerOf(id) === actor.name && this.#random() < 0.3);
    for (const id of ids) this.#freed.add(id);
    this.#carryOut(actor, actor.refs.freed(ids));
  }

  #send(actor: Actor): void {
    const to = this.#pick(this.#actors.filter((other) => other !== actor));
    const ids = this.#someOf(this.#reachable(actor));
    if (to === undefined || ids.length === 0) return;
    const lendId = this.#lends++;
    actor.lends.set(lendId, { to: to.name, ids });
    this.#carryOut(actor, actor.refs.lent(lendId, to.name, ids));
    this.#post(actor.name, to.name, { type: "data", lendId, ids });
  }

  #settle(actor: Actor): void {
    const lend = this.#takeOne(actor.unsettled);
    if (lend !== undefined) this.#carryOut(actor, actor.refs.settled(lend.lendId, lend.from));
  }

  #askPin(actor: Actor): void {
    const id = this.#pick(actor.handles.filter((handle) => ownerOf(handle) !== actor.name));
    if (id === undefined || actor.pins.length > 20) return;
    this.#post(actor.name, ownerOf(id), { type: "ask-pin", id });
  }

  #unpin(actor: Actor): void {
    const id = this.#takeOne(actor.pins);
    if (id !== undefined) this.#post(actor.name, ownerOf(id), { type: "unpin", id });
  }

  /** What it sent arrives in part; everybody else hears of the death at a moment of their own. */
  #kill(actor: Actor): void {
    this.#actors.splice(this.#actors.indexOf(actor), 1);
    this.deaths++;
    for (const { ids } of actor.lends.values()) for (const id of ids) this.#orphaned.add(id);
    for (const [pair, queue] of this.#queues) {
      if (pair.startsWith(`${actor.name}>`)) queue.splice(Math.floor(this.#random() * (queue.length + 1)));
      if (pair.endsWith(`>${actor.name}`)) this.#queues.delete(pair);
    }
    for (const other of this.#actors) this.#post(NOTICES, other.name, { type: "died", process: actor.name });
    this.#spawn();
  }

  #spawn(): void {
    const name = newProcessName("worker");
    this.#actors.push({ name, refs: new References(name), handles: [], pending: [], unsettled: [], lends: new Map(), pins: [], made: 0 });
  }

  #deliverSomething(): boolean {
    const pair = this.#pick([...this.#queues.keys()]);
    if (pair === undefined) return false;
    const queue = this.#queues.get(pair)!;
    const message = queue.shift();
    if (queue.length === 0) this.#queues.delete(pair);
    const [from, to] = pair.split(">") as [ProcessName, ProcessName];
    const actor = this.#actors.find((other) => other.name === to);
    if (actor === undefined || message === undefined) return true;
    this.#deliver(actor, from, message);
    actor.refs.assertInvariants();
    return true;
  }

  #deliver(actor: Actor, from: ProcessName, message: Message): void {
    const { refs } = actor;
    switch (message.type) {
      case "data":
        refs.received(message.lendId, from, message.ids);
        actor.unsettled.push({ lendId: message.lendId, from, ids: message.ids });
        for (const id of message.ids) {
          if (this.#random() < 0.4) continue;
          actor.handles.push(id);
          this.#carryOut(actor, refs.retained(id));
        }
        if (this.#random() < 0.5) this.#carryOut(actor, refs.settled(message.lendId, actor.unsettled.pop()!.from));
        return;
      case "end-lend":
        actor.lends.delete(message.lendId);
        return this.#carryOut(actor, refs.lendDone(message.lendId, from, message.kept));
      case "borrow":
        refs.borrowedBy(message.id, from);
        return this.#post(actor.name, from, { type: "acknowledge", id: message.id, seq: message.seq });
      case "acknowledge":
        return this.#carryOut(actor, refs.acknowledged(message.id, message.seq));
      case "unborrow":
        return this.#carryOut(actor, refs.unborrowedBy(message.id, from));
      case "ask-pin":
        return this.#post(actor.name, from, { type: refs.pinned(message.id, from) ? "grant-pin" : "refuse-pin", id: message.id });
      case "grant-pin":
        actor.pins.push(message.id);
        return;
      case "refuse-pin":
        if (actor.handles.includes(message.id) && !this.#mayBeGone(message.id)) throw new Error(`${actor.name} holds ${message.id} and cannot read it`);
        return;
      case "unpin":
        return this.#carryOut(actor, refs.unpinned(message.id, from));
      case "died":
        for (const [lendId, lend] of actor.lends) if (lend.to === message.process) actor.lends.delete(lendId);
        return this.#carryOut(actor, refs.processDied(message.process));
    }
  }

  #carryOut(actor: Actor, commands: readonly ReferenceCommand[], mayRepeat = false): void {
    for (const command of commands) {
      switch (command.type) {
        case "borrow":
          this.#post(actor.name, ownerOf(command.id), { type: "borrow", id: command.id, seq: command.seq });
          break;
        case "unborrow":
          this.#post(actor.name, ownerOf(command.id), { type: "unborrow", id: command.id });
          break;
        case "end-lend":
          this.#post(actor.name, command.to, { type: "end-lend", lendId: command.lendId, kept: command.kept });
          break;
        case "forget-value":
          this.#assertForgettable(actor, command.id, mayRepeat);
          this.#forgotten.add(command.id);
          break;
        case "release-borrowed":
          throw new Error("References carries this out itself");
      }
    }
  }

  #assertForgettable(owner: Actor, id: ObjectId, mayRepeat: boolean): void {
    if (this.#forgotten.has(id) && !mayRepeat) throw new Error(`${id} was forgotten twice`);
    const say = (why: string): never => { throw new Error(`${owner.name} forgets ${id}, but ${why}`); };
    for (const actor of this.#actors) {
      if (actor.pins.includes(id)) say(`${actor.name} reads it`);
      if (this.#mayBeGone(id)) continue;
      if (actor.handles.includes(id)) say(`${actor.name} has a handle`);
      if (actor.refs.borrowed.isHeld(id)) say(`${actor.name} holds it`);
      if (actor.unsettled.some((lend) => lend.ids.includes(id) && this.#isAlive(lend.from))) say(`${actor.name} looks at a message with it`);
    }
    for (const [pair, queue] of this.#queues) {
      const [from, to] = pair.split(">") as [ProcessName, ProcessName];
      if (!this.#isAlive(to)) continue;
      for (const message of queue) {
        if (message.type === "grant-pin" && message.id === id) say(`${to} is about to read it`);
        if (message.type === "data" && message.ids.includes(id) && this.#isAlive(from) && !this.#mayBeGone(id)) say(`a message from ${from} to ${to} carries it`);
      }
    }
  }

  #mayBeGone(id: ObjectId): boolean {
    return this.#freed.has(id) || this.#orphaned.has(id);
  }

  #isAlive(name: ProcessName): boolean {
    return this.#actors.some((actor) => actor.name === name);
  }

  /** Handles, and refs in messages that it has not settled, which can be sent on or stored without a handle. */
  #reachable(actor: Actor): ObjectId[] {
    return [...actor.handles, ...actor.unsettled.filter((lend) => this.#isAlive(lend.from)).flatMap((lend) => lend.ids)];
  }

  #post(from: string, to: ProcessName, message: Message): void {
    if (!this.#isAlive(to)) {
      // who could not hear of a death, being younger, learns it by the message that finds nobody
      if (from !== NOTICES && from !== to) this.#post(NOTICES, from as ProcessName, { type: "died", process: to });
      return;
    }
    const pair = `${from}>${to}`;
    const queue = this.#queues.get(pair);
    if (queue === undefined) this.#queues.set(pair, [message]);
    else queue.push(message);
  }

  #pick<Item>(items: readonly Item[]): Item | undefined {
    return items[Math.floor(this.#random() * items.length)];
  }

  #takeOne<Item>(items: Item[]): Item | undefined {
    return items.splice(Math.floor(this.#random() * items.length), 1)[0];
  }

  #someOf(ids: readonly ObjectId[]): ObjectId[] {
    return Array.from({ length: Math.min(ids.length, Math.floor(this.#random() * 4)) }, () => this.#pick(ids)!);
  }
}

function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
