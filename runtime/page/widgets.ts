/**
 * Controls of `ray.ui`: what is moved in the page is told as it moves, one thing at a time. While one is on its way only the last of
 * what follows waits, and what the other side says meanwhile does not move the control under the hand.
 */
import type { ControlNode } from "../views/view-node.ts";
import { button, element, setText, type Drawn } from "./drawn.ts";
import type { Stage } from "./stage.ts";

type Control<C extends ControlNode["control"]> = Extract<ControlNode, { control: C }>;

/** After the last answer: what was on its way from the other side has come by then. */
const SETTLED_MS = 300;

export function drawControl(node: ControlNode, stage: Stage): Drawn<never> {
  switch (node.control) {
    case "button": return drawButton(node, stage);
    case "slider": return drawSlider(node, stage);
    case "select": return drawSelect(node, stage);
    case "text": return drawField(node, stage);
  }
}

/** Tells what a control is set to, and shows what came of it. */
class Teller<N extends ControlNode> {
  readonly said = element("span", "ray-said ray-faint");
  readonly #stage: Stage;
  readonly #show: (node: N) => void;
  #node: N;
  #next: { readonly value: unknown } | undefined;
  #isTelling = false;
  #settling: ReturnType<typeof setTimeout> | undefined;

  constructor(node: N, stage: Stage, show: (node: N) => void) {
    this.#node = node;
    this.#stage = stage;
    this.#show = show;
    this.said.setAttribute("role", "status");
    show(node);
  }

  update(node: N): void {
    this.#node = node;
    if (!this.#isTelling && this.#settling === undefined) this.#show(node);
  }

  tell(value: unknown): void {
    this.#next = { value };
    if (!this.#isTelling) void this.#tellAll();
  }

  end(): void {
    clearTimeout(this.#settling);
  }

  async #tellAll(): Promise<void> {
    this.#isTelling = true;
    clearTimeout(this.#settling);
    const slow = setTimeout(() => setText(this.said, "…"), SETTLED_MS);
    let came = "";
    while (this.#next !== undefined) {
      const { value } = this.#next;
      this.#next = undefined;
      came = await this.#stage.act({ do: "control", id: this.#node.key, value }).catch((error: Error) => error.message);
    }
    clearTimeout(slow);
    setText(this.said, came);
    this.#isTelling = false;
    this.#settling = setTimeout(() => {
      this.#settling = undefined;
      this.#show(this.#node);
    }, SETTLED_MS);
  }
}

function drawButton(node: Control<"button">, stage: Stage): Drawn<never> {
  const press = button("", "", () => teller.tell(null));
  const teller = new Teller(node, stage, (now) => setText(press, now.label === "" ? "press" : now.label));
  return drawn(element("span", "ray-control", press, " ", teller.said), teller);
}

function drawSlider(node: Control<"slider">, stage: Stage): Drawn<never> {
  const range = element("input", "ray-range");
  range.type = "range";
  const shown = element("output", "ray-value");
  const label = element("span", "ray-faint");
  const teller = new Teller(node, stage, (now) => {
    setText(label, now.label);
    range.min = String(now.min);
    range.max = String(now.max);
    range.step = String(now.step);
    range.value = String(now.value);
    setText(shown, String(now.value));
  });
  range.addEventListener("keydown", keep);
  range.addEventListener("input", () => {
    setText(shown, range.value);
    teller.tell(Number(range.value));
  });
  return drawn(element("label", "ray-control", label, " ", range, " ", shown, " ", teller.said), teller);
}

function drawSelect(node: Control<"select">, stage: Stage): Drawn<never> {
  const choice = element("select", "ray-input");
  const label = element("span", "ray-faint");
  let options: readonly string[] = [];
  const teller = new Teller(node, stage, (now) => {
    setText(label, now.label);
    if (now.options.length !== options.length || now.options.some((option, i) => option !== options[i])) choice.replaceChildren(...(options = now.options).map((option) => new Option(option, option)));
    choice.value = now.value;
  });
  choice.addEventListener("keydown", keep);
  choice.addEventListener("change", () => teller.tell(choice.value));
  return drawn(element("label", "ray-control", label, " ", choice, " ", teller.said), teller);
}

/** Told when it is entered or left: not at each key. What somebody is writing in it stays. */
function drawField(node: Control<"text">, stage: Stage): Drawn<never> {
  const field = element("input", "ray-input");
  field.type = "text";
  const label = element("span", "ray-faint");
  let known = "";
  const teller = new Teller(node, stage, (now) => {
    setText(label, now.label);
    field.placeholder = now.placeholder;
    if (document.activeElement !== field || field.value === known) field.value = now.value;
    known = now.value;
  });
  const enter = (): void => teller.tell((known = field.value));
  field.addEventListener("keydown", (event) => {
    keep(event);
    if (event.key === "Enter") enter();
  });
  field.addEventListener("change", () => { if (field.value !== known) enter(); });
  return drawn(element("label", "ray-control", label, " ", field, " ", teller.said), teller);
}

/** The notebook has keys of its own. */
const keep = (event: Event): void => event.stopPropagation();

function drawn<N extends ControlNode>(made: HTMLElement, teller: Teller<N>): Drawn<never> {
  return { element: made, update: (now: N) => teller.update(now), end: () => teller.end() };
}
