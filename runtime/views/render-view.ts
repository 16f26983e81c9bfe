/** A view of the state as a MIME bundle, and when it has to be drawn again. */
import type { EngineEvent } from "../engine/events.ts";
import type { ActorId } from "../ids.ts";
import type { ViewDescriptor } from "../session/output.ts";
import { actorView } from "./actor-view.ts";
import { clusterView } from "./cluster-view.ts";
import { objectRefView } from "./object-ref-view.ts";
import { objectRefsView } from "./object-refs-view.ts";
import { progressView } from "./progress-view.ts";
import { isComplete, refModel } from "./ref-model.ts";
import type { ViewState } from "./view-state.ts";
import type { View } from "./view.ts";

/** The data of one output: an untrusted notebook keeps all of it. */
export interface ViewBundle {
  readonly "text/plain": string;
  readonly "text/html": string;
  readonly [mime: string]: unknown;
}

/** `now` tells how long running work has run; without it, up to the latest event. */
export function renderView(state: ViewState, view: ViewDescriptor, now: number = state.latestAt): ViewBundle {
  const { plain, html } = draw(state, view, now);
  return { "text/plain": plain.replace(/\s*\n\s*/g, " "), "text/html": html.text };
}

function draw(state: ViewState, view: ViewDescriptor, now: number): View {
  switch (view.kind) {
    case "object-ref": return view.refs.length === 1 ? objectRefView(state, view.refs[0] as string, now) : objectRefsView(state, view.refs, now);
    case "object-refs": return objectRefsView(state, view.refs, now);
    case "progress": return progressView(state, view, now);
    case "actor": return actorView(state, view.actor, view.className);
    case "cluster": return clusterView(state);
  }
}

/** True when no event that is still to come changes the view (an object freed later on does not). */
export function isSettled(state: ViewState, view: ViewDescriptor): boolean {
  switch (view.kind) {
    case "object-ref": case "object-refs": case "progress": return view.refs.every((ref) => isComplete(state, refModel(state, ref)));
    case "actor": return state.actors.get(view.actor as ActorId)?.state === "dead";
    case "cluster": return false;
  }
}

/** True when the row may change how the view looks. */
export function viewDependsOn(view: ViewDescriptor, row: EngineEvent): boolean {
  switch (view.kind) {
    case "object-ref": case "object-refs": case "progress":
      if (row.type === "object") return refSet(view).has(row.ref);
      return row.type === "task" && row.refs.some((ref) => refSet(view).has(ref));
    case "actor": return (row.type === "actor" || row.type === "task") && row.actor === view.actor;
    case "cluster": return row.type !== "object" && row.type !== "log" && row.type !== "left-out" && row.type !== "notice";
  }
}

/** True when it changes as time goes by. */
export const isTimed = (view: ViewDescriptor): boolean => view.kind === "progress";

const refSets = new WeakMap<ViewDescriptor, ReadonlySet<string>>();

function refSet(view: Extract<ViewDescriptor, { refs: readonly string[] }>): ReadonlySet<string> {
  let refs = refSets.get(view);
  if (refs === undefined) refSets.set(view, (refs = new Set(view.refs)));
  return refs;
}
