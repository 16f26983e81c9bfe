/** One node in the page and how it becomes the next one. Elements stay while their kind does: what is focused, selected or unfolded stays so. */
import type { ViewNode } from "../views/view-node.ts";

export interface Drawn<N extends ViewNode = ViewNode> {
  readonly element: HTMLElement;
  update(node: N): void;
  /** It leaves the page. */
  end?(): void;
}

/** Keys that are meant for one of these are none of the notebook's; it looks from the focused element outwards. */
const FOCUSABLE: ReadonlySet<string> = new Set(["button", "input", "select", "summary"]);

export function element<K extends keyof HTMLElementTagNameMap>(tag: K, className = "", ...children: readonly (Node | string)[]): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  if (FOCUSABLE.has(tag)) made.setAttribute("data-lm-suppress-shortcuts", "true");
  if (className !== "") made.className = className;
  made.append(...children);
  return made;
}

export function setText(node: Node, text: string): void {
  if (node.textContent !== text) node.textContent = text;
}

export const button = (label: string, className: string, press: () => void): HTMLButtonElement => {
  const made = element("button", `ray-button ${className}`, label);
  made.type = "button";
  made.addEventListener("click", press);
  return made;
};
