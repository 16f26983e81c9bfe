/**
 * What each message must hold, so that whoever handles it may believe its type: a message of a confused or foreign process is a
 * MalformedFrame where it is read, not a TypeError somewhere in the head. Fields that are not listed are let through.
 */
import type { EngineEvent } from "../engine/events.ts";
import type { StateTable } from "../engine/state.ts";

/** Undefined when the value is right, else what it should be. */
type Check = (value: unknown) => string | undefined;
export type Fields = Readonly<Record<string, Check>>;

const ofType = (wanted: string, is: (value: unknown) => boolean): Check => (value) => (is(value) ? undefined : wanted);

const text = ofType("a text", (value) => typeof value === "string");
const number = ofType("a number", Number.isFinite);
const flag = ofType("true or false", (value) => typeof value === "boolean");
const isObject = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null && !Array.isArray(value);
const object = ofType("an object", isObject);
const anything: Check = () => undefined;
const amounts = ofType("amounts by name", (value) => isObject(value) && Object.values(value).every((amount) => Number.isFinite(amount) && (amount as number) >= 0));
/** What is left of something may be a hair below zero. */
const figures = ofType("numbers by name", (value) => isObject(value) && Object.values(value).every(Number.isFinite));
const textsByName = ofType("texts by name", (value) => isObject(value) && Object.values(value).every((each) => typeof each === "string"));
const listOf = (each: Check): Check => (value) => (Array.isArray(value) ? value.map((item) => each(item)).find((wrong) => wrong !== undefined) : "a list");
const texts = listOf(text);
const maybe = (check: Check): Check => (value) => (value === undefined ? undefined : check(value));
const oneOf = (...values: readonly unknown[]): Check => ofType(`one of ${values.join(", ")}`, (value) => values.includes(value));
const numbered = ofType("a text and a number", (value) => Array.isArray(value) && typeof value[0] === "string" && Number.isFinite(value[1]));
const placed = ofType("a number and a text", (value) => Array.isArray(value) && Number.isFinite(value[0]) && typeof value[1] === "string");
const holding = (fields: Fields): Check => (value) => (isObject(value) ? wrongField(value, fields) : "an object");

const block = holding({ writer: text, file: text, offset: number, sizeBytes: number, generation: number, place: oneOf("shared-memory", "disk") });
const value = holding({ refs: texts, block: maybe(block), blockRef: maybe(text) });

const runtimeEnv = holding({ key: text, env: holding({ envVars: maybe(textsByName), workingDir: maybe(text), npm: maybe(holding({ packages: texts, ignoreScripts: flag })) }) });

const bundles = listOf(amounts);
const strategy = oneOf("PACK", "SPREAD", "STRICT_PACK", "STRICT_SPREAD");
const placement = holding({ group: holding({ id: text, bundles, strategy, name: maybe(text), detached: flag }), bundleIndex: maybe(number), capturesChildren: maybe(flag) });

const actorWanted: Fields = {
  actor: text, handleRef: maybe(text), className: text, methods: texts, shape: amounts, env: maybe(runtimeEnv), placement: maybe(placement), name: maybe(text), namespace: text, folder: maybe(text),
  detached: flag, getIfExists: flag, maxConcurrency: number, maxRestarts: number, concurrencyGroups: maybe(amounts), callDefaults: maybe(object), listsErrors: maybe(flag),
  codeKey: text, code: value, args: value, topLevelRefs: listOf(placed), lend: number, origin: maybe(text),
};

/** Names and texts, one in the other, no deeper than an actor's process looks. */
const fieldRows: Check = ofType("fields and their texts", (value) => areFields(value, 8));
const areFields = (value: unknown, depth: number): boolean =>
  Array.isArray(value) && value.every((field) => Array.isArray(field) && typeof field[0] === "string" && typeof field[1] === "string" && (field[2] === undefined || (depth > 0 && areFields(field[2], depth - 1))));

const TABLES: Readonly<Record<StateTable, true>> = { tasks: true, actors: true, objects: true, workers: true, nodes: true, drivers: true };

