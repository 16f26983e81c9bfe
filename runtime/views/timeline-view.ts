/** Who ran what when, of the work of one cell: a lane a process. */
import type { TaskRow } from "../engine/events.ts";
import { code, column, faint, line, strong, type Color, type TimelineNode, type TimelineSpan, type ViewNode } from "./view-node.ts";
import type { Look } from "./look.ts";
import { countText, durationText } from "./quantity.ts";
import type { ViewState } from "./view-state.ts";
import type { View } from "./view.ts";

/** More would be thinner than a line: the longest are drawn. */
const MOST_SPANS = 500;
const MOST_LANES = 40;

/** Without a cell: of the last one that submitted work. */
export function timelineView(state: ViewState, cell: string | undefined, look: Look): View {
  const origin = look.cell ?? cell ?? state.lastOrigin;
  const tasks = origin === undefined ? [] : tasksOf(state, origin);
  const title = origin === undefined ? "no cell has submitted work yet" : `${countText(tasks.length, "task")} of ${origin}`;
  return { plain: `Timeline: ${title}`, node: column(line(strong("Timeline"), title), origin === undefined ? undefined : timelineNode(state, origin)) };
}

const tasksOf = (state: ViewState, origin: string): TaskRow[] => [...state.tasks.values()].filter((task) => task.origin === origin);

export function timelineNode(state: ViewState, origin: string): ViewNode {
  const tasks = tasksOf(state, origin);
  const ran = tasks.filter(({ startedAt, worker }) => startedAt !== undefined && worker !== undefined);
  if (ran.length === 0) return faint(`none of the tasks of ${origin} has begun`);
  const end = (task: TaskRow): number => task.finishedAt ?? state.latestAt;
  const from = tasks.reduce((least, { submittedAt }) => Math.min(least, submittedAt), Infinity);
  const to = ran.reduce((most, task) => Math.max(most, end(task)), from);
  const lanes = lanesOf(ran);
  const drawn = [...ran].filter(({ worker }) => lanes.has(worker as string)).sort((a, b) => end(b) - (b.startedAt as number) - (end(a) - (a.startedAt as number))).slice(0, MOST_SPANS);
  const spans = drawn.map((task): TimelineSpan => [(task.startedAt as number) - from, end(task) - from, lanes.get(task.worker as string)?.place as number, colorOf(task), `${task.name} ${durationText(end(task) - (task.startedAt as number))}`]);
  const timeline: TimelineNode = { is: "timeline", from, to, lanes: [...lanes.values()].map(({ title }) => title), spans: spans.sort((a, b) => a[2] - b[2] || a[0] - b[0]) };
  const left = ran.length - drawn.length;
  return column(timeline, faint(`${durationText(to - from)} in all, ${durationText(ran.reduce((sum, task) => sum + end(task) - (task.startedAt as number), 0))} of work on ${countText(lanes.size, "process", "processes")}${left > 0 ? `; the ${drawn.length} longest are drawn` : ""}`), slowestOf(drawn, end));
}

function lanesOf(ran: readonly TaskRow[]): Map<string, { readonly place: number; readonly title: string }> {
  const lanes = new Map<string, { place: number; title: string }>();
  for (const { worker, pid, actor, name } of ran) {
    if (lanes.has(worker as string) || lanes.size >= MOST_LANES) continue;
    lanes.set(worker as string, { place: lanes.size, title: `${actor === undefined ? "worker" : (name.split(".")[0] as string)} ${pid === undefined ? worker : `pid ${pid}`}` });
  }
  return lanes;
}

const colorOf = ({ state }: TaskRow): Color => (state === "failed" ? "failed" : state === "finished" ? "done" : "running");

function slowestOf(drawn: readonly TaskRow[], end: (task: TaskRow) => number): ViewNode | undefined {
  const [slowest] = drawn;
  return slowest === undefined ? undefined : line(faint("longest:"), slowest.name, code(slowest.task), durationText(end(slowest) - (slowest.startedAt as number)));
}
