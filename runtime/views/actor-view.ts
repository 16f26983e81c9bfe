/** An actor: is it alive, where, what does it do, what has it in its fields, what did it die of. */
import type { ActorRow, FieldRow } from "../engine/events.ts";
import type { ActorId } from "../ids.ts";
import type { ViewDescriptor } from "../session/output.ts";
import type { ActorModel } from "./actor-model.ts";
import { folded, printed } from "./folded.ts";
import type { Look } from "./look.ts";
import { bytesText, countText, oneLine } from "./quantity.ts";
import { code, column, faint, failure, line, pill, smallTable, strong, type Color, type TreeNode, type ViewNode } from "./view-node.ts";
import type { CallCounts, ViewState } from "./view-state.ts";
import type { View } from "./view.ts";

export type ActorDescriptor = Extract<ViewDescriptor, { kind: "actor" }>;

const CAUSE_LENGTH = 200;
const SECONDS = 30;
export const ACTOR_COLORS: Readonly<Record<ActorRow["state"], Color>> = { pending: "waiting", alive: "done", restarting: "running", dead: "gone" };

export function actorView(state: ViewState, { actor, className, methods = [] }: ActorDescriptor, look: Look, now: number): View {
  const row = state.actors.get(actor as ActorId);
  const model = state.actorModels.get(actor as ActorId);
  const isGone = row?.state === "dead";
  return {
    plain: plainText(actor, className, row),
    node: column(
      identity(state, actor, className, row, look),
      row?.cause === undefined ? undefined : failure(row.cause),
      model === undefined || isGone ? undefined : doing(model, now),
      model?.pulse.fields === undefined || model.pulse.fields.length === 0 ? undefined : folded("fields", isGone ? "its last state" : "state", look, () => column(...(model.pulse.fields ?? []).map(treeOf))),
      look.isLive === true && !isGone && methods.length > 0 ? folded("methods", "methods", look, () => column(...methods.map((method): ViewNode => ({ is: "call", actor, method })))) : undefined,
      printed(state, look, ({ name, worker, pid }) => (name === className || name.startsWith(`${className}.`)) && (pid === row?.pid || worker === model?.pulse.worker)),
    ),
  };
}

/** `ActorHandle(Counter, d3fa9c1d2-a1) alive, pid 4657`; without counts, so that it changes only when the actor does. */
function plainText(actor: string, className: string, row: ActorRow | undefined): string {
  const words = `ActorHandle(${className}, ${actor}) ${row?.state ?? "pending"}`;
  if (row?.state === "dead") return row.cause === undefined ? words : `${words}: ${oneLine(row.cause, CAUSE_LENGTH)}`;
  return row?.pid === undefined ? words : `${words}, pid ${row.pid}`;
}

function identity(state: ViewState, actor: string, className: string, row: ActorRow | undefined, look: Look): ViewNode {
  const is = row?.state ?? "pending";
  const name = row?.name === undefined ? undefined : row.namespace === undefined ? row.name : `${row.name} (namespace ${row.namespace})`;
  const restarts = row?.restarts === undefined || row.restarts === 0 ? undefined : String(row.restarts);
  const kill: ViewNode | undefined = look.isLive === true && is !== "dead" ? { is: "action", label: "kill", act: { do: "kill", actor }, confirm: `Kill the actor ${className}? Its state is lost.` } : undefined;
  const cells = [line(strong("ActorHandle"), className), code(actor), name, pill(ACTOR_COLORS[is], is), is === "dead" ? undefined : row?.pid, row?.detached ? "detached" : undefined, restarts, callsText(state.callsOfActor.get(actor as ActorId), state.actorModels.get(actor as ActorId)), kill];
  return smallTable("actor", ["", "id", "name", "state", "pid", "lifetime", "restarts", "calls", " "], [cells]);
}

/** What its callers know; of a busy caller's calls the actor itself knows more. */
function callsText(calls: CallCounts | undefined, model: ActorModel | undefined): string {
  const { pulse } = model ?? {};
  const counts = {
    done: Math.max(calls?.done ?? 0, (pulse?.calls ?? 0) - (pulse?.failed ?? 0)),
    failed: Math.max(calls?.failed ?? 0, pulse?.failed ?? 0),
    running: pulse?.running ?? calls?.running ?? 0,
    waiting: pulse?.waiting ?? calls?.waiting ?? 0,
  };
  const some = (["done", "failed", "running", "waiting"] as const).filter((name) => counts[name] > 0);
  return some.length === 0 ? "none" : some.map((name) => `${counts[name]} ${name}`).join(", ");
}

function doing({ pulse, rates }: ActorModel, now: number): ViewNode {
  const values = rates.last(SECONDS, now);
  const current = pulse.current === undefined ? faint("idle") : line("in", code(pulse.current), ...(pulse.currentSince === undefined ? [] : [{ is: "since", at: pulse.currentSince, tail: "" } as const]));
  return line({ is: "spark", values, label: `${values.at(-1) ?? 0} calls/s` }, current, pulse.waiting > 0 ? `${countText(pulse.waiting, "call")} in its queue` : undefined, faint(bytesText(pulse.memoryBytes)));
}

const treeOf = ([name, text, of]: FieldRow): TreeNode => (of === undefined ? { is: "tree", name, text } : { is: "tree", name, text, of: of.map(treeOf) });
