/** `ray.util.placementGroup` and what belongs to it. */
import { inspect } from "node:util";
import type { Engine, PlacementGroups } from "../../engine/engine.ts";
import type { PlacementGroupInfo, PlacementGroupRow, PlacementStrategy } from "../../engine/placement.ts";
import { RayError } from "../../errors.ts";
import { describeValue } from "../describe-value.ts";
import type { Home, Scope } from "../home.ts";
import { makeRef, type ObjectRef } from "../object-ref.ts";
import { ACTOR_OPTIONS, checkOptions, GET_OPTIONS, NAMESPACE_OPTIONS } from "../options.ts";
import { groupInfoOf, rememberGroup, type PlacementGroup } from "../placement.ts";
import { SHIP, type Shipped } from "../shippable.ts";

export interface PlacementGroupOptions {
  /** `"PACK"` if not given. On one machine `"SPREAD"` and `"STRICT_PACK"` are the same; `"STRICT_SPREAD"` of more than one bundle can never be placed. */
  readonly strategy?: PlacementStrategy | undefined;
  /** For `ray.util.getPlacementGroup(name)`, one of a kind in its namespace. */
  readonly name?: string | undefined;
  /** `"detached"`: it outlives the session, script or actor that made it, until it is removed. */
  readonly lifetime?: "detached" | undefined;
}

/** What `ray.util.placementGroupTable` tells of one. */
export interface PlacementGroupTableRow {
  readonly placementGroupId: string;
  readonly name: string;
  readonly bundles: Readonly<Record<number, Readonly<Record<string, number>>>>;
  /** "" while it is not placed. */
  readonly bundlesToNodeId: Readonly<Record<number, string>>;
  readonly strategy: PlacementStrategy;
  readonly state: "PENDING" | "CREATED" | "REMOVED";
  readonly stats: { readonly endToEndCreationLatencyMs: number; readonly schedulingState: "QUEUED" | "INFEASIBLE" | "FINISHED" | "REMOVED" };
}

export interface PlacementGroupTable {
  (group: PlacementGroup): Promise<PlacementGroupTableRow>;
  (): Promise<Readonly<Record<string, PlacementGroupTableRow>>>;
}

const STRATEGIES = ["PACK", "SPREAD", "STRICT_PACK", "STRICT_SPREAD"];
const strategy = (value: unknown, where: string): void => {
  if (!STRATEGIES.includes(value as string)) throw new TypeError(`${where} must be one of ${STRATEGIES.map((one) => JSON.stringify(one)).join(", ")}; got ${describeValue(value)}`);
};
const OPTIONS = { strategy, name: ACTOR_OPTIONS.name, lifetime: ACTOR_OPTIONS.lifetime };
const CALL = "ray.util.placementGroup";
/** Ray's. */
const WAIT_MS = 30_000;

class Group implements PlacementGroup {
  readonly #scope: Scope;
  readonly #info: PlacementGroupInfo;

  static {
    Object.defineProperty(this, "name", { value: "PlacementGroup", configurable: true });
  }

  constructor(scope: Scope, info: PlacementGroupInfo) {
    this.#scope = scope;
    this.#info = info;
    rememberGroup(this, info);
    Object.defineProperty(this, SHIP, { value: (): Shipped => ({ singleton: "placement-group", args: [info] }) });
  }

  get id(): string {
    return this.#info.id;
  }

  get bundleSpecs(): readonly Readonly<Record<string, number>>[] {
    return this.#info.bundles;
  }

  get bundleCount(): number {
    return this.#info.bundles.length;
  }

