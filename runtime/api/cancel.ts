/** `ray.cancel`. */
import { handleToUse } from "./actor-handle.ts";
import { describeValue } from "./describe-value.ts";
import { holdOfGenerator } from "./object-ref-generator.ts";
import { holdOf, MADE_BY_PUT } from "./object-ref.ts";
import { CANCEL_OPTIONS, checkOptions, type CancelOptions } from "./options.ts";

export function cancel(ref: unknown, options: CancelOptions | undefined): void {
  const { force = false, recursive = true } = checkOptions(options, CANCEL_OPTIONS, "ray.cancel");
  const hold = holdOf(ref) ?? holdOfGenerator(ref);
  if (!hold) throw new TypeError(`ray.cancel wants the ObjectRef of a task or of an actor's call; got ${describeValue(ref)}${adviceFor(ref)}`);
  if (hold.madeBy === MADE_BY_PUT) throw new TypeError(`ray.cancel got ObjectRef(${hold.id}) of ray.put: no task makes it. To drop the object write ray.free(ref)`);
  if (hold.scope.isLive) hold.scope.engine.cancel(hold.id, { force, recursive });
}

function adviceFor(value: unknown): string {
  if (Array.isArray(value)) return ". Cancel each of them: for (const ref of refs) ray.cancel(ref)";
  return handleToUse(value, "ray.cancel") ? ". To end an actor write ray.kill(handle)" : "";
}
