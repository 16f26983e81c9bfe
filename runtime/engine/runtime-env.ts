/** Runtime environments as plain data: what a process of tasks or actors has besides resources. */

/** Every field is whole: paths are absolute, packages named one by one. What is absent is as in the process that starts the worker. */
export interface RuntimeEnv {
  readonly envVars?: Readonly<Record<string, string>>;
  /** Where tasks run, and from where their imports resolve. */
  readonly workingDir?: string;
  readonly npm?: NpmPackages;
}

/** Packages as `npm install` takes them. */
export interface NpmPackages {
  readonly packages: readonly string[];
  /** True: their install scripts do not run. */
  readonly ignoreScripts: boolean;
}

/** An environment and the text that tells it from every other one. */
export interface KeyedEnv {
  readonly key: string;
  readonly env: RuntimeEnv;
}

/** As in Ray: a child has what its parent has, but for the fields that it names itself; variables are merged one by one. */
export function mergeEnvs(parent: RuntimeEnv, child: RuntimeEnv): RuntimeEnv {
  const envVars = { ...parent.envVars, ...child.envVars };
  return { ...parent, ...child, ...(Object.keys(envVars).length > 0 ? { envVars } : {}) };
}

export const isPlainEnv = ({ envVars, workingDir, npm }: RuntimeEnv): boolean => workingDir === undefined && npm === undefined && Object.keys(envVars ?? {}).length === 0;

/** The same text for equal environments, however they were written. */
export function envText({ envVars, workingDir, npm }: RuntimeEnv): string {
  const variables = Object.entries(envVars ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([variables, workingDir ?? null, npm === undefined ? null : [[...npm.packages].sort(), npm.ignoreScripts]]);
}
