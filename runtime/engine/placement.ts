/**
 * Placement groups as plain data. What a group has reserved are resources of its own, named as Ray names them: `CPU_group_ID` for
 * the whole group, `CPU_group_0_ID` for its first bundle. Work in a group asks for those instead of the machine's.
 */
import type { JobId, PlacementGroupId, ProcessName } from "../ids.ts";

/** Amounts by resource name: `{ CPU: 1 }`. */
export type Bundle = Readonly<Record<string, number>>;
export type PlacementStrategy = "PACK" | "SPREAD" | "STRICT_PACK" | "STRICT_SPREAD";

export interface PlacementGroupSpec {
  readonly bundles: readonly Bundle[];
  readonly strategy: PlacementStrategy;
  readonly name?: string;
  readonly detached: boolean;
}

/** What a handle knows of its group. */
export interface PlacementGroupInfo extends PlacementGroupSpec {
  readonly id: PlacementGroupId;
}

/** Where in a group work runs. */
export interface Placement {
  readonly group: PlacementGroupInfo;
  /** Any bundle if not given. */
  readonly bundleIndex?: number;
  /** What the work submits itself runs in the group too. */
  readonly capturesChildren?: boolean;
}

export interface PlacementGroupRow extends PlacementGroupInfo {
  readonly state: "PENDING" | "CREATED" | "REMOVED";
  /** Why it is pending or removed, where that is known. */
  readonly cause?: string;
  readonly isInfeasible: boolean;
  readonly namespace: string;
  readonly owner: ProcessName;
  readonly job: JobId;
  readonly nodeId: string;
  /** How long it took to be placed, in milliseconds. */
  readonly placedAfterMs?: number;
}

/** A bundle has so much of this, work that asks for nothing else a thousandth of it: it too waits for the group and ends with it. */
export const BUNDLE_RESOURCE = "bundle";
export const BUNDLE_AMOUNT = 1000;
const BUNDLE_SHARE = 0.001;

export const groupResource = (name: string, group: PlacementGroupId, bundle?: number): string => (bundle === undefined ? `${name}_group_${group}` : `${name}_group_${bundle}_${group}`);

const GROUP_RESOURCE = /^(.+)_group_(?:(\d+)_)?([a-z][0-9a-z]*-p[0-9a-z]+)$/;

/** What the name of a group's resource says; undefined for every other name. */
export function readGroupResource(resource: string): { readonly name: string; readonly bundle: number | undefined; readonly group: PlacementGroupId } | undefined {
  if (!resource.includes("_group_")) return undefined;
  const [, name, bundle, group] = GROUP_RESOURCE.exec(resource) ?? [];
  return name === undefined ? undefined : { name, bundle: bundle === undefined ? undefined : Number(bundle), group: group as PlacementGroupId };
}

/** The group whose resources these are. */
export function groupOf(amounts: Readonly<Record<string, number>>): PlacementGroupId | undefined {
  for (const resource in amounts) {
    const group = readGroupResource(resource)?.group;
    if (group !== undefined) return group;
  }
  return undefined;
}

/** What work asks for that runs in a group. */
export function inGroup(amounts: Readonly<Record<string, number>>, { group: { id }, bundleIndex }: Placement): Record<string, number> {
  const asked = Object.entries(amounts).filter(([, amount]) => amount > 0);
  const all = asked.length > 0 ? asked : [[BUNDLE_RESOURCE, BUNDLE_SHARE] as const];
  return Object.fromEntries(all.flatMap(([name, amount]) => [[groupResource(name, id), amount], ...(bundleIndex === undefined ? [] : [[groupResource(name, id, bundleIndex), amount] as const])] as (readonly [string, number])[]));
}

/** As the user wrote them. */
export function plainAmounts(amounts: Readonly<Record<string, number>>): Readonly<Record<string, number>> {
  return Object.fromEntries(Object.entries(amounts).flatMap(([resource, amount]) => {
    const read = readGroupResource(resource);
    if (read === undefined) return [[resource, amount]];
    return read.bundle === undefined && read.name !== BUNDLE_RESOURCE ? [[read.name, amount]] : [];
  }));
}

/** Resources that a waiting task lends: CPUs, of the machine or of a group. */
export const isCpu = (resource: string): boolean => resource === "CPU" || readGroupResource(resource)?.name === "CPU";

/** True when work that asks for `asked` may run in a process that holds `held`, while what that holds for waits. */
export function fitsBeside(asked: Readonly<Record<string, number>>, held: Readonly<Record<string, number>>): boolean {
  return Object.entries(asked).every(([name, amount]) => amount === 0 || (amount <= (held[name] ?? 0) && (isCpu(name) || readGroupResource(name)?.name === BUNDLE_RESOURCE)));
}
