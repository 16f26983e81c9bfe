/** Which values have a live view, and what is known of them now. */
import type { ActorInfo, Encoded, Resolved } from "../engine/engine.ts";
import type { EngineEvent, ObjectRow } from "../engine/events.ts";
import { isError, isRayError, RayTaskError, type RayError } from "../errors.ts";
import { types } from "node:util";
import { errorName } from "../serialize/error-name.ts";
import type { ViewDescriptor } from "../session/output.ts";
import { infoOf } from "./actor-handle.ts";
import { ClusterContext } from "./context.ts";
import { viewOfRows } from "./drawn-rows.ts";
import type { Scope } from "./home.ts";
import { ProgressBar } from "./progress-bar.ts";
import { StatusText } from "./status.ts";
import { DrawnWidget } from "./ui.ts";
import { holdOf, MADE_BY_PUT, type Hold } from "./object-ref.ts";

export interface LiveView {
  readonly view: ViewDescriptor;
  readonly snapshot: EngineEvent[];
}

/** One line, at most 80 characters. */
export type Preview = (value: unknown) => string;

/** Values are decoded for their previews only up to here: a snapshot must not cost more than what it shows. */
const MOST_PREVIEWS = 20;
const LARGEST_PREVIEWED_BYTES = 64 * 1024;

/** The view of what lives in the cluster: a ref, an array of nothing but refs, an actor's handle, a bar, the cluster; of tables that `ray.state` gave, and of errors of tasks. Else undefined. */
export function viewOf(value: unknown, preview?: Preview): LiveView | undefined {
  const hold = holdOf(value);
  if (hold) return { view: { kind: "object-ref", refs: [hold.id] }, snapshot: rowsOf([hold], preview) };
  const info = infoOf(value);
  if (info) return { view: { kind: "actor", actor: info.actor, className: info.className, methods: callable(info) }, snapshot: [] };
  if (value instanceof ClusterContext || value instanceof StatusText) return { view: { kind: "cluster" }, snapshot: [] };
  if (value instanceof ProgressBar) return { view: value.view, snapshot: rowsOf(value.holds, preview) };
  if (value instanceof DrawnWidget) return { view: value.view, snapshot: [] };
  // a question to a proxy runs its code
  if (!types.isProxy(value) && isRayError(value)) return { view: errorView(value), snapshot: [] };
  if (!Array.isArray(value)) return undefined;
  const rows = viewOfRows(value);
  return rows ? { view: rows, snapshot: [] } : viewOfAll(value, preview);
}

/** True for refs and handles, alone or together: whoever keeps one keeps an object or an actor. */
export const holdsCluster = (value: unknown): boolean =>
  holdOf(value) !== undefined || infoOf(value) !== undefined || value instanceof ProgressBar || (Array.isArray(value) && value.length > 0 && value.every((each) => holdOf(each) !== undefined));

const MOST_CAUSES = 5;

/** What it says, and the frames of it and of what caused it. */
function errorView(error: RayError): ViewDescriptor {
  const { taskName, pid } = error as { readonly taskName?: unknown; readonly pid?: unknown };
  const stacks: { title: string; stack: string }[] = [];
  for (let thrown: unknown = error; isError(thrown) && stacks.length < MOST_CAUSES; thrown = thrown.cause) {
    const stack = framesOf(thrown);
    if (stack !== "" && stack !== stacks.at(-1)?.stack) stacks.push({ title: stacks.length === 0 ? "where it was thrown" : `caused by ${headline(thrown)}`, stack });
  }
  return { kind: "error", text: headline(error), stacks, ...(typeof taskName === "string" ? { where: `in ${taskName}${typeof pid === "number" ? `, pid ${pid}` : ""}` } : {}) };
}

/** What a task threw, for its row: as the head tells it of others' refs. */
const thrownBy = (error: Error): Error => (error instanceof RayTaskError && isError(error.cause) ? error.cause : error);

const headline = (error: Error): string => `${errorName(error)}: ${error.message}`;

function framesOf({ stack = "" }: Error): string {
  const at = stack.indexOf("\n    at ");
  return at < 0 ? "" : stack.slice(at + 1);
}

/** Methods that give one value: those that can be called from the view. */
const callable = ({ methods, callDefaults }: ActorInfo): string[] => methods.filter((name) => callDefaults?.methods?.[name]?.stream === undefined);

function viewOfAll(values: readonly unknown[], preview: Preview | undefined): LiveView | undefined {
  const holds: Hold[] = [];
  for (const value of values) {
    const hold = holdOf(value);
    if (!hold) return undefined;
    holds.push(hold);
  }
  return holds.length === 0 ? undefined : { view: { kind: "object-refs", refs: holds.map(({ id }) => id) }, snapshot: rowsOf(holds, preview) };
}

function rowsOf(holds: readonly Hold[], preview: Preview | undefined): ObjectRow[] {
  const at = Date.now();
  let previews = 0;
  return holds.map((hold) => {
    const ref = hold.id;
    if (!hold.scope.isLive || hold.isReleased) return { type: "object", ref, state: "freed", at };
    const resolved = hold.scope.engine.peek(ref);
    if (!resolved) {
      hold.scope.engine.watch?.([ref]);
      return { type: "object", ref, state: "pending", at };
    }
    const sizeBytes = sizeOf(resolved.value);
    const decoded = ++previews <= MOST_PREVIEWS ? decodeSmall(hold, resolved) : undefined;
    if (resolved.error) return { type: "object", ref, state: "error", sizeBytes, at, ...(isError(decoded?.value) ? { error: headline(thrownBy(decoded.value)), stack: framesOf(decoded.value) } : {}) };
    return { type: "object", ref, state: "ready", sizeBytes, at, ...(hold.madeBy === MADE_BY_PUT ? { isPut: true } : {}), ...(decoded && preview ? { preview: preview(decoded.value) } : {}) };
  });
}

/** Undefined when it would take long, or a module must be imported first. */
function decodeSmall(hold: Hold, { value }: Resolved): { readonly value: unknown } | undefined {
  if (value.head.length > LARGEST_PREVIEWED_BYTES) return undefined;
  const decoded = (hold.scope as Scope).home.host.codec.decode(value);
  if (!types.isPromise(decoded)) return { value: decoded };
  decoded.catch(() => undefined); // only the preview is without it: whoever gets the object hears of it
  return undefined;
}

const sizeOf = ({ head, buffers }: Encoded): number => buffers.reduce((size, buffer) => size + buffer.byteLength, head.byteLength);
