/** `ray.progress`: a live bar over refs. */
import { randomUUID } from "node:crypto";
import { describeValue } from "./describe-value.ts";
import type { RayHost } from "./host.ts";
import { holdOf, type Hold, type ObjectRef } from "./object-ref.ts";
import { checkOptions, PROGRESS_OPTIONS, type ProgressOptions } from "./options.ts";
import { ProgressBar, type Progress } from "./progress-bar.ts";
import { noteShown } from "./shown.ts";
import { viewOf } from "./view-of.ts";

export function progress(host: RayHost, refs: readonly ObjectRef<any>[], options: ProgressOptions | undefined): Progress {
  const { label } = checkOptions(options, PROGRESS_OPTIONS, "ray.progress");
  const holds = holdsOf(refs);
  const bar = new ProgressBar([...refs], holds, label);
  // at once: a loop may follow
  draw(host, bar);
  return noteShown(bar, host.origin());
}

function holdsOf(refs: unknown): Hold[] {
  if (!Array.isArray(refs)) throw new TypeError(`ray.progress wants an array of ObjectRefs; got ${describeValue(refs)}`);
  return refs.map((ref, i) => {
    const hold = holdOf(ref);
    if (!hold) throw new TypeError(`ray.progress wants an array of ObjectRefs; its element ${i} is ${describeValue(ref)}`);
    return hold;
  });
}

function draw(host: RayHost, bar: ProgressBar): void {
  const live = viewOf(bar);
  if (live?.view.kind !== "progress") return;
  if (host.displayView) host.displayView(live.view, live.snapshot, { displayId: randomUUID(), update: false });
  else host.drawProgress?.(live.view, live.snapshot);
}