const taskFields: Fields = { task: text, name: text, owner: text, state: text, refs: texts, submittedAt: number, attempt: number, maxRetries: maybe(number), startedAt: maybe(number), finishedAt: maybe(number), error: maybe(text) };

const ROW_FIELDS: Readonly<Record<EngineEvent["type"], Fields>> = {
  task: taskFields,
  run: { run: holding(taskFields) },
  object: { ref: text, state: text, at: number, sizeBytes: maybe(number), preview: maybe(text), error: maybe(text), task: maybe(text) },
  actor: { actor: text, className: text, state: text, detached: flag, at: number, cause: maybe(text) },
  "actor-pulse": { actor: text, worker: text, pid: number, calls: number, failed: number, running: number, waiting: number, current: maybe(text), currentSince: maybe(number), memoryBytes: number, fields: maybe(fieldRows), at: number },
  worker: { worker: text, pid: number, state: text, at: number },
  resources: { total: figures, available: figures, storeUsedBytes: number, storeTotalBytes: number, storeSpilledBytes: number, at: number },
  "task-counts": { name: text, finished: number, failed: number, totalRunMs: number, at: number },
  log: { pid: number, worker: text, taskName: text, stream: oneOf("stdout", "stderr"), text, job: text, origin: maybe(text), task: maybe(text) },
  "left-out": { job: text, lines: number, characters: number, workers: texts, origin: maybe(text) },
  notice: { level: text, text, job: maybe(text), origin: maybe(text) },
};
const row: Check = (one) => (isObject(one) && typeof one["type"] === "string" && Object.hasOwn(ROW_FIELDS, one["type"]) ? wrongField(one, ROW_FIELDS[one["type"] as EngineEvent["type"]]) : "a row of a known type");
const rows = listOf(row);

