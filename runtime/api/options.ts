/** The options that users give, and their checks: what is not known or has a wrong value is an error before anything runs. */
import { types } from "node:util";
import type { StateOperator } from "../engine/state.ts";
import { describeValue } from "./describe-value.ts";
import { nearestName } from "../nearest-name.ts";
import { checkStrategy, type SchedulingStrategy } from "./placement.ts";
import { checkRuntimeEnv, type RuntimeEnv } from "./runtime-env.ts";

/** A class of errors, as `retryExceptions` takes it. */
export type ErrorClass = abstract new (...args: any) => Error;

/** Options of a task: `ray.remote(fn, options)` and `f.options(options)`. */
export interface TaskOptions<N extends number = number> {
  /** CPUs that the task needs to run, 1 if not given. Counted, not enforced; fractions and 0 are fine. */
  readonly numCpus?: number | undefined;
  /** GPUs of `ray.init({ numGpus })` that it needs: counted, not assigned. */
  readonly numGpus?: number | undefined;
  /** Bytes of the cluster's memory that it needs to run: counted, not enforced. */
  readonly memory?: number | undefined;
  /** Amounts of custom resources by name, for example `{ database: 1 }`. */
  readonly resources?: Readonly<Record<string, number>> | undefined;
  /** Splits a returned array into this many refs. */
  readonly numReturns?: N | undefined;
  /** How often the task runs again when its worker process died: 3 if not given, -1 for ever. An error that it throws is a reason only with `retryExceptions`. */
  readonly maxRetries?: number | undefined;
  /** Also an error that the task throws is a reason to run it again, within `maxRetries`: every one, or those of these classes. */
  readonly retryExceptions?: boolean | readonly ErrorClass[] | undefined;
  /** How often a worker process runs this function before a new one takes its place, for what leaks memory: 0 if not given, any number. */
  readonly maxCalls?: number | undefined;
  /** Of a generator: how many items it may be ahead of who takes them, 64 if not given. It waits there. */
  readonly generatorBackpressure?: number | undefined;
  /** What views, logs and errors call it. */
  readonly name?: string | undefined;
  /** Its environment, merged into that of the job or of the task that submits it: it runs in a process of that environment. */
  readonly runtimeEnv?: RuntimeEnv | undefined;
  /** Where it runs: `"DEFAULT"` and `"SPREAD"` are the same on one machine; `{ placementGroup }` is a place in a placement group. */
  readonly schedulingStrategy?: SchedulingStrategy | undefined;
}


/** Options of an actor: `ray.remote(Class, options)` and `A.options(options)`. */
export interface ActorOptions {
  /** CPUs that the actor holds for life. If not given it holds none and is placed at once, however busy the CPUs are. */
  readonly numCpus?: number | undefined;
  /** GPUs of `ray.init({ numGpus })` that it holds for life: counted, not assigned. */
  readonly numGpus?: number | undefined;
  /** Bytes of the cluster's memory that it holds for life: counted, not enforced. */
  readonly memory?: number | undefined;
  /** Amounts of custom resources that it holds for life. */
  readonly resources?: Readonly<Record<string, number>> | undefined;
  /** A name for `ray.getActor(name)`, one of a kind in its namespace. */
  readonly name?: string | undefined;
  /** The namespace of `name`; if not given that of the session or script. */
  readonly namespace?: string | undefined;
  /** `"detached"`: it lives on without handles and without its driver, until `ray.kill`. */
  readonly lifetime?: "detached" | undefined;
  /** With `name`: if there is an actor of that name, its handle is given instead of an error. */
  readonly getIfExists?: boolean | undefined;
  /** How many calls may overlap at their `await`s, 1 if not given: one call at a time, in order. */
  readonly maxConcurrency?: number | undefined;
  /** How often a new process takes the place of one that died: 0 if not given, -1 for ever. The constructor runs again with the same arguments; the state is lost. */
  readonly maxRestarts?: number | undefined;
  /** How many calls of each named group may overlap. Methods go into a group by `@ray.method`, calls by `.options({ concurrencyGroup })`. */
  readonly concurrencyGroups?: Readonly<Record<string, number>> | undefined;
  /** How often a call is sent again when the process died while it ran or waited and the actor restarted: 0 if not given, -1 for ever. An error that it throws is a reason only with `retryExceptions`. */
  readonly maxTaskRetries?: number | undefined;
  /** Also an error that a call throws is a reason to send it again, within `maxTaskRetries`: every one, or those of these classes. */
  readonly retryExceptions?: boolean | readonly ErrorClass[] | undefined;
  /** How many calls of one caller may be without a result; one more throws PendingCallsLimitExceededError. -1 if not given: any number. */
  readonly maxPendingCalls?: number | undefined;
  /** Its environment, merged into that of the job or of the task that makes it. */
  readonly runtimeEnv?: RuntimeEnv | undefined;
  /** Where it runs: `"DEFAULT"` and `"SPREAD"` are the same on one machine; `{ placementGroup }` is a place in a placement group. */
  readonly schedulingStrategy?: SchedulingStrategy | undefined;
}

