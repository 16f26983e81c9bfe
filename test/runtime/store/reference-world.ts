/**
 * A cluster of processes that exchange refs, for the fuzz test: each has real `References`, messages of one pair keep their order,
 * everything else happens in random order, and processes die with part of what they sent on its way. Values lie in blocks, which are
 * read, moved (spilled) and lost (and made again). The world sees all processes at once, so it knows what no process can: whether a
 * value that an owner forgets is still held somewhere, and whether a block that is freed can still be read.
 */
import { newProcessName, objectId, ownerOf, type ObjectId, type ProcessName } from "../../../runtime/ids.ts";
import { type LendId, type Move, type ReferenceCommand, References } from "../../../runtime/store/references.ts";

/** The first, second, … block of an object: each move and each making of it has its own. */
export type Block = number;
type Addresses = ReadonlyMap<ObjectId, Block>;

type Message =
  | { readonly type: "data"; readonly lendId: LendId; readonly ids: readonly ObjectId[]; readonly addresses: Addresses }
  | { readonly type: "end-lend"; readonly lendId: LendId; readonly kept: readonly ObjectId[] }
  | { readonly type: "borrow" | "acknowledge"; readonly id: ObjectId; readonly seq: number }
  | { readonly type: "unborrow"; readonly id: ObjectId }
  | { readonly type: "moved"; readonly id: ObjectId; readonly move: Move; readonly block: Block }
  | { readonly type: "clear-move"; readonly id: ObjectId; readonly move: Move }
  | { readonly type: "died"; readonly process: ProcessName };

export interface Actor {
  readonly name: ProcessName;
  readonly refs: References;
  readonly handles: ObjectId[];
  /** Own objects whose value has not come yet, or was lost and is made again. */
  readonly pending: ObjectId[];
  readonly unsettled: { readonly lendId: LendId; readonly from: ProcessName; readonly ids: readonly ObjectId[]; readonly addresses: Addresses }[];
  readonly lends: Map<LendId, { readonly to: ProcessName; readonly ids: readonly ObjectId[] }>;
  readonly views: { readonly id: ObjectId; readonly block: Block; readonly move: Move }[];
  /** Where the values of held objects are, of own ones and others'. */
  readonly known: Map<ObjectId, Block>;
  /** What news of moves said. */
  readonly forwarded: Map<ObjectId, Block>;
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
  /** Blocks made, and of those the ones whose memory may be used again, and those whose file is gone. */
  readonly #blocks = new Map<ObjectId, Block>();
  readonly #freeBlocks = new Set<string>();
  readonly #lostBlocks = new Set<string>();
  readonly #oldBlocks = new Map<string, Block>();
  /** Refs whose lender died with the message under way: their value may be gone. */
  readonly #orphaned = new Set<ObjectId>();
  #lends = 0;
  readonly #make: (name: ProcessName) => References;
  events = 0;
  deaths = 0;
  moves = 0;
  /** Moves whose old block was freed later, when somebody had let go of it. */
  waits = 0;
  losses = 0;

  constructor(seed: number, processes: number, make = (name: ProcessName) => new References(name)) {
    this.#random = mulberry32(seed);
    this.#make = make;
    for (let i = 0; i < processes; i++) this.#spawn();
  }

  /** One random event, and the check of the process that it happened in. */
  step(): void {
    const actor = this.#pick(this.#actors)!;
    const roll = this.#random();
    if (roll < 0.42) this.#deliverSomething();
    else if (roll < 0.5) this.#create(actor);
    else if (roll < 0.62) this.#drop(actor);
    else if (roll < 0.74) this.#send(actor);
    else if (roll < 0.79) this.#settle(actor);
    else if (roll < 0.84) this.#view(actor);
    else if (roll < 0.88) this.#endView(actor);
    else if (roll < 0.905) this.#store(actor);
    else if (roll < 0.965) this.#move(actor);
    else if (roll < 0.97) this.#lose(actor);
    else if (roll < 0.99) this.#retain(actor);
    else if (roll < 0.991) this.#kill(actor);
    this.events++;
    this.#check(actor);
  }

