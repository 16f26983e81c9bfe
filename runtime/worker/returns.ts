/** What a call returned, as its refs get it: one value, or one for each of `numReturns`. */
import { RayError } from "../errors.ts";
import type { Encoded } from "../engine/engine.ts";
import type { CallMeta } from "../wire/hot-records.ts";

export function encodeReturns(meta: CallMeta, outcome: unknown, encode: (value: unknown, label: string) => Encoded): Encoded[] {
  if (meta.numReturns === 0) return [];
  if (meta.numReturns === 1) return [encode(outcome, `the result of ${meta.name}`)];
  const values = outcome as ArrayLike<unknown> | undefined;
  const found = Array.isArray(values) ? values.length : undefined;
  if (found !== meta.numReturns) {
    throw new RayError(`Task ${meta.name} has numReturns: ${meta.numReturns}, so it must return an array of ${meta.numReturns} values; it returned ${found === undefined ? typeof outcome : `${found} values`}`);
  }
  return (values as unknown[]).map((value, i) => encode(value, `result ${i} of ${meta.name}`));
}
