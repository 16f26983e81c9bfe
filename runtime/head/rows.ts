/** What the head knows, as rows for views and tables. */
import type { ActorRow, NoticeRow, WorkerRow } from "../engine/events.ts";
import type { ActorWanted, FromHead } from "../wire/message.ts";
import type { WorkerSnapshot } from "./scheduler/snapshot.ts";

export const workerRow = ({ worker, pid, state }: WorkerSnapshot): WorkerRow => ({ type: "worker", worker, pid, state, at: Date.now() });

export function actorRow({ wanted, state, restarts }: { readonly wanted: ActorWanted; readonly state: Extract<FromHead, { type: "actor-state" }>; readonly restarts?: number }): ActorRow {
  return {
    type: "actor",
    actor: wanted.actor,
    className: wanted.className,
    ...(wanted.name !== undefined ? { name: wanted.name } : {}),
    namespace: wanted.namespace,
    state: state.state,
    detached: wanted.detached,
    ...(state.pid !== undefined ? { pid: state.pid } : {}),
    ...(state.cause !== undefined ? { cause: state.cause } : {}),
    ...(restarts ? { restarts } : {}),
    at: Date.now(),
  };
}

/** On a standing cluster each front and script has a namespace of its own, which is gone with it: the actor is not. */
export function detachedNotice({ className, name, origin }: ActorWanted, job: string): NoticeRow {
  const found = name === undefined ? "it has no name, so nobody can find it" : `"${name}" is in the namespace of this session or script alone, where no other looks for it`;
  return { type: "notice", level: "warning", text: `ray: detached actor ${className} outlives this session on the cluster of \`ray-ts start\`, but ${found}. Give it a name and a namespace: { name: ${JSON.stringify(name ?? "its-name")}, namespace: "shared", lifetime: "detached" }`, job, ...(origin === undefined ? {} : { origin }) };
}

export function exitText(code: number | null, signal: string | null): string {
  if (signal === "SIGKILL") return "killed by SIGKILL (by somebody, or by the system when memory ran out)";
  if (signal !== null) return `ended by ${signal}`;
  return code === 0 ? "it called process.exit()" : `exit code ${String(code)}`;
}

/** Ray's answers name a resource only while there is some of it. */
export const withoutUsedUp = (amounts: Record<string, number>): Record<string, number> => Object.fromEntries(Object.entries(amounts).filter(([, amount]) => amount > 0));