  #check(actor: Actor): void {
    actor.refs.assertInvariants();
    for (const id of actor.known.keys()) if (ownerOf(id) !== actor.name && !actor.refs.borrowed.isHeld(id)) actor.known.delete(id);
    for (const id of actor.forwarded.keys()) if (!actor.refs.borrowed.knows(id)) actor.forwarded.delete(id);
  }

  /** Everybody lets go of everything and all messages arrive: nothing may be left. */
  finish(): void {
    for (let quiet = false; !quiet;) {
      quiet = true;
      for (const actor of this.#actors) {
        while (actor.unsettled.length > 0) this.#settle(actor);
        while (actor.pending.length > 0) this.#store(actor);
        while (actor.handles.length > 0) this.#drop(actor);
        while (actor.views.length > 0) this.#endView(actor);
      }
      while (this.#deliverSomething()) quiet = false;
    }
    for (const actor of this.#actors) {
      actor.refs.assertInvariants();
      const left = { owned: actor.refs.owned.size, borrowed: actor.refs.borrowed.size, lends: actor.refs.borrowed.openLends };
      if (left.owned + left.borrowed + left.lends > 0) throw new Error(`${actor.name} still knows ${JSON.stringify(left)}`);
      for (const id of this.#created.keys()) if (ownerOf(id) === actor.name && !this.#forgotten.has(id)) throw new Error(`${id} was never forgotten`);
      for (const [id, made] of this.#blocks) {
        if (ownerOf(id) !== actor.name) continue;
        for (let block = 1; block <= made; block++) if (!this.#freeBlocks.has(blockOf(id, block)) && !this.#lostBlocks.has(blockOf(id, block))) throw new Error(`M1: block ${block} of ${id} was never freed`);
      }
    }
  }

  #create(actor: Actor): void {
    const id = objectId(actor.name, actor.made++);
    const isPending = this.#random() < 0.3;
    const contains = isPending ? undefined : this.#someOf(this.#reachable(actor));
    if (isPending) actor.pending.push(id);
    else this.#makeBlock(actor, id);
    this.#created.set(id, this.#created.size);
    actor.handles.push(id);
    this.#carryOut(actor, actor.refs.created(id, contains));
  }

  #makeBlock(owner: Actor, id: ObjectId): void {
    const block = (this.#blocks.get(id) ?? 0) + 1;
    this.#blocks.set(id, block);
    owner.known.set(id, block);
  }

  #store(actor: Actor): void {
    const id = this.#takeOne(actor.pending);
    if (id === undefined) return;
    // values hold older objects only: counts cannot see a ring of values, as in Ray
    const contains = this.#someOf(this.#reachable(actor).filter((other) => this.#created.get(other)! < this.#created.get(id)!));
    this.#makeBlock(actor, id);
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

  #send(actor: Actor): void {
    const to = this.#pick(this.#actors.filter((other) => other !== actor));
    const ids = this.#someOf(this.#reachable(actor));
    if (to === undefined || ids.length === 0) return;
    const lendId = this.#lends++;
    actor.lends.set(lendId, { to: to.name, ids });
    // some values travel with their address, others are only named
    const addresses = new Map(ids.filter((id) => actor.known.has(id) && this.#random() < 0.7).map((id) => [id, actor.known.get(id)!]));
    this.#carryOut(actor, actor.refs.lent(lendId, to.name, ids));
    this.#post(actor.name, to.name, { type: "data", lendId, ids, addresses });
  }

  #settle(actor: Actor): void {
    const lend = this.#takeOne(actor.unsettled);
    if (lend !== undefined) this.#carryOut(actor, actor.refs.settled(lend.lendId, lend.from));
  }

  // ---- blocks

  /** Maps a value that it holds, or one in a message that it looks at. */
  #view(actor: Actor): void {
    const held = [...actor.known].filter(([id]) => actor.handles.includes(id));
    const underWay = actor.unsettled.filter((lend) => this.#isAlive(lend.from)).flatMap((lend) => [...lend.addresses]);
    const old = underWay.filter(([id, block]) => block < (actor.forwarded.get(id) ?? 0));
    const found = this.#pick(old.length > 0 ? old : [...held, ...underWay]);
    if (found === undefined || actor.views.length > 20) return;
    const [id, sent] = found;
    const move = actor.refs.moveOf(id);
    const block = this.addressOf(actor, id, sent);
    if (block === undefined) return; // an own one that is being made again
    if (block < (actor.forwarded.get(id) ?? 0)) throw new Error(`M3: ${actor.name} maps block ${block} of ${id}, and knows of a later one`);
    if (this.#lostBlocks.has(blockOf(id, block))) return; // it asks the owner
    if (this.#freeBlocks.has(blockOf(id, block)) && !this.#mayBeGone(id)) throw new Error(`M1: ${actor.name} maps block ${block} of ${id}, which is free`);
    actor.views.push({ id, block, move });
    this.#carryOut(actor, actor.refs.pinned(id));
  }

  #endView(actor: Actor): void {
    const view = this.#takeOne(actor.views);
    if (view !== undefined) this.#carryOut(actor, actor.refs.unpinned(view.id, view.move));
  }

  #move(actor: Actor): void {
    const id = this.#pick([...actor.known.keys()].filter((own) => ownerOf(own) === actor.name && actor.refs.owned.isMovable(own)));
    if (id === undefined) return;
    const old = actor.known.get(id)!;
    this.#makeBlock(actor, id);
    this.moves++;
    const commands = actor.refs.moved(id);
    for (const command of commands) if ("move" in command) this.#oldBlocks.set(`${id}/${command.move}`, old);
    if (commands.some(({ type }) => type === "tell-moved")) this.waits++;
    this.#carryOut(actor, commands);
  }

  /** A file is gone: the value is made again, or an error stands for it. */
  #lose(actor: Actor): void {
    const id = this.#pick([...actor.known.keys()].filter((own) => ownerOf(own) === actor.name));
    if (id === undefined) return;
    this.losses++;
    this.#lostBlocks.add(blockOf(id, actor.known.get(id)!));
    actor.known.delete(id);
    actor.pending.push(id);
    this.#carryOut(actor, actor.refs.lost(id));
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
    this.#actors.push({ name, refs: this.#make(name), handles: [], pending: [], unsettled: [], lends: new Map(), views: [], known: new Map(), forwarded: new Map(), made: 0 });
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
    this.#check(actor);
    return true;
  }

  #deliver(actor: Actor, from: ProcessName, message: Message): void {
    const { refs } = actor;
    switch (message.type) {
      case "data":
        refs.received(message.lendId, from, message.ids);
        actor.unsettled.push({ lendId: message.lendId, from, ids: message.ids, addresses: message.addresses });
        for (const id of message.ids) {
          if (this.#random() < 0.4) continue;
          actor.handles.push(id);
          this.#learn(actor, id, message.addresses.get(id));
          this.#carryOut(actor, refs.retained(id));
        }
        if (this.#random() < 0.5) this.#carryOut(actor, refs.settled(message.lendId, actor.unsettled.pop()!.from));
        return;
      case "end-lend":
        actor.lends.delete(message.lendId);
        return this.#carryOut(actor, refs.lendDone(message.lendId, from, message.kept));
      case "borrow":
        this.#carryOut(actor, refs.borrowedBy(message.id, from));
        return this.#post(actor.name, from, { type: "acknowledge", id: message.id, seq: message.seq });
      case "acknowledge":
        return this.#carryOut(actor, refs.acknowledged(message.id, message.seq));
      case "unborrow":
        return this.#carryOut(actor, refs.unborrowedBy(message.id, from));
      case "moved":
        if (actor.known.has(message.id)) actor.known.set(message.id, message.block);
        actor.forwarded.set(message.id, message.block);
        return this.#carryOut(actor, refs.movedByOwner(message.id, message.move));
      case "clear-move":
        return this.#carryOut(actor, refs.moveCleared(message.id, message.move, from));
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
          if (actor.known.has(command.id)) this.#freeBlock(actor, command.id, actor.known.get(command.id)!);
          actor.known.delete(command.id);
          break;
        case "tell-moved":
          this.#post(actor.name, command.to, { type: "moved", id: command.id, move: command.move, block: this.#movedTo(command.id, command.move) });
          break;
        case "clear-move":
          this.#post(actor.name, ownerOf(command.id), { type: "clear-move", id: command.id, move: command.move });
          break;
        case "free-old":
          this.#freeBlock(actor, command.id, this.#oldBlocks.get(`${command.id}/${command.move}`)!);
          break;
        case "release-borrowed":
          throw new Error("References carries this out itself");
      }
    }
  }

  /** A value is named by what came first, and by what was heard of moves. */
  #learn(actor: Actor, id: ObjectId, block: Block | undefined): void {
    if (block === undefined || ownerOf(id) === actor.name || actor.known.has(id)) return;
    actor.known.set(id, this.addressOf(actor, id, block)!);
  }

  /** The rule of M3. */
  protected addressOf(actor: Actor, id: ObjectId, sent: Block): Block | undefined {
    if (ownerOf(id) === actor.name) return actor.known.get(id);
    return actor.refs.moveOf(id) > 0 ? Math.max(sent, actor.forwarded.get(id) ?? 0) : sent;
  }

  #movedTo(id: ObjectId, move: Move): Block {
    return this.#oldBlocks.get(`${id}/${move}`)! + 1;
  }

  #freeBlock(owner: Actor, id: ObjectId, block: Block): void {
    if (this.#freeBlocks.has(blockOf(id, block))) throw new Error(`M1: block ${block} of ${id} was freed twice`);
    this.#freeBlocks.add(blockOf(id, block));
    if (this.#mayBeGone(id)) return;
    for (const actor of this.#actors) if (actor.views.some((view) => view.id === id && view.block === block)) throw new Error(`M1: ${owner.name} frees block ${block} of ${id}, which ${actor.name} reads`);
  }

  #assertForgettable(owner: Actor, id: ObjectId, mayRepeat: boolean): void {
    if (this.#forgotten.has(id) && !mayRepeat) throw new Error(`${id} was forgotten twice`);
    const say = (why: string): never => { throw new Error(`${owner.name} forgets ${id}, but ${why}`); };
    for (const actor of this.#actors) {
      if (this.#mayBeGone(id)) continue;
      if (actor.views.some((view) => view.id === id)) say(`${actor.name} reads it`);
      if (actor.handles.includes(id)) say(`${actor.name} has a handle`);
      if (actor.refs.borrowed.isHeld(id)) say(`${actor.name} holds it`);
      if (actor.unsettled.some((lend) => lend.ids.includes(id) && this.#isAlive(lend.from))) say(`${actor.name} looks at a message with it`);
    }
    for (const [pair, queue] of this.#queues) {
      const [from, to] = pair.split(">") as [ProcessName, ProcessName];
      if (!this.#isAlive(to)) continue;
      for (const message of queue) {
        if (message.type === "data" && message.ids.includes(id) && this.#isAlive(from) && !this.#mayBeGone(id)) say(`a message from ${from} to ${to} carries it`);
      }
    }
  }

  #mayBeGone(id: ObjectId): boolean {
    return this.#orphaned.has(id);
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

const blockOf = (id: ObjectId, block: Block): string => `${id}#${block}`;

function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
