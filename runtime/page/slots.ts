/** Places in a page whose nodes change: what keeps its kind is updated, what has another is drawn anew. */
import type { ViewNode } from "../views/view-node.ts";
import type { Drawn } from "./drawn.ts";
import type { Stage } from "./stage.ts";

export type Draw = (node: ViewNode, stage: Stage) => Drawn;

/** A place in the page that holds one node, whatever its kind. */
export class Slot {
  readonly element: HTMLElement;
  readonly #stage: Stage;
  readonly #draw: Draw;
  #node: ViewNode | undefined;
  #drawn: Drawn | undefined;

  constructor(holder: HTMLElement, stage: Stage, draw: Draw) {
    this.element = holder;
    this.#stage = stage;
    this.#draw = draw;
  }

  show(node: ViewNode | undefined): void {
    if (node === this.#node) return;
    if (node !== undefined && this.#drawn !== undefined && kindOf(node) === kindOf(this.#node)) this.#drawn.update(node);
    else {
      this.#drawn?.end?.();
      this.#drawn = node === undefined ? undefined : this.#draw(node, this.#stage);
      this.element.replaceChildren(...(this.#drawn === undefined ? [] : [this.#drawn.element]));
    }
    this.#node = node;
  }
}

/** Nodes side by side or below each other, each in its place. */
export class Slots {
  readonly #parent: HTMLElement;
  readonly #holder: () => HTMLElement;
  readonly #stage: Stage;
  readonly #draw: Draw;
  readonly #slots: Slot[] = [];
  #shown: readonly ViewNode[] | undefined;

  constructor(parent: HTMLElement, holder: () => HTMLElement, stage: Stage, draw: Draw) {
    this.#parent = parent;
    this.#holder = holder;
    this.#stage = stage;
    this.#draw = draw;
  }

  show(nodes: readonly ViewNode[]): void {
    if (nodes === this.#shown) return;
    this.#shown = nodes;
    for (const [i, node] of nodes.entries()) this.#slotAt(i).show(node);
    for (const slot of this.#slots.splice(nodes.length)) {
      slot.show(undefined);
      slot.element.remove();
    }
  }

  #slotAt(place: number): Slot {
    const known = this.#slots[place];
    if (known !== undefined) return known;
    const slot = new Slot(this.#holder(), this.#stage, this.#draw);
    this.#slots.push(slot);
    this.#parent.append(slot.element);
    return slot;
  }
}

/** Nodes of one kind can become each other. */
function kindOf(node: ViewNode | undefined): string {
  if (node === undefined || typeof node === "string") return typeof node;
  if (node.is === "text") return `text ${node.look}`;
  return "key" in node ? `${node.is} ${node.key}` : node.is === "call" ? `call ${node.actor} ${node.method}` : node.is;
}
