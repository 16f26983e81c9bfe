/**
 * The runtime environments of a cluster: what the scheduler knows by a key is made here. Owns: what is known of each while the
 * scheduler knows it, and which package folders this cluster uses. Does not own: the folders (env/npm-cache.ts).
 */
import { statSync } from "node:fs";
import { delimiter, join } from "node:path";
import type { NoticeRow } from "../engine/events.ts";
import type { KeyedEnv } from "../engine/runtime-env.ts";
import { ensurePackages, releasePackages } from "../env/npm-cache.ts";
import { isError } from "../errors.ts";
import type { SchedulerCommand, UntimedEvent } from "./scheduler/scheduler-messages.ts";

/** What a worker process is started with. */
export interface WorkerEnv {
  readonly keyed: KeyedEnv | undefined;
  readonly variables: Readonly<Record<string, string>>;
  readonly folder: string | undefined;
  /** The folder whose node_modules has its packages. */
  readonly packages: string | undefined;
}

interface Known {
  keyed: KeyedEnv;
  /** The cell or file that wanted it last. */
  origin: string | undefined;
  packages: string | undefined;
  isForgotten: boolean;
}

export interface EnvironmentsShell {
  answer(event: UntimedEvent): void;
  say(notice: NoticeRow): void;
}

const PLAIN: WorkerEnv = { keyed: undefined, variables: {}, folder: undefined, packages: undefined };

export class Environments {
  private readonly shell: EnvironmentsShell;
  private readonly known = new Map<string, Known>();
  /** How many environments use each package folder. */
  private readonly users = new Map<string, number>();
  private readonly ending = new AbortController();

  constructor(shell: EnvironmentsShell) {
    this.shell = shell;
  }

  /** What a message is about, by its key. */
  learn(keyed: KeyedEnv | undefined, origin: string | undefined): string {
    if (keyed === undefined) return "";
    const known = this.known.get(keyed.key);
    if (known) known.origin = origin ?? known.origin;
    else this.known.set(keyed.key, { keyed, origin, packages: undefined, isForgotten: false });
    return keyed.key;
  }

  /** Answers the scheduler, later. */
  prepare({ env, job }: Extract<SchedulerCommand, { type: "prepare-env" }>): void {
    const known = this.known.get(env);
    const say = (text: string): void => this.shell.say({ type: "notice", level: "info", text: `ray: ${text}`, job, ...(known?.origin === undefined ? {} : { origin: known.origin }) });
    this.make(known, say).then(
      () => this.shell.answer({ type: "env-ready", env }),
      (error: unknown) => {
        if (!this.ending.signal.aborted) this.shell.answer({ type: "env-failed", env, cause: isError(error) ? error.message : String(error) });
      },
    );
  }

  private async make(known: Known | undefined, say: (text: string) => void): Promise<void> {
    if (known === undefined) throw new Error("the cluster was not told what it is");
    const { env } = known.keyed;
    if (env.workingDir !== undefined && statSync(env.workingDir, { throwIfNoEntry: false })?.isDirectory() !== true) throw new Error(`its workingDir ${env.workingDir} is not there any more`);
    if (env.npm === undefined) return;
    const packages = await ensurePackages({ ...env, npm: env.npm }, { say, signal: this.ending.signal });
    this.users.set(packages, (this.users.get(packages) ?? 0) + 1);
    known.packages = packages;
    if (known.isForgotten) this.release(known);
  }

  forget(env: string): void {
    const known = this.known.get(env);
    this.known.delete(env);
    if (known === undefined) return;
    known.isForgotten = true;
    this.release(known);
  }

  private release(known: Known): void {
    const { packages } = known;
    if (packages === undefined) return;
    known.packages = undefined;
    const users = (this.users.get(packages) as number) - 1;
    this.users.set(packages, users);
    if (users > 0) return;
    this.users.delete(packages);
    releasePackages(packages);
  }

  of(env: string): WorkerEnv {
    const known = this.known.get(env);
    if (known === undefined) return PLAIN;
    const { keyed, packages } = known;
    return { keyed, packages, folder: keyed.env.workingDir, variables: variablesOf(keyed.env.envVars ?? {}, packages) };
  }

  /** What is under way ends with the cluster. */
  close(): void {
    this.ending.abort();
    for (const packages of this.users.keys()) releasePackages(packages);
  }
}

/** `${NAME}` in a value is the cluster's own variable, as in Ray. Programs of packages are on the PATH, as in an npm script. */
function variablesOf(envVars: Readonly<Record<string, string>>, packages: string | undefined): Record<string, string> {
  const variables = Object.fromEntries(Object.entries(envVars).map(([name, value]) => [name, value.replace(/\$\{(\w+)\}/g, (_, other: string) => process.env[other] ?? "")]));
  if (packages === undefined) return variables;
  const modules = join(packages, "node_modules");
  const before = (name: string): string => [variables[name] ?? process.env[name]].filter(Boolean).map((value) => delimiter + value).join("");
  return { ...variables, PATH: join(modules, ".bin") + before("PATH"), NODE_PATH: modules + before("NODE_PATH") };
}
