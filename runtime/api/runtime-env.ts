/** `runtimeEnv`: what users write, checked at once and made whole: paths absolute, packages named one by one. */
import { statSync } from "node:fs";
import { resolve } from "node:path";
import { envText, isPlainEnv, type RuntimeEnv as WholeEnv } from "../engine/runtime-env.ts";
import { describeValue } from "./describe-value.ts";
import { nearestName } from "../nearest-name.ts";

/**
 * What a process of tasks or actors has besides resources. Work in another environment runs in other processes.
 *
 * @example
 * const task = ray.remote(run, { runtimeEnv: { envVars: { LANG: "de_DE.UTF-8" }, npm: ["ms@2"] } });
 * @see https://docs.ray.io/en/latest/ray-core/handling-dependencies.html
 */
export interface RuntimeEnv {
  /** Environment variables, there before the process starts. `${NAME}` in a value is the cluster's own variable of that name. */
  readonly envVars?: Readonly<Record<string, string>> | undefined;
  /** The folder where tasks run and from where their imports resolve; relative to that of the notebook or script. Nothing is copied. */
  readonly workingDir?: string | undefined;
  /** Packages as `npm install` takes them, `"ms@2"`. They are installed once, kept beneath your cache folder, and found before those of the folder. */
  readonly npm?: readonly string[] | NpmOptions | undefined;
}

export interface NpmOptions {
  readonly packages: readonly string[];
  /** False: install scripts of these packages and of what they need may run. True if not given. */
  readonly ignoreScripts?: boolean | undefined;
}

const FIELDS = ["envVars", "workingDir", "npm"];
const NPM_FIELDS = ["packages", "ignoreScripts"];
/** Fields of Ray's that mean something for Python alone. */
const RAYS: Readonly<Record<string, string>> = { env_vars: "envVars", working_dir: "workingDir", pip: "npm", uv: "npm", conda: "npm" };

/** Throws for what is no environment. `where` is `ray.remote option "runtimeEnv"`. */
export function checkRuntimeEnv(value: unknown, where: string): void {
  const env = fieldsOf(value, where, FIELDS, "like { envVars: { LANG: \"C\" } }");
  if (env["envVars"] !== undefined) checkVariables(env["envVars"], `${where}.envVars`);
  const { workingDir, npm } = env;
  if (workingDir !== undefined && (typeof workingDir !== "string" || workingDir === "")) throw new TypeError(`${where}.workingDir must be a folder's path; got ${describeValue(workingDir)}`);
  if (npm !== undefined) checkNpm(npm, `${where}.npm`);
}

function checkVariables(value: unknown, where: string): void {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new TypeError(`${where} must be an object of texts by name, like { LANG: "C" }; got ${describeValue(value)}`);
  for (const [name, text] of Object.entries(value)) {
    if (name === "" || /[=\0]/.test(name)) throw new TypeError(`${where} has the name ${JSON.stringify(name)}, which no environment variable can have`);
    if (typeof text !== "string") throw new TypeError(`${where}.${name} must be a string; got ${describeValue(text)}. Write ${name}: ${JSON.stringify(String(text))}`);
    if (text.includes("\0")) throw new TypeError(`${where}.${name} has a zero character, which no environment variable can have`);
  }
}

function checkNpm(value: unknown, where: string): void {
  if (Array.isArray(value)) return checkPackages(value, where);
  const { packages, ignoreScripts } = fieldsOf(value, where, NPM_FIELDS, 'or an array of packages, like ["ms@2"]');
  checkPackages(packages, `${where}.packages`);
  if (ignoreScripts !== undefined && typeof ignoreScripts !== "boolean") throw new TypeError(`${where}.ignoreScripts must be true or false; got ${describeValue(ignoreScripts)}`);
}

function checkPackages(value: unknown, where: string): void {
  if (!Array.isArray(value) || value.length === 0) throw new TypeError(`${where} must be an array of packages, like ["ms@2"]; got ${describeValue(value)}`);
  for (const spec of value as unknown[]) {
    if (typeof spec !== "string" || spec.trim() === "" || spec.startsWith("-") || /[\0\n]/.test(spec)) throw new TypeError(`${where} must hold packages as \`npm install\` takes them, like "ms@2"; got ${describeValue(spec)}`);
  }
}

function fieldsOf(value: unknown, where: string, known: readonly string[], example: string): Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new TypeError(`${where} must be an object ${example}; got ${describeValue(value)}`);
  for (const name of Object.keys(value)) {
    if (known.includes(name)) continue;
    const nearest = RAYS[name] ?? nearestName(name, known);
    throw new TypeError(`${where} has no field "${name}"${nearest === undefined ? "." : `; did you mean "${nearest}"?`} Its fields: ${known.join(", ")}`);
  }
  return value as Readonly<Record<string, unknown>>;
}

/** The checked options with a whole environment; throws when its folder is not there. `folder` is where relative paths begin. */
export function withWholeEnv<O extends { readonly runtimeEnv?: RuntimeEnv | undefined }>(options: O, folder: () => string, call: string): O {
  if (options.runtimeEnv === undefined) return options;
  return { ...options, runtimeEnv: wholeEnv(options.runtimeEnv, folder, `${call} option "runtimeEnv"`) };
}

function wholeEnv({ envVars, workingDir, npm }: RuntimeEnv, folder: () => string, where: string): WholeEnv {
  return {
    ...(envVars === undefined ? {} : { envVars: { ...envVars } }),
    ...(workingDir === undefined ? {} : { workingDir: folderAt(resolve(folder(), workingDir), `${where}.workingDir`) }),
    ...(npm === undefined ? {} : { npm: wholeNpm(npm, folder) }),
  };
}

function folderAt(path: string, where: string): string {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat?.isDirectory() === true) return path;
  throw new RangeError(`${where}: ${stat === undefined ? `there is no folder ${path}` : `${path} is a file, not a folder`}`);
}

function wholeNpm(npm: readonly string[] | NpmOptions, folder: () => string): NonNullable<WholeEnv["npm"]> {
  const { packages, ignoreScripts = true } = "packages" in npm ? npm : { packages: npm };
  return { packages: packages.map((spec) => wholeSpec(spec.trim(), folder)), ignoreScripts };
}

/** A local package is named by its whole path: it is installed elsewhere. */
function wholeSpec(spec: string, folder: () => string): string {
  const [, name = "", path] = /^((?:@[^/@]+\/)?[^/@:]+@)?file:(.+)$/.exec(spec) ?? /^()(\.{1,2}\/.*|\/.*|~\/.*)$/.exec(spec) ?? [];
  return path === undefined ? spec : `${name}file:${resolve(folder(), path.replace(/^~(?=\/)/, process.env["HOME"] ?? "~"))}`;
}

/** How two environments differ, in words; undefined: not at all. */
export function envDifference(asked: WholeEnv, is: WholeEnv): string | undefined {
  if (envText(asked) === envText(is)) return undefined;
  if (isPlainEnv(is)) return "runtimeEnv is not given";
  const differing = FIELDS.filter((field) => JSON.stringify((asked as Record<string, unknown>)[field]) !== JSON.stringify((is as Record<string, unknown>)[field]));
  return `runtimeEnv has another ${differing.join(", another ")}`;
}
