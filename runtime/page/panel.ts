/**
 * A view in a page, whatever the page is: draws the snapshot that the output holds, watches the view where somebody answers, and
 * shows the last that it knew where nobody does. Owns: what is drawn, what is unfolded and sorted, the watch. Does not own: the
 * connection (`Connector`), and where the output is kept (`keep`).
 *
 * Invariants
 * - P1 Nothing can be pressed before the kernel itself has said what there is to press: a notebook may come from anywhere.
 * - P2 A settled view is not watched before somebody points at it or comes to it by the keyboard.
 * - P3 What was unfolded stays so over a reload of the page, in that tab.
 */
import { withChanges, type Change, type Json } from "../views/changes.ts";
import type { Look, TableLook } from "../views/look.ts";
import type { ViewAct, ViewNode } from "../views/view-node.ts";
import { draw } from "./draw.ts";
import { element, setText } from "./drawn.ts";
import { Slot } from "./slots.ts";
import { still } from "./still.ts";
import type { Stage } from "./stage.ts";
import { addStyle } from "./style.ts";

/** What an output holds; see `ViewSnapshot`. */
export interface Snapshot {
  readonly id: string;
  readonly kind: string;
  readonly at: string;
  readonly isSettled: boolean;
  readonly node: ViewNode;
  readonly view?: unknown;
}

interface Model {
  readonly plain: string;
  readonly node: ViewNode;
  readonly isSettled: boolean;
}

/** What the other side says; see `ViewMessage`. */
export type Said =
  | { readonly type: "view"; readonly model: Model; readonly now: number }
  | { readonly type: "changes"; readonly changes: readonly Change[]; readonly now: number }
  | { readonly type: "saved"; readonly bundle: Readonly<Record<string, unknown>> }
  | { readonly type: "answer"; readonly request: number; readonly text: string; readonly isError: boolean };

export interface Connection {
  send(message: object): void;
  close(): void;
}

/** Opens a watch; undefined: nobody is there to ask. `closed` hears why it ended from the other side. */
export type Connect = (request: object, heard: { said(message: Said): void; closed(reason: string): void }) => Connection | undefined;

export interface PanelParts {
  readonly connect: Connect;
  /** The notebook is to hold this from now on. */
  readonly keep: (bundle: Readonly<Record<string, unknown>>) => void;
}

const MOMENT_MS = 100;
/** More counters than this count each half second: they are rows of a long table. */
const FEW_COUNTERS = 20;
const MANY_EVERY = 5;
const OUT_OF_SIGHT_MS = 500;

export class ViewPanel implements Stage {
  readonly element = element("div", "ray-view");
  readonly #parts: PanelParts;
  readonly #content: Slot;
  readonly #badge = element("div", "ray-badge");
  readonly #aloud = element("div", "ray-aloud");
  readonly #counters = new Set<() => void>();
  readonly #answers = new Map<number, (answer: { readonly text: string; readonly isError: boolean }) => void>();
  #snapshot: Snapshot | undefined;
  #model: Model | undefined;
  #connection: Connection | undefined;
  /** The kernel's clock, as seen from here. */
  #aheadMs = 0;
  #open = new Set<string>();
  #tables: Record<string, TableLook> = {};
  #timer: ReturnType<typeof setInterval> | undefined;
  #requests = 0;
  #sight: IntersectionObserver | undefined;
  #leaving: ReturnType<typeof setTimeout> | undefined;
  #why = "";
  /** P2. */
  #isWanted = false;

