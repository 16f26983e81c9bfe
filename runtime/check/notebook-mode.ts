/** `"ray_ts": { "typeCheck": "warn" | "error" | "off" }` in a notebook's metadata. Pure. */
import { isTypeCheckMode, TYPE_CHECK_MODES, type TypeCheckMode } from "./type-diagnostic.ts";

/** Undefined when the notebook says nothing. Throws, in words for its author, for what is no mode. */
export function notebookTypeCheck(metadata: unknown): TypeCheckMode | undefined {
  const ours = (metadata as { readonly ray_ts?: unknown } | null | undefined)?.ray_ts;
  const asked = (ours as { readonly typeCheck?: unknown } | null | undefined)?.typeCheck;
  if (asked === undefined || isTypeCheckMode(asked)) return asked;
  throw new Error(`The notebook's metadata has ray_ts.typeCheck ${JSON.stringify(asked)}: it must be one of ${TYPE_CHECK_MODES.join(", ")}.`);
}