/** Options of one call of an actor's method. */
export interface MethodOptions<N extends number = number> {
  /** Splits a returned array into this many refs. */
  readonly numReturns?: N | undefined;
  /** The group of the class's `concurrencyGroups` in which this call runs. */
  readonly concurrencyGroup?: string | undefined;
  /** How often this call is sent again when the actor's process died and was replaced; if not given what the actor's class says. */
  readonly maxTaskRetries?: number | undefined;
  /** Also an error that the call throws is a reason, within `maxTaskRetries`: every one, or those of these classes. */
  readonly retryExceptions?: boolean | readonly ErrorClass[] | undefined;
  /** Of a generator: how many items it may be ahead of who takes them, 64 if not given. It waits there, and with it the actor. */
  readonly generatorBackpressure?: number | undefined;
}

/** What `@ray.method` can set for one method. */
export interface MethodDefaults {
  /** The group of the class's `concurrencyGroups` in which the method's calls run. */
  readonly concurrencyGroup?: string | undefined;
  /** How often a call is sent again when the actor's process died and was replaced. */
  readonly maxTaskRetries?: number | undefined;
  /** Also an error that a call throws is a reason, within `maxTaskRetries`: every one, or those of these classes. */
  readonly retryExceptions?: boolean | readonly ErrorClass[] | undefined;
  /** Of a generator: how many items it may be ahead of who takes them, 64 if not given. */
  readonly generatorBackpressure?: number | undefined;
}

/** Options of `ray.init`. */
export interface InitOptions {
  /** The cluster to join: `"auto"` for the one that `ray-ts start` runs for you, or its folder; `"local"`: a cluster of one's own. If not given, `RAY_TS_ADDRESS`, else one's own. */
  readonly address?: string | undefined;
  /** CPUs of the cluster: if not given those that this machine or container has. */
  readonly numCpus?: number | undefined;
  /** GPUs of the cluster, for the `numGpus` of tasks and actors: counted, not assigned. None if not given. */
  readonly numGpus?: number | undefined;
  /** Bytes that the `memory` of tasks and actors is counted against: if not given those of this machine or container. */
  readonly memory?: number | undefined;
  /** Custom resources of the cluster by name. */
  readonly resources?: Readonly<Record<string, number>> | undefined;
  /** Bytes of shared memory for objects: if not given 30% of the memory. When they are used up, objects go to disk. */
  readonly objectStoreMemory?: number | undefined;
  /** Bytes that objects may take on disk, 0: none. If not given what the disk has, but for its last part (5%, at most 1 GiB). */
  readonly objectStoreDisk?: number | undefined;
  /** Where objects go that have no room in memory: if not given a folder of the temp folder. */
  readonly objectSpillingDirectory?: string | undefined;
  /** Where names of actors live. */
  readonly namespace?: string | undefined;
  /** The environment of all tasks and actors of this session or script, unless their own options say more. */
  readonly runtimeEnv?: RuntimeEnv | undefined;
  /** False: what tasks and actors print is not shown here; `ray-ts logs` has it. */
  readonly logToDriver?: boolean | undefined;
  /** Serves metrics at `http://127.0.0.1:PORT/metrics`, for Prometheus; every user of this machine can read them there. If not given nothing is served. */
  readonly metricsExportPort?: number | undefined;
}

/** Options of `ray.progress`. */
export interface ProgressOptions {
  /** What stands before the bar: the name of the tasks if not given and they all have the same. */
  readonly label?: string | undefined;
}

export interface InputOptions {
  /** The answer is not shown as it is typed. */
  readonly password?: boolean | undefined;
}

/** Options of `ray.get`. */
export interface GetOptions {
  /** Rejects with GetTimeoutError after this many milliseconds; 0 looks once. */
  readonly timeoutMs?: number | undefined;
  /** Rejects with the signal's reason when it aborts. */
  readonly signal?: AbortSignal | undefined;
}

/** Options of `ray.wait`. */
export interface WaitOptions extends GetOptions {
  /** How many refs to wait for, 1 if not given. */
  readonly numReturns?: number | undefined;
  /** Gives what is ready after this many milliseconds; 0 looks once. */
  readonly timeoutMs?: number | undefined;
}

