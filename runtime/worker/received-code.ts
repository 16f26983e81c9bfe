/** Code that an owner sent, built when it is first called. */
import type { ShippedCode } from "../engine/engine.ts";
import type { ProcessName } from "../ids.ts";
import type { LocalEngine } from "../local/local-engine.ts";
import { refsCarried, type WireValue } from "../wire/hot-records.ts";
import { isThenable } from "./arguments.ts";

export interface HeldCode {
  readonly name: string;
  readonly value: WireValue;
  readonly lend: number;
  built: Function | Promise<Function> | undefined;
}

type Receive = (code: ShippedCode) => Function | Promise<Function>;

export function receiveCode(engine: LocalEngine, receive: Receive, from: ProcessName, key: string, held: HeldCode): Function | Promise<Function> {
  engine.objects.handles.learn(held.value.refs);
  engine.ownership.received(held.lend, from, refsCarried([held.value]));
  const built = receive({ key, name: held.name, value: engine.values.read(held.value, undefined) });
  const counted = (): void => engine.ownership.settled(held.lend, from);
  if (isThenable(built)) void built.then(counted, counted);
  else counted();
  return built;
}
