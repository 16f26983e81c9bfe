/** An actor: is it alive, where, what has it done, what did it die of. */
import type { ActorRow } from "../engine/events.ts";
import type { ActorId } from "../ids.ts";
import { code, failure, html, pill, table, type Color } from "./html.ts";
import { oneLine } from "./quantity.ts";
import type { CallCounts, ViewState } from "./view-state.ts";
import type { View } from "./view.ts";

const CAUSE_LENGTH = 200;
const COLORS: Readonly<Record<ActorRow["state"], Color>> = { pending: "waiting", alive: "done", restarting: "running", dead: "gone" };

export function actorView(state: ViewState, actor: string, className: string): View {
  const row = state.actors.get(actor as ActorId);
  const is = row?.state ?? "pending";
  const name = row?.name === undefined ? undefined : row.namespace === undefined ? row.name : `${row.name} (namespace ${row.namespace})`;
  const shown = [html`<b>ActorHandle</b> ${className}`, code(actor), name, pill(COLORS[is], is), is === "dead" ? undefined : row?.pid, row?.detached ? "detached" : undefined, callsText(state.callsOfActor.get(actor as ActorId))];
  const cause = row?.cause === undefined ? undefined : failure(row.cause);
  return {
    plain: plainText(actor, className, row),
    html: html`<div>${table(["", "id", "name", "state", "pid", "lifetime", "calls"], [shown])}${cause}</div>`,
  };
}

/** `ActorHandle(Counter, d3fa9c1d2-a1) alive, pid 4657`; without counts, so that it changes only when the actor does. */
function plainText(actor: string, className: string, row: ActorRow | undefined): string {
  const words = `ActorHandle(${className}, ${actor}) ${row?.state ?? "pending"}`;
  if (row?.state === "dead") return row.cause === undefined ? words : `${words}: ${oneLine(row.cause, CAUSE_LENGTH)}`;
  return row?.pid === undefined ? words : `${words}, pid ${row.pid}`;
}

function callsText(calls: CallCounts | undefined): string {
  if (calls === undefined) return "none";
  const some = (["done", "failed", "running", "waiting"] as const).filter((name) => calls[name] > 0);
  return some.length === 0 ? "none" : some.map((name) => `${calls[name]} ${name}`).join(", ");
}