/** Options of `ray.cancel`. */
export interface CancelOptions {
  /** Kills the worker process in which the task runs; not for calls of actors. If not given the task is asked to stop. */
  readonly force?: boolean | undefined;
  /** What the task submitted itself is cancelled too: true if not given. */
  readonly recursive?: boolean | undefined;
}

/** Options of `ray.state.tasks` and the other tables. */
export interface StateOptions {
  /** Rows whose fields have these values, `{ state: "failed" }`; or conditions that all hold, `[["sizeBytes", ">", 1000], ["state", "!=", "error"]]`. */
  readonly filter?: Readonly<Record<string, string | number | boolean>> | readonly (readonly [field: string, operator: StateOperator, value: string | number | boolean])[] | undefined;
  /** The newest this many, 100 if not given, 10,000 at the most. */
  readonly limit?: number | undefined;
}

/** Options of `ray.state.getLog` and `ray.state.followLog`. */
export interface LogOptions {
  /** A worker's pid or name, or the id of an actor or a task; `"head"`: the head's own log. */
  readonly id?: string | number | undefined;
  /** An actor's name, id or class. */
  readonly actor?: string | undefined;
  /** A task's name or id. */
  readonly task?: string | undefined;
  /** One of the two; both if not given. */
  readonly stream?: "stdout" | "stderr" | undefined;
  /** The newest this many lines, 1,000 if not given. */
  readonly tail?: number | undefined;
}

/** Throws the TypeError or RangeError for a wrong value. `where` is `ray.remote option "numCpus"`. */
type Check = (value: unknown, where: string) => void;

const finite = (least: number, isWhole: boolean, wanted: string): Check => (value, where) => {
  if (typeof value !== "number") throw new TypeError(`${where} must be ${wanted}; got ${describeValue(value)}`);
  if (!Number.isFinite(value) || value < least || (isWhole && !Number.isInteger(value))) throw new RangeError(`${where} must be ${wanted}; got ${value}`);
};

const anyAmount = finite(0, false, "a number of at least 0");
/** As in Ray: amounts are counted in ten-thousandths. */
const STEPS = 1e4;
const amount: Check = (value, where) => {
  anyAmount(value, where);
  const steps = (value as number) * STEPS;
  if (Math.abs(steps - Math.round(steps)) > 1e-6 * Math.max(1, steps)) throw new RangeError(`${where} must have at most four places behind the point; got ${String(value)}`);
};

const text: Check = (value, where) => {
  if (typeof value !== "string") throw new TypeError(`${where} must be a string; got ${describeValue(value)}`);
  if (value === "") throw new RangeError(`${where} must not be empty`);
};

const flag: Check = (value, where) => {
  if (typeof value !== "boolean") throw new TypeError(`${where} must be true or false; got ${describeValue(value)}`);
};

const exactly = (wanted: string): Check => (value, where) => {
  if (value !== wanted) throw new TypeError(`${where} must be ${JSON.stringify(wanted)} or left out; got ${describeValue(value)}`);
};

const NAMED_BY_OPTION: Readonly<Record<string, string>> = { CPU: "numCpus", GPU: "numGpus", memory: "memory" };
const resources: Check = (value, where) => {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new TypeError(`${where} must be an object of amounts by name, like { database: 1 }; got ${describeValue(value)}`);
  for (const [name, number] of Object.entries(value)) {
    if (Object.hasOwn(NAMED_BY_OPTION, name)) throw new TypeError(`${where} must not hold "${name}": write ${NAMED_BY_OPTION[name]}: ${String(number)}`);
    amount(number, `${where} "${name}"`);
  }
};

const timeout: Check = (value, where) => {
  if (typeof value !== "number") throw new TypeError(`${where} must be a number of milliseconds; got ${describeValue(value)}`);
  if (Number.isNaN(value) || value < 0) throw new RangeError(`${where} must be a number of milliseconds, at least 0; got ${value}`);
};

const signal: Check = (value, where) => {
  const isSignal = typeof value === "object" && value !== null && "aborted" in value && "addEventListener" in value;
  if (!isSignal) throw new TypeError(`${where} must be an AbortSignal; got ${describeValue(value)}`);
};

const errorClasses: Check = (value, where) => {
  if (typeof value === "boolean") return;
  const wrong = Array.isArray(value) ? value.find((one) => typeof one !== "function" || typeof one.prototype !== "object") : value;
  if (!Array.isArray(value) || value.some((one) => one === wrong)) throw new TypeError(`${where} must be true, false or an array of error classes, like [RangeError]; got ${describeValue(wrong)}`);
};