export const MESSAGE_FIELDS = {
  hello: { token: text, from: text, kind: text },

  "leases-wanted": { shape: amounts, env: maybe(runtimeEnv), count: number, origin: maybe(text) },
  "env-wanted": { env: runtimeEnv, origin: maybe(text) },
  "lease-returned": { lease: text },
  "take-back": { lease: text, worker: text },
  "worker-blocked": { isBlocked: flag, wait: number, isAlone: flag },
  "worker-idle": {},
  "worker-ready": { pid: number },
  "worker-retired": {},
  "worker-holds-objects": { holds: flag },
  "actor-wanted": actorWanted,
  "group-wanted": { group: text, bundles, strategy, name: maybe(text), namespace: text, detached: flag },
  "group-removed": { group: text, reply: number },
  "group-awaited": { group: text, reply: number },
  "groups-sought": { reply: number },
  "actor-alive": { actor: text },
  "actor-failed": { actor: text, cause: text, failure: maybe(text) },
  "actor-killed": { actor: text, noRestart: flag, cause: text, reply: maybe(number) },
  "actor-watched": { actor: text },
  "actor-observed": { actor: text, everyMs: number },
  "runs-wanted": {},
  "actor-sought": { reply: number, name: text, namespace: text },
  "named-actors-sought": { reply: number, namespace: maybe(text) },
  "resources-sought": { reply: number, which: oneOf("total", "available") },
  "state-sought": { reply: number, table: oneOf(...Object.keys(TABLES)), query: holding({ where: maybe(listOf(holding({ field: text, operator: oneOf("=", "!=", "<", "<=", ">", ">="), value: anything }))), limit: maybe(number) }) },
  "stacks-sought": { reply: number },
  events: { rows },
  subscribe: { isOn: flag, jobs: maybe(texts), only: maybe(text) },
  "rows-read": { batch: number },
  "prints-chosen": { job: text, isOn: flag, dedup: flag },
  "events-wanted": { reply: number },
  metrics: { deltas: listOf(holding({ name: text, kind: oneOf("counter", "gauge", "histogram"), description: text, boundaries: maybe(listOf(number)), tags: textsByName, value: number, buckets: maybe(listOf(number)) })) },
  "metrics-sought": { reply: number },
  "store-used": { usedBytes: number, heldBytes: number, spilledBytes: number, grantBytes: number, storedBytes: number, missedBytes: number },
  collected: { round: number, spillableBytes: number, oldestAt: number },
  "task-cancelled": { worker: text, call: number, force: flag },

  "lease-granted": { lease: text, worker: text, pid: number, shape: amounts, env: maybe(text) },
  "env-broken": { env: text, cause: text },
  "group-broken": { group: text, cause: text },
  "lease-recalled": { lease: text },
  "tasks-halted": { lease: text, worker: text, begun: maybe(number) },
  "lease-broken": { lease: text, worker: text, cause: text, memory: maybe(text) },
  "process-died": { process: text },
  "actor-state": { actor: text, state: oneOf("pending", "alive", "restarting", "dead"), worker: maybe(text), pid: maybe(number), cause: maybe(text), failure: maybe(text), existing: maybe(text) },
  "become-actor": { owner: text, job: text, restarts: number, wanted: holding(actorWanted) },
  "observe-actor": { everyMs: number },
  "tell-runs": {},
  answer: { reply: number, value: anything },
  rows: { rows, batch: maybe(number) },
  "run-own": { wait: number },
  "abandon-work": { client: text },
  "store-granted": { bytes: number },
  collect: { round: number },
  spill: { bytes: number },

  borrow: { refs: listOf(numbered) },
  "borrow-acked": { refs: listOf(numbered) },
  unborrow: { refs: texts },
  "lend-done": { lend: number, kept: texts },
  fetch: { ref: text, lost: maybe(block) },
  fetched: { ref: text, error: flag, block: maybe(block), blockRef: maybe(text), refs: texts, lend: number, lost: maybe(text) },
  cancel: { ref: text, force: flag, recursive: flag },
  "cancel-task": { seq: number, force: flag, recursive: flag },
  "items-taken": { seq: number, taken: number, isClosed: flag },
  "tasks-returned": { tasks: listOf(number), isRetired: maybe(flag) },
  "resume-tasks": {},
  "free-blocks": { blocks: listOf(block) },
  "blocks-lost": { blocks: listOf(block) },
  "views-sought": { refs: texts },
  "views-told": { unread: texts },
  free: { refs: texts },
  moved: { ref: text, move: number, from: block, block: maybe(block) },
  "move-cleared": { ref: text, move: number },
} satisfies Readonly<Record<string, Fields>>;

const callMeta = holding({ name: text, numReturns: number, stream: maybe(number), maxCalls: maybe(number), resources: amounts, job: text, namespace: text, codeKey: maybe(text), actor: maybe(text), method: maybe(text), group: maybe(text), origin: maybe(text), folder: maybe(text), env: maybe(text), placement: maybe(placement) });

/** What is wrong with a block's address, or with what calls share. */
export const blockFault = (address: unknown): string | undefined => faultOf("A block's address", block(address));
export const metaFault = (meta: unknown): string | undefined => faultOf("What calls share", callMeta(meta));

const faultOf = (what: string, wrong: string | undefined): string | undefined => (wrong === undefined ? undefined : `${what}: ${wrong}`);

/** What is wrong with a message, in words; undefined when it is whole. */
export function messageFault(message: unknown): string | undefined {
  if (!isObject(message) || typeof message["type"] !== "string") return "A message has no type";
  if (!Object.hasOwn(MESSAGE_FIELDS, message["type"])) return `A message of the unknown type ${JSON.stringify(message["type"].slice(0, 40))}`;
  const wrong = wrongField(message, MESSAGE_FIELDS[message["type"] as keyof typeof MESSAGE_FIELDS]);
  return wrong === undefined ? undefined : `A message ${message["type"]} whose ${wrong}`;
}

function wrongField(holder: Readonly<Record<string, unknown>>, fields: Fields): string | undefined {
  for (const name in fields) {
    const wanted = fields[name]!(holder[name]);
    if (wanted !== undefined) return `${name} is not ${wanted}`;
  }
  return undefined;
}
