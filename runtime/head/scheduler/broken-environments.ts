/** An environment that cannot be had fails whoever waits for it, and is tried again for who wants it next. */
import { endActor } from "./actors.ts";
import { setCount } from "./leases.ts";
import type { EnvKey, SchedulerEvent } from "./scheduler-messages.ts";
import type { Client, Environment, SchedulerState } from "./scheduler-state.ts";

type Event<T extends SchedulerEvent["type"]> = Extract<SchedulerEvent, { type: T }>;

export function environmentFailed(state: SchedulerState, { env, cause }: Event<"env-failed">): void {
  const environment = state.environments.get(env);
  if (environment === undefined || environment.isReady) return;
  failWaiting(state, env, cause);
  // it can be tried again only by who knows what it is
  state.environments.delete(env);
  state.emit({ type: "forget-env", env });
}

/** Its processes end before they say hello: its variables or packages are to blame. */
export function startsFail(state: SchedulerState, environment: Environment, cause: string): void {
  environment.startFailures = 0;
  failWaiting(state, environment.key, `worker processes do not start in it: ${cause}`);
}

function failWaiting(state: SchedulerState, env: EnvKey, cause: string): void {
  const clients = new Set<Client>();
  for (const demand of [...state.demands]) {
    if (demand.env !== env) continue;
    clients.add(demand.client);
    setCount(state, demand, 0);
  }
  for (const { name } of clients) state.emit({ type: "env-broken", client: name, env, cause });
  for (const actor of [...state.waitingActors]) if (actor.env === env) endActor(state, actor, `its runtime environment could not be set up: ${cause}`, "runtime-env");
}