  constructor(parts: PanelParts) {
    this.#parts = parts;
    addStyle(document);
    this.#content = new Slot(element("div"), this, draw);
    this.#aloud.setAttribute("role", "status");
    this.element.setAttribute("role", "group");
    const wanted = (): void => {
      this.#isWanted = true;
      this.connect();
    };
    this.element.addEventListener("pointerenter", wanted);
    this.element.addEventListener("focusin", wanted);
    this.element.append(this.#content.element, this.#badge, this.#aloud);
  }

  /** What the output holds. While the view is live, it knows better. */
  show(snapshot: Snapshot): void {
    const isOther = snapshot.id !== this.#snapshot?.id;
    this.#snapshot = snapshot;
    if (isOther) {
      this.#disconnect();
      this.#open = new Set(readOpen(snapshot.id));
      this.#tables = {};
      this.#isWanted = this.#open.size > 0;
      this.element.setAttribute("aria-label", `live view: ${snapshot.kind}`);
      this.element.dataset["kind"] = snapshot.kind;
    }
    if (this.#model === undefined) this.#draw();
    this.#watchSight();
    this.connect();
  }

  /** Somebody may answer by now. */
  connect(): void {
    const snapshot = this.#snapshot;
    if (snapshot === undefined || this.#connection !== undefined) return;
    if (snapshot.isSettled && snapshot.kind !== "rows" && !this.#isWanted) return this.#draw(); // P2
    const request = { id: snapshot.id, look: this.#look(), ...(snapshot.view === undefined ? {} : { view: snapshot.view }) };
    let isOver = false;
    const connection = this.#parts.connect(request, {
      said: (message) => { if (!isOver) this.#hear(message); },
      closed: (reason) => {
        isOver = true;
        if (this.#connection === connection) this.lost(WORDS[reason] ?? reason);
      },
    });
    this.#connection = connection;
    if (connection === undefined) this.#draw();
  }

  /** Whoever answered is gone: what was shown last stays, with its time. */
  lost(why: string): void {
    this.#connection = undefined;
    this.#why = why;
    for (const answer of [...this.#answers.values()]) answer({ text: why, isError: true });
    if (this.#model !== undefined && this.#snapshot !== undefined && !this.#model.isSettled) this.#snapshot = { ...this.#snapshot, node: still(this.#model.node), at: new Date(this.now()).toISOString() };
    if (this.#model?.isSettled !== true) this.#model = undefined;
    this.#draw();
  }

  close(): void {
    this.#disconnect();
    this.#sight?.disconnect();
    clearTimeout(this.#leaving);
    clearInterval(this.#timer);
    this.#content.show(undefined);
  }

  // ---- what nodes ask

  get isLive(): boolean {
    return this.#connection !== undefined && this.#model !== undefined; // P1
  }

  now(): number {
    return Date.now() + this.#aheadMs;
  }

  isOpen(key: string): boolean {
    return this.#open.has(key);
  }

  setOpen(key: string, isOpen: boolean): void {
    if (this.#open.has(key) === isOpen) return;
    if (isOpen) this.#open.add(key);
    else this.#open.delete(key);
    if (this.#snapshot !== undefined) keepOpen(this.#snapshot.id, [...this.#open]);
    this.#choose();
  }

  tableLook(key: string): TableLook {
    return this.#tables[key] ?? {};
  }

  setTableLook(key: string, look: TableLook): void {
    this.#tables = { ...this.#tables, [key]: look };
    this.#choose();
  }

  async act(act: ViewAct): Promise<string> {
    const connection = this.#connection;
    if (connection === undefined) throw new Error(this.#why || "the kernel is not there");
    const request = ++this.#requests;
    connection.send({ act, request });
    const { text, isError } = await new Promise<{ readonly text: string; readonly isError: boolean }>((resolve) => { this.#answers.set(request, resolve); });
    this.#answers.delete(request);
    if (isError) throw new Error(text);
    return text;
  }

  everyMoment(count: () => void): () => void {
    this.#counters.add(count);
    let moment = 0;
    this.#timer ??= setInterval(() => {
      moment += 1;
      if (document.hidden || !this.isLive || (this.#counters.size > FEW_COUNTERS && moment % MANY_EVERY !== 0)) return;
      for (const each of this.#counters) each();
    }, MOMENT_MS);
    return () => {
      this.#counters.delete(count);
      if (this.#counters.size > 0) return;
      clearInterval(this.#timer);
      this.#timer = undefined;
    };
  }

  // ---- the watch


  #look(): Look {
    return { open: [...this.#open], tables: this.#tables };
  }

  #choose(): void {
    if (this.#connection === undefined) return this.connect();
    this.#connection.send({ look: this.#look() });
  }

  #hear(message: Said): void {
    if (message.type === "saved") return this.#parts.keep(message.bundle);
    if (message.type === "answer") return this.#answers.get(message.request)?.(message);
    if (message.type === "changes" && this.#model === undefined) return; // of what was lost on the way
    this.#aheadMs = message.now - Date.now();
    const model = message.type === "view" ? message.model : (withChanges(this.#model as unknown as Json, message.changes) as unknown as Model);
    const isNews = model.isSettled && this.#model?.isSettled === false;
    this.#model = model;
    this.#why = "";
    this.#draw();
    if (isNews) setText(this.#aloud, model.plain);
  }

  #disconnect(): void {
    this.#connection?.close();
    this.#connection = undefined;
    this.#model = undefined;
  }

  #draw(): void {
    const { node } = this.#model ?? this.#snapshot ?? {};
    if (node !== undefined) this.#content.show(node);
    const isMarked = this.#model === undefined && this.#snapshot !== undefined && !this.#snapshot.isSettled;
    setText(this.#badge, isMarked ? `as of ${new Date(this.#snapshot?.at ?? 0).toLocaleString()}${this.#why === "" ? "" : `: ${this.#why}`}` : "");
    this.element.dataset["live"] = String(this.isLive);
  }

  /** Nobody draws for nobody. */
  #watchSight(): void {
    if (this.#sight !== undefined || typeof IntersectionObserver === "undefined") return;
    this.#sight = new IntersectionObserver((entries) => {
      const isInSight = entries.at(-1)?.isIntersecting === true;
      clearTimeout(this.#leaving);
      if (isInSight) this.#connection?.send({ isInSight });
      else this.#leaving = setTimeout(() => this.#connection?.send({ isInSight }), OUT_OF_SIGHT_MS);
    });
    this.#sight.observe(this.element);
  }
}

const WORDS: Readonly<Record<string, string>> = { unknown: "this kernel does not know it; run the cell again" };

/** P3. */
const storedAt = (id: string): string => `ray-ts view ${id}`;

function readOpen(id: string): string[] {
  try {
    const open: unknown = JSON.parse(sessionStorage.getItem(storedAt(id)) ?? "[]");
    return Array.isArray(open) ? open.filter((key): key is string => typeof key === "string") : [];
  } catch {
    return []; // storage may be forbidden, or hold something else: then everything is folded
  }
}

function keepOpen(id: string, open: readonly string[]): void {
  try {
    if (open.length === 0) sessionStorage.removeItem(storedAt(id));
    else sessionStorage.setItem(storedAt(id), JSON.stringify(open));
  } catch {
    // storage may be forbidden or full: then it is folded after a reload
  }
}
