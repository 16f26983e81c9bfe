/**
 * Branded ids. An id is made by the process that owns the thing it names, so that `put` and `.remote()` stay synchronous.
 *
 * - `ProcessName`: `d3fa9c1d2` (driver), `w…` (worker), `h…` (head), `f…` (front): one letter and 8 hex digits.
 * - `ObjectId`: `<owner's ProcessName>-<count in base 36>`; the owner can be read off it.
 * - `TaskId`, `ActorId`, `PlacementGroupId`: the same form with the letters `t`, `a` and `p` before the count.
 */
import { randomBytes } from "node:crypto";

declare const brand: unique symbol;
type Branded<Name extends string> = string & { readonly [brand]: Name };

export type ProcessName = Branded<"ProcessName">;
export type ObjectId = Branded<"ObjectId">;
export type TaskId = Branded<"TaskId">;
export type ActorId = Branded<"ActorId">;
export type PlacementGroupId = Branded<"PlacementGroupId">;
export type JobId = Branded<"JobId">;
export type LeaseId = Branded<"LeaseId">;
export type ClusterId = Branded<"ClusterId">;

export type ProcessKind = "driver" | "worker" | "head" | "front";

export function newProcessName(kind: ProcessKind): ProcessName {
  return (kind[0] + randomBytes(4).toString("hex")) as ProcessName;
}

export function newClusterId(): ClusterId {
  return randomBytes(4).toString("hex") as ClusterId;
}

export const objectId = (owner: ProcessName, count: number): ObjectId => (owner + "-" + count.toString(36)) as ObjectId;
export const taskId = (owner: ProcessName, count: number): TaskId => (owner + "-t" + count.toString(36)) as TaskId;
/** Ids of consecutive objects of one owner. */
export function objectIdsOf(owner: ProcessName): (count: number) => ObjectId {
  const prefix = owner + "-";
  return (count) => (prefix + count.toString(36)) as ObjectId;
}
/** An item of a generator task: both sides know it without asking. */
export const itemId = (owner: ProcessName, task: number, index: number): ObjectId => (owner + "-i" + task.toString(36) + "." + index.toString(36)) as ObjectId;
/** The place of an item among those of its generator. */
export const itemIndex = (item: ObjectId): number => parseInt(item.slice(item.lastIndexOf(".") + 1), 36);
export const actorId = (owner: ProcessName, count: number): ActorId => (owner + "-a" + count.toString(36)) as ActorId;

export const placementGroupId = (owner: ProcessName, count: number): PlacementGroupId => (owner + "-p" + count.toString(36)) as PlacementGroupId;

/** The process that owns an object, a task, an actor or a placement group. */
export function ownerOf(id: ObjectId | TaskId | ActorId | PlacementGroupId): ProcessName {
  return id.slice(0, id.indexOf("-")) as ProcessName;
}
