/** A view of the state: as a tree of nodes for a live page, as a MIME bundle for everybody else; and when it can change. */
import type { EngineEvent } from "../engine/events.ts";
import type { ActorId } from "../ids.ts";
import type { ViewDescriptor } from "../session/output.ts";
import { actorView } from "./actor-view.ts";
import { clusterView } from "./cluster-view.ts";
import { errorView } from "./error-view.ts";
import { faint, html } from "./html.ts";
import { STILL, type Look } from "./look.ts";
import { objectRefView } from "./object-ref-view.ts";
import { objectRefsView } from "./object-refs-view.ts";
import { progressView } from "./progress-view.ts";
import { areComplete } from "./ref-model.ts";
import { dateText } from "./quantity.ts";
import { renderHtml } from "./render-html.ts";
import type { Rates } from "./rates.ts";
import { rowsView } from "./rows-view.ts";
import { timelineView } from "./timeline-view.ts";
import { partsOf } from "./ui-state.ts";
import { uiView } from "./ui-view.ts";
import type { ViewNode } from "./view-node.ts";
import type { ViewState } from "./view-state.ts";
import type { View } from "./view.ts";

export const VIEW_MIME = "application/vnd.ray-ts.view+json";
export const VIEW_VERSION = 1;

/** What an output holds of a view: what a page draws until it hears from the kernel, and in the end. */
export interface ViewSnapshot {
  readonly version: typeof VIEW_VERSION;
  readonly id: string;
  readonly kind: ViewDescriptor["kind"];
  /** When it looked like that. */
  readonly at: string;
  /** It changes no more: there is nothing to go live for. */
  readonly isSettled: boolean;
  readonly node: ViewNode;
  /** What a kernel that has never heard of this view may show: things that outlive a session. */
  readonly view?: ViewDescriptor;
}

/** The data of one output: an untrusted notebook keeps all of it. */
export interface ViewBundle {
  readonly "text/plain": string;
  readonly "text/html": string;
  readonly [VIEW_MIME]: ViewSnapshot;
  readonly [mime: string]: unknown;
}

/** `now` tells how long running work has run; without it, up to the latest event. */
export function drawView(state: ViewState, view: ViewDescriptor, look: Look = STILL, now: number = state.latestAt): View {
  switch (view.kind) {
    case "object-ref": return view.refs.length === 1 ? objectRefView(state, view.refs[0] as string, look) : objectRefsView(state, view.refs, look);
    case "object-refs": return objectRefsView(state, view.refs, look);
    case "progress": return progressView(state, view, look, now);
    case "actor": return actorView(state, view, look, now);
    case "cluster": return clusterView(state, look, now);
    case "timeline": return timelineView(state, view.cell, look);
    case "rows": return rowsView(view, look);
    case "error": return errorView(view, look);
    case "ui": return uiView(state, view.root, look);
  }
}

export function renderView(state: ViewState, view: ViewDescriptor, id: string, now: number = state.latestAt): ViewBundle {
  const { plain, node } = drawView(state, view, STILL, now);
  return bundleOf({ version: VIEW_VERSION, id, kind: view.kind, at: dateText(now), isSettled: isSettled(state, view), node, ...(outlivesSessions(view) ? { view } : {}) }, plain, now);
}

/** Also in a page, which writes what it shows into the notebook. */
export function bundleOf(snapshot: ViewSnapshot, plain: string, now: number): ViewBundle {
  const page = renderHtml(snapshot.node, now);
  const mark = snapshot.isSettled ? undefined : faint(`as of ${snapshot.at.slice(0, 19).replace("T", " ")} UTC`);
  return { "text/plain": plain.replace(/\s*\n\s*/g, " "), "text/html": mark === undefined ? page.text : html`<div>${page}${mark}</div>`.text, [VIEW_MIME]: snapshot };
}

const outlivesSessions = ({ kind }: ViewDescriptor): boolean => kind === "actor" || kind === "cluster";

/** True when no event that is still to come changes the view (an object freed later on does not). */
export function isSettled(state: ViewState, view: ViewDescriptor): boolean {
  switch (view.kind) {
    case "object-ref": case "object-refs": case "progress": return areComplete(state, view.refs);
    case "actor": return state.actors.get(view.actor as ActorId)?.state === "dead";
    case "cluster": case "timeline": return false;
    case "rows": case "error": return true;
    case "ui": return state.uiEnded.has(view.root) || !state.ui.has(view.root);
  }
}

/** What a row is about: views that show one of these depend on it. `*`: the whole cluster. */
export function subjectsOf(row: EngineEvent): readonly string[] {
  switch (row.type) {
    case "object": return [row.ref];
    case "task": return row.actor === undefined ? [...row.refs, CLUSTER] : [...row.refs, row.actor, CLUSTER];
    case "actor": return [row.actor, CLUSTER];
    case "actor-pulse": return [row.actor];
    case "run": return row.run.refs;
    case "worker": case "resources": case "task-counts": return [CLUSTER];
    case "log": return row.task === undefined ? [CLUSTER, PRINTS] : [CLUSTER, PRINTS, row.task];
    case "left-out": case "notice": return [];
  }
}

const CLUSTER = "*";
const PRINTS = "prints";

/** A control, for views that it is in. */
export const subjectOfControl = (id: string): string => `ui ${id}`;

/** What a view shows. */
export function subjectsShown(state: ViewState, view: ViewDescriptor): readonly string[] {
  switch (view.kind) {
    case "object-ref": case "object-refs": case "progress": return view.refs;
    case "actor": return [view.actor, PRINTS];
    case "cluster": case "timeline": return [CLUSTER];
    case "rows": case "error": return [];
    case "ui": return partsOf(state, view.root).map(({ id }) => subjectOfControl(id));
  }
}

/** How long a curve shows what was. */
const CURVE_SECONDS = 35;

/** True when it changes as time goes by. */
export function isTimed(state: ViewState, view: ViewDescriptor, now: number): boolean {
  const goesOn = (rates: Rates | undefined): boolean => rates?.last(CURVE_SECONDS, now).some((count) => count > 0) === true;
  switch (view.kind) {
    case "progress": return true;
    case "actor": return goesOn(state.actorModels.get(view.actor as ActorId)?.rates);
    case "cluster": return goesOn(state.rates);
    default: return false;
  }
}