  ready(): ObjectRef<PlacementGroup> {
    const { engine, home } = this.#usable("ready");
    const ref = groupsOf(engine).ready(this.#info.id, home.host.codec.encode(this, "placement group"));
    return makeRef(this.#scope, ref, `placement group ${this.#info.id}`) as ObjectRef<PlacementGroup>;
  }

  wait(timeoutMs = WAIT_MS): Promise<boolean> {
    GET_OPTIONS.timeoutMs(timeoutMs, "PlacementGroup.wait");
    return groupsOf(this.#usable("wait").engine).waitFor(this.#info.id, timeoutMs);
  }

  #usable(call: string): Scope {
    if (this.#scope.isLive) return this.#scope;
    throw new TypeError(`Cannot call ${call} of ${String(this)}: its cluster is gone, and the group with it. Make it again`);
  }

  [Symbol.toPrimitive](): string {
    return `PlacementGroup(${this.#info.name ?? this.#info.id}, ${JSON.stringify(this.#info.bundles)})`;
  }

  [inspect.custom](): string {
    return String(this);
  }
}

export const makeGroup = (scope: Scope, info: PlacementGroupInfo): PlacementGroup => new Group(scope, info);

function groupsOf({ placementGroups, kind }: Engine): PlacementGroups {
  if (placementGroups) return placementGroups;
  throw new RayError(`Placement groups are not there on this engine (${kind})`);
}

export function placementGroup(home: Home, bundles: unknown, options: PlacementGroupOptions | undefined): PlacementGroup {
  const checked = checkBundles(bundles);
  const { strategy: how = "PACK", name, lifetime } = checkOptions(options, OPTIONS, CALL);
  const scope = home.current();
  return makeGroup(scope, groupsOf(scope.engine).create({ bundles: checked, strategy: how, ...(name === undefined ? {} : { name }), detached: lifetime === "detached" }));
}

const RENAMED: Readonly<Record<string, string>> = { numCpus: "CPU", numGpus: "GPU", cpu: "CPU", gpu: "GPU" };

function checkBundles(bundles: unknown): Record<string, number>[] {
  if (!Array.isArray(bundles) || bundles.length === 0) throw new TypeError(`${CALL} wants an array of bundles, like [{ CPU: 1 }, { CPU: 2, GPU: 1 }]; got ${describeValue(bundles)}`);
  return bundles.map((bundle: unknown, i) => {
    if (typeof bundle !== "object" || bundle === null || Array.isArray(bundle)) throw new TypeError(`${CALL}: bundle ${i} must be an object of amounts by resource, like { CPU: 1 }; got ${describeValue(bundle)}`);
    for (const [name, amount] of Object.entries(bundle)) {
      if (Object.hasOwn(RENAMED, name)) throw new TypeError(`${CALL}: bundle ${i} has "${name}": a bundle names resources, write ${RENAMED[name]}: ${String(amount)}`);
      if (typeof amount !== "number") throw new TypeError(`${CALL}: bundle ${i} must have numbers; "${name}" is ${describeValue(amount)}`);
      if (!Number.isFinite(amount) || amount < 0) throw new RangeError(`${CALL}: bundle ${i} must have numbers of at least 0; "${name}" is ${amount}`);
    }
    const asked = Object.entries(bundle as Record<string, number>).filter(([, amount]) => amount > 0);
    if (asked.length === 0) throw new RangeError(`${CALL}: bundle ${i} asks for nothing. Name what it reserves, like { CPU: 1 }`);
    return Object.fromEntries(asked);
  });
}

export async function removePlacementGroup(home: Home, group: unknown): Promise<void> {
  await groupsOf(home.current().engine).remove(theGroup(group, "ray.util.removePlacementGroup").id);
}

export async function getPlacementGroup(home: Home, name: unknown, options: { readonly namespace?: string | undefined } | undefined): Promise<PlacementGroup> {
  if (typeof name !== "string" || name === "") throw new TypeError(`ray.util.getPlacementGroup wants the group's name, a string; got ${describeValue(name)}`);
  const { namespace } = checkOptions(options, NAMESPACE_OPTIONS, "ray.util.getPlacementGroup");
  const scope = home.current();
  const place = namespace ?? home.host.taskContext()?.namespace ?? (await scope.engine.connect()).namespace;
  const row = (await groupsOf(scope.engine).rows()).find((one) => one.name === name && one.namespace === place && one.state !== "REMOVED");
  if (row) return makeGroup(scope, infoOfRow(row));
  throw new RayError(`There is no placement group named "${name}" in namespace "${place}". It may have been removed, or its name is another, or it is in another namespace: ray.util.getPlacementGroup(name, { namespace })`);
}

const infoOfRow = ({ id, bundles, strategy: how, name, detached }: PlacementGroupRow): PlacementGroupInfo => ({ id, bundles, strategy: how, ...(name === undefined ? {} : { name }), detached });

export async function placementGroupTable(home: Home, group: unknown): Promise<unknown> {
  const wanted = group === undefined ? undefined : theGroup(group, "ray.util.placementGroupTable");
  const rows = await groupsOf(home.current().engine).rows();
  if (wanted === undefined) return Object.fromEntries(rows.map((row) => [row.id, tableRow(row)]));
  const row = rows.find(({ id }) => id === wanted.id);
  if (row) return tableRow(row);
  throw new RayError(`The cluster does not know placement group ${wanted.id}: it was removed long ago, or is of another cluster`);
}

function tableRow({ id, name, bundles, strategy: how, state, nodeId, isInfeasible, placedAfterMs }: PlacementGroupRow): PlacementGroupTableRow {
  const schedulingState = state === "REMOVED" ? "REMOVED" : state === "CREATED" ? "FINISHED" : isInfeasible ? "INFEASIBLE" : "QUEUED";
  return {
    placementGroupId: id, name: name ?? "", bundles: { ...bundles }, bundlesToNodeId: Object.fromEntries(bundles.map((_, i) => [i, placedAfterMs === undefined ? "" : nodeId])),
    strategy: how, state, stats: { endToEndCreationLatencyMs: placedAfterMs ?? 0, schedulingState },
  };
}

/** The group of the task or actor that runs here. */
export function getCurrentPlacementGroup(home: Home): PlacementGroup | undefined {
  const placement = home.host.taskContext()?.placement;
  return placement && makeGroup(home.current(), placement.group);
}

function theGroup(value: unknown, caller: string): PlacementGroupInfo {
  const info = groupInfoOf(value);
  if (info) return info;
  throw new TypeError(`${caller} wants what ray.util.placementGroup gave; got ${describeValue(value)}`);
}
