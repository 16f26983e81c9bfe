/** Where work runs, as users say it (`schedulingStrategy`) and as the engine takes it. */
import type { Bundle, Placement, PlacementGroupInfo } from "../engine/placement.ts";
import { describeValue } from "./describe-value.ts";
import { nearestName } from "../nearest-name.ts";
import type { ObjectRef } from "./object-ref.ts";

/**
 * Resources reserved all at once, for tasks and actors that belong together: `ray.util.placementGroup`. It can be passed to tasks
 * and actors.
 *
 * @see https://docs.ray.io/en/latest/ray-core/scheduling/placement-group.html
 */
export interface PlacementGroup {
  readonly id: string;
  /** What was asked for, bundle by bundle. */
  readonly bundleSpecs: readonly Readonly<Record<string, number>>[];
  readonly bundleCount: number;
  /** A ref that is ready when the group is placed; it fails when the group is removed before. */
  ready(): ObjectRef<PlacementGroup>;
  /** True when the group is placed within that many milliseconds: 30,000 if not given. */
  wait(timeoutMs?: number): Promise<boolean>;
}

/** A place in a placement group. */
export interface PlacementGroupSchedulingStrategy {
  readonly placementGroup: PlacementGroup;
  /** The bundle whose resources are used; if not given any of the group's. */
  readonly bundleIndex?: number | undefined;
  /** True: what the task or actor submits itself runs in the group too, unless it names a strategy of its own. */
  readonly captureChildTasks?: boolean | undefined;
}

/** Ray's strategies for where work runs; the first two are the same on one machine. */
export type SchedulingStrategy = "DEFAULT" | "SPREAD" | PlacementGroupSchedulingStrategy;

const infos = new WeakMap<object, PlacementGroupInfo>();

/** What a handle of this copy stands for; undefined for every other value. */
export const groupInfoOf = (value: unknown): PlacementGroupInfo | undefined => (typeof value === "object" && value !== null ? infos.get(value) : undefined);

export function rememberGroup(handle: object, info: PlacementGroupInfo): void {
  infos.set(handle, info);
}

const FIELDS = ["placementGroup", "bundleIndex", "captureChildTasks"];

export function checkStrategy(value: unknown, where: string): void {
  if (value === "DEFAULT" || value === "SPREAD") return;
  if (typeof value !== "object" || value === null) throw new TypeError(`${where} must be "DEFAULT", "SPREAD" or a place in a placement group, { placementGroup, bundleIndex, captureChildTasks }; got ${describeValue(value)}`);
  for (const name of Object.keys(value)) {
    if (FIELDS.includes(name)) continue;
    const nearest = nearestName(name, FIELDS);
    throw new TypeError(`${where} has no field "${name}"${nearest === undefined ? "." : `; did you mean "${nearest}"?`} Its fields: ${FIELDS.join(", ")}`);
  }
  const { placementGroup, bundleIndex, captureChildTasks } = value as Partial<PlacementGroupSchedulingStrategy>;
  const info = groupInfoOf(placementGroup);
  if (info === undefined) throw new TypeError(`${where}.placementGroup must be what ray.util.placementGroup gave; got ${describeValue(placementGroup)}`);
  if (captureChildTasks !== undefined && typeof captureChildTasks !== "boolean") throw new TypeError(`${where}.captureChildTasks must be true or false; got ${describeValue(captureChildTasks)}`);
  if (bundleIndex === undefined || bundleIndex === -1) return; // -1 is Ray's word for any
  if (typeof bundleIndex !== "number") throw new TypeError(`${where}.bundleIndex must be a bundle's index; got ${describeValue(bundleIndex)}`);
  if (!(bundleIndex in info.bundles)) throw new RangeError(`${where}.bundleIndex is ${bundleIndex}, and the group has the bundles 0 to ${info.bundles.length - 1}`);
}

/** The place that a checked strategy names; throws when no bundle there has so much. */
export function placementOf(strategy: SchedulingStrategy | undefined, resources: Bundle, label: string): { readonly placement?: Placement } {
  if (strategy === undefined || typeof strategy === "string") return {};
  const { placementGroup, bundleIndex, captureChildTasks } = strategy;
  const placement: Placement = { group: groupInfoOf(placementGroup) as PlacementGroupInfo, ...(bundleIndex === undefined || bundleIndex < 0 ? {} : { bundleIndex }), ...(captureChildTasks ? { capturesChildren: true } : {}) };
  refuseTooMuch(placement, resources, label, "Ask for less, or make the group with larger bundles");
  return { placement };
}

const captured = new WeakMap<Placement, Placement>();

/** Of work that a task or actor in a group submits, where that captures what it submits. */
export function capturedPlacement(parent: Placement, resources: Bundle, label: string): Placement {
  refuseTooMuch({ group: parent.group }, resources, label, 'It would run in the group because what submits it says captureChildTasks: schedulingStrategy: "DEFAULT" runs it outside');
  const known = captured.get(parent) ?? { group: parent.group, capturesChildren: true };
  captured.set(parent, known);
  return known;
}

function refuseTooMuch({ group: { bundles }, bundleIndex }: Placement, resources: Bundle, label: string, wayOut: string): void {
  const candidates = bundleIndex === undefined ? bundles : [bundles[bundleIndex] as Bundle];
  if (candidates.some((bundle) => Object.entries(resources).every(([name, amount]) => amount <= (bundle[name] ?? 0)))) return;
  throw new RangeError(`"${label}" cannot run in the placement group: it asks for ${JSON.stringify(resources)}, and ${bundleIndex === undefined ? "no bundle" : `bundle ${bundleIndex}`} of ${JSON.stringify(bundles)} has so much. ${wayOut}`);
}
