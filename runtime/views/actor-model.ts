/** What an actor's process says of itself while somebody looks, put together from its pulses. */
import type { ActorPulseRow } from "../engine/events.ts";
import { Rates } from "./rates.ts";

export interface ActorModel {
  pulse: ActorPulseRow;
  readonly rates: Rates;
}

export function beat(before: ActorModel | undefined, row: ActorPulseRow): ActorModel {
  if (before === undefined) return { pulse: row, rates: new Rates() };
  // another process: it counts from the beginning
  const since = before.pulse.pid === row.pid ? before.pulse.calls : 0;
  before.rates.add(Math.max(0, row.calls - since), row.at);
  // fields travel when they changed
  before.pulse = row.fields === undefined && before.pulse.pid === row.pid && before.pulse.fields !== undefined ? { ...row, fields: before.pulse.fields } : row;
  return before;
}