const WANTED_LIMIT = "a whole number of at least 1, or -1 for no limit";
const numReturns = finite(0, true, "a whole number of at least 0");
const times = finite(-1, true, "a whole number of at least 0, or -1 for no limit");
const limit: Check = (value, where) => {
  finite(-1, true, WANTED_LIMIT)(value, where);
  if (value === 0) throw new RangeError(`${where} must be ${WANTED_LIMIT}; got 0`);
};
const atOnce = finite(1, true, "a whole number of at least 1");
const groups: Check = (value, where) => {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new TypeError(`${where} must be an object of numbers by name, like { io: 2 }; got ${describeValue(value)}`);
  for (const [name, most] of Object.entries(value)) atOnce(most, `${where} "${name}"`);
};
const cluster = { numCpus: amount, numGpus: amount, memory: finite(0, false, "a number of bytes, at least 0"), resources };

export const TASK_OPTIONS = { ...cluster, numReturns, maxRetries: times, retryExceptions: errorClasses, maxCalls: numReturns, generatorBackpressure: atOnce, name: text, runtimeEnv: checkRuntimeEnv, schedulingStrategy: checkStrategy };
export const ACTOR_OPTIONS = { ...cluster, name: text, namespace: text, lifetime: exactly("detached"), getIfExists: flag, maxConcurrency: atOnce, maxRestarts: times, maxTaskRetries: times, retryExceptions: errorClasses, maxPendingCalls: limit, concurrencyGroups: groups, runtimeEnv: checkRuntimeEnv, schedulingStrategy: checkStrategy };
export const METHOD_DEFAULTS = { concurrencyGroup: text, maxTaskRetries: times, retryExceptions: errorClasses, generatorBackpressure: atOnce };
export const METHOD_OPTIONS = { numReturns, ...METHOD_DEFAULTS };
const port: Check = (value, where) => {
  if (typeof value !== "number" || !Number.isInteger(value) || value < 1 || value > 65_535) throw new RangeError(`${where} must be a port, a whole number from 1 to 65535; got ${describeValue(value)}`);
};
export const INIT_OPTIONS = { address: text, ...cluster, objectStoreMemory: finite(1, false, "a number of bytes, more than 0"), objectStoreDisk: finite(0, false, "a number of bytes, 0 or more"), objectSpillingDirectory: text, namespace: text, runtimeEnv: checkRuntimeEnv, logToDriver: flag, metricsExportPort: port };
export const GET_OPTIONS = { timeoutMs: timeout, signal };
export const WAIT_OPTIONS = { ...GET_OPTIONS, numReturns: finite(1, true, "a whole number of at least 1") };
const isPlain = (value: unknown): boolean => ["string", "number", "boolean"].includes(typeof value);
const isCondition = (value: unknown): boolean => Array.isArray(value) && value.length === 3 && typeof value[0] === "string" && ["=", "!=", "<", "<=", ">", ">="].includes(value[1] as string) && isPlain(value[2]);
const filter: Check = (value, where) => {
  const isFilter = typeof value === "object" && value !== null && (Array.isArray(value) ? value.every(isCondition) : Object.values(value).every(isPlain));
  if (!isFilter) throw new TypeError(`${where} must be an object of fields and their values, like { state: "failed" }, or an array of conditions, like [["sizeBytes", ">", 1000]]; got ${describeValue(value)}`);
};
export const STATE_OPTIONS = { filter, limit: finite(0, true, "a whole number of at least 0") };
const workerOrId: Check = (value, where) => {
  if (typeof value !== "number") text(value, where);
  else if (!Number.isInteger(value) || value <= 0) throw new RangeError(`${where} must be a worker's pid or name, or the id of an actor or task; got ${value}`);
};
const outputStream: Check = (value, where) => {
  if (value !== "stdout" && value !== "stderr") throw new TypeError(`${where} must be "stdout" or "stderr"; got ${describeValue(value)}`);
};
export const LOG_OPTIONS = { id: workerOrId, actor: text, task: text, stream: outputStream, tail: finite(0, true, "a whole number of at least 0") };
export const PROGRESS_OPTIONS = { label: text };
export const KILL_OPTIONS = { noRestart: flag };
export const CANCEL_OPTIONS = { force: flag, recursive: flag };
export const NAMESPACE_OPTIONS = { namespace: text };
export const DISPLAY_OPTIONS = { displayId: text };
export const CLEAR_OPTIONS = { wait: flag };
export const INPUT_OPTIONS = { password: flag };
const plainObject: Check = (value, where) => {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new TypeError(`${where} must be an object; got ${describeValue(value)}`);
};
const byteArrays: Check = (value, where) => {
  const wrong = Array.isArray(value) ? value.find((one) => !ArrayBuffer.isView(one) && !types.isAnyArrayBuffer(one)) : value;
  if (!Array.isArray(value) || wrong !== undefined) throw new TypeError(`${where} must be an array of typed arrays or ArrayBuffers; got ${describeValue(wrong)}`);
};
const anyText: Check = (value, where) => {
  if (typeof value !== "string") throw new TypeError(`${where} must be a string; got ${describeValue(value)}`);
};
const anyNumber: Check = (value, where) => {
  if (typeof value !== "number" || !Number.isFinite(value)) throw new TypeError(`${where} must be a number; got ${describeValue(value)}`);
};
const positive: Check = (value, where) => {
  anyNumber(value, where);
  if ((value as number) <= 0) throw new RangeError(`${where} must be more than 0; got ${String(value)}`);
};
const listOfTexts: Check = (value, where) => {
  if (!Array.isArray(value) || value.some((item) => typeof item !== "string")) throw new TypeError(`${where} must be an array of strings; got ${describeValue(value)}`);
};
const iterable: Check = (value, where) => {
  if (typeof (value as { [Symbol.asyncIterator]?: unknown } | null)?.[Symbol.asyncIterator] !== "function") throw new TypeError(`${where} must be an async iterable, like an async generator or the refs of a generator task; got ${describeValue(value)}`);
};
const pair: Check = (value, where) => {
  if (!Array.isArray(value) || value.length !== 2) throw new TypeError(`${where} must be a handle and the name of a field, like [counter, "n"]; got ${describeValue(value)}`);
};
/** So many numbers a page can draw ten times a second. */
const MOST_KEPT = 10_000;
const kept: Check = (value, where) => {
  atOnce(value, where);
  if ((value as number) > MOST_KEPT) throw new RangeError(`${where} must be at most ${MOST_KEPT}; got ${String(value)}`);
};
/** What it is, is checked where the other side of the range is known. */
export const UI_OPTIONS = {
  slider: { label: anyText, min: anyNumber, max: anyNumber, step: positive, value: anyNumber },
  select: { label: anyText, options: listOfTexts, value: anyText },
  text: { label: anyText, value: anyText, placeholder: anyText },
  chart: { label: anyText, keep: kept, source: iterable, field: pair },
  image: { alt: anyText },
};
export const COMM_OPTIONS = { metadata: plainObject, buffers: byteArrays };

