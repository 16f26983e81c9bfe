/** What can be pressed: buttons that ask before they do something, and methods of an actor with a field for their arguments. */
import type { ActionNode, CallNode } from "../views/view-node.ts";
import { button, element, setText, type Drawn } from "./drawn.ts";
import type { Stage } from "./stage.ts";

export function drawAction(node: ActionNode, stage: Stage): Drawn<ActionNode> {
  let shown = node;
  const made = element("span", "ray-action");
  const said = element("span", "ray-said ray-faint");
  said.setAttribute("role", "status");
  const press = button(node.label, "", () => (shown.confirm === undefined ? void carryOut() : ask(shown.confirm)));

  const carryOut = async (): Promise<void> => {
    rest();
    press.disabled = true;
    setText(said, "…");
    setText(said, await stage.act(shown.act).catch((error: Error) => error.message));
    press.disabled = false;
  };
  const ask = (question: string): void => {
    const no = button("no", "", () => { rest(); press.focus(); });
    const yes = button("yes", "ray-danger", () => void carryOut());
    const dialog = element("span", "ray-question", `${question} `, yes, " ", no);
    dialog.setAttribute("role", "alertdialog");
    dialog.setAttribute("aria-label", question);
    dialog.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      rest();
      press.focus();
    });
    made.replaceChildren(dialog);
    no.focus();
  };
  const rest = (): void => made.replaceChildren(press, " ", said);
  rest();
  return {
    element: made,
    update: (now) => {
      shown = now;
      setText(press, now.label);
    },
  };
}

export function drawCall({ actor, method }: CallNode, stage: Stage): Drawn<CallNode> {
  const field = element("input", "ray-input");
  field.type = "text";
  field.placeholder = "arguments as JSON: 1, \"two\"";
  field.setAttribute("aria-label", `arguments of ${method}`);
  const said = element("output", "ray-said");
  const call = async (): Promise<void> => {
    const args = readArguments(field.value);
    if (typeof args === "string") return setText(said, args);
    press.disabled = true;
    setText(said, "…");
    setText(said, await stage.act({ do: "call", actor, method, args }).catch((error: Error) => error.message));
    press.disabled = false;
  };
  const press = button(method, "ray-method", () => void call());
  field.addEventListener("keydown", (event) => {
    // the notebook has keys of its own
    event.stopPropagation();
    if (event.key === "Enter") void call();
  });
  return { element: element("div", "ray-call", press, "(", field, ") ", said), update: () => undefined };
}

/** The arguments, or what is wrong with them. */
function readArguments(text: string): readonly unknown[] | string {
  try {
    return JSON.parse(`[${text}]`) as unknown[];
  } catch (error) {
    return `Arguments are JSON, with commas between them: ${(error as Error).message}`;
  }
}
