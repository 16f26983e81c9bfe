/** Which values have a live view, and what is known of them now. */
import type { ActorInfo, Encoded, Resolved } from "../engine/engine.ts";
import type { EngineEvent, ObjectRow } from "../engine/events.ts";
import { isError } from "../errors.ts";
import { types } from "node:util";
import type { ViewDescriptor } from "../session/output.ts";
import { infoOf } from "./actor-handle.ts";
import { ClusterContext } from "./context.ts";
import type { Scope } from "./home.ts";
import { ProgressBar } from "./progress-bar.ts";
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

/** The view of an ObjectRef, of an array of nothing but refs, of an actor's handle, of `ray.progress` or of `ray.init`'s context; else undefined. */
export function viewOf(value: unknown, preview?: Preview): LiveView | undefined {
  const hold = holdOf(value);
  if (hold) return { view: { kind: "object-ref", refs: [hold.id] }, snapshot: rowsOf([hold], preview) };
  const info = infoOf(value);
  if (info) return { view: { kind: "actor", actor: info.actor, className: info.className, methods: callable(info) }, snapshot: [] };
  if (value instanceof ClusterContext) return { view: { kind: "cluster" }, snapshot: [] };
  if (value instanceof ProgressBar) return { view: value.view, snapshot: rowsOf(value.holds, preview) };
  return Array.isArray(value) ? viewOfAll(value, preview) : undefined;
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
    if (resolved.error) return { type: "object", ref, state: "error", sizeBytes, at, ...(isError(decoded?.value) ? { error: `${decoded.value.name}: ${decoded.value.message}` } : {}) };
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
