/**
 * Environments: what processes need besides resources (variables, a folder, packages). The shell prepares one when somebody first
 * wants it; a process is started in it and stays in it (E1).
 */
import type { EnvKey, SchedulerEvent } from "./scheduler-messages.ts";
import type { Client, SchedulerState } from "./scheduler-state.ts";

type Event<T extends SchedulerEvent["type"]> = Extract<SchedulerEvent, { type: T }>;

export function environmentWanted(state: SchedulerState, event: Event<"env-wanted">): void {
  const client = state.client(event.client);
  if (client !== undefined) wantEnvironment(state, event.env, client);
}

export function wantEnvironment(state: SchedulerState, env: EnvKey, { name, job }: Pick<Client, "name" | "job">): void {
  if (state.environments.has(env)) return;
  state.environments.set(env, { key: env, isReady: false, startFailures: 0, startAgainAt: 0 });
  state.emit({ type: "prepare-env", env, client: name, job });
}

export function environmentReady(state: SchedulerState, { env }: Event<"env-ready">): void {
  const environment = state.environments.get(env);
  if (environment === undefined) return;
  environment.isReady = true;
}

/** On each tick: those that nobody uses any more. What was made for one stays on disk, for the next. */
export function forgetUnused(state: SchedulerState): void {
  if (state.environments.size === 1) return;
  const used = new Set<EnvKey>(["", state.warmEnv, ...state.starting.values()]);
  for (const { env } of state.workers.values()) used.add(env);
  for (const { env } of state.demands) used.add(env);
  for (const { env, phase } of state.actors.values()) if (phase.kind !== "dead") used.add(env);
  for (const { key, isReady } of state.environments.values()) {
    if (!isReady || used.has(key)) continue;
    state.environments.delete(key);
    state.emit({ type: "forget-env", env: key });
  }
}