/** A checked copy without the options that are undefined. `call` is what the user wrote: `ray.remote`. */
export function checkOptions<O extends object>(options: O | undefined, known: Readonly<Record<string, Check>>, call: string): Given<O> {
  const given: Record<string, unknown> = {};
  if (options === undefined) return given as Given<O>;
  if (typeof options !== "object" || options === null || Array.isArray(options)) throw new TypeError(`${call} wants its options as an object; got ${describeValue(options)}`);
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined && Object.hasOwn(known, name)) continue;
    if (!Object.hasOwn(known, name)) throw unknownOption(name, Object.keys(known), call);
    known[name]?.(value, `${call} option "${name}"`);
    given[name] = name === "resources" ? { ...(value as object) } : value;
  }
  return given as Given<O>;
}

/** A group that the class does not have. */
export function checkGroup(groups: readonly string[] | undefined, group: string, where: string): void {
  if (groups?.includes(group)) return;
  const has = groups && groups.length > 0 ? `has ${groups.join(", ")}` : "has none";
  throw new TypeError(`${where}: there is no concurrency group "${group}"; the class ${has}. Groups are named by ray.remote(Class, { concurrencyGroups: { ${JSON.stringify(group)}: 2 } })`);
}

type Given<O> = { readonly [K in keyof O]?: Exclude<O[K], undefined> };

function unknownOption(name: string, known: readonly string[], call: string): TypeError {
  const nearest = nearestName(name, known);
  const hint = nearest ? `; did you mean "${nearest}"?` : ".";
  return new TypeError(`${call} has no option "${name}"${hint} Its options: ${known.join(", ")}`);
}

/** Amounts by resource name, CPU among them; `defaultCpus` undefined: no CPU is held if none is named. */
export function resourcesOf({ numCpus, numGpus, memory, resources: custom }: Pick<TaskOptions, "numCpus" | "numGpus" | "memory" | "resources">, defaultCpus: number | undefined): Record<string, number> {
  const cpus = numCpus ?? defaultCpus;
  return { ...(cpus === undefined ? {} : { CPU: cpus }), ...(numGpus ? { GPU: numGpus } : {}), ...(memory ? { memory } : {}), ...custom };
}
