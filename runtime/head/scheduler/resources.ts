/**
 * What the machine has and who holds it. Amounts are whole ten-thousandths, so that 0.1 + 0.2 is 0.3.
 *
 * Owns the totals, what is available, and how much of the rest running leases hold (it comes back at their next task
 * boundary; what actors and waiting tasks hold does not). Does not know who the holders are. What a placement group has reserved
 * are resources of its own (engine/placement.ts); their places are used again when the group is gone.
 */
import { BUNDLE_AMOUNT, BUNDLE_RESOURCE, fitsBeside, groupOf, groupResource, isCpu, readGroupResource, type Bundle } from "../../engine/placement.ts";
import type { PlacementGroupId } from "../../ids.ts";
import { SchedulerError } from "./story.ts";
import type { Shape } from "./scheduler-messages.ts";

const UNIT = 1e4;
export const CPU = 0;

/** A shape, interned: two equal shapes are one object. */
export interface KnownShape {
  readonly key: string;
  readonly spec: Shape;
  /** Resource index and amount, by pairs; nothing is zero. */
  readonly amounts: readonly { readonly resource: number; readonly amount: number }[];
  /** Less than one CPU: more of them than CPUs may run at once. */
  readonly isLight: boolean;
  /** Those of `amounts` that are CPUs: of the machine or of a group. */
  readonly cpus: KnownShape["amounts"];
  /** CPUs are all it asks for: it may run in a process that holds as many, while what that holds them for waits. */
  readonly isCpuOnly: boolean;
  /** The placement group of whose resources it is. */
  readonly group: PlacementGroupId | undefined;
}

/** Resources in somebody's hands. `lent`: its task waits, and its CPU is back in the pool meanwhile. */
export interface Holding {
  readonly shape: KnownShape;
  readonly by: "lease" | "actor" | "group";
  lent: boolean;
  /** Its CPU was lent once: it may be part of an oversubscription (R2). */
  wasLent: boolean;
}

export class Resources {
  /** "" is a place that a group has left. */
  readonly names: string[] = ["CPU"];
  readonly #indexes = new Map<string, number>([["CPU", CPU]]);
  readonly #left: number[] = [];
  readonly total: number[] = [0];
  readonly available: number[] = [0];
  /** Held by leases whose task runs. */
  readonly leased: number[] = [0];
  /** How often something was taken. */
  takes = 0;
  readonly #shapes = new Map<string, KnownShape>();

  setTotals(totals: Shape): void {
    for (const { resource, amount } of this.intern(totals).amounts) this.total[resource] = this.available[resource] = amount;
  }

  intern(spec: Shape): KnownShape {
    const key = shapeKey(spec);
    const known = this.#shapes.get(key);
    if (known !== undefined) return known;
    const amounts = Object.entries(spec)
      .map(([name, value]) => ({ resource: this.#indexOf(name), amount: fixed(name, value) }))
      .filter(({ amount }) => amount > 0);
    const cpus = amounts.filter(({ resource }) => this.isCpu(resource));
    const shape: KnownShape = { key, spec, amounts, isLight: Math.max(0, ...cpus.map(({ amount }) => amount)) < UNIT, cpus, isCpuOnly: fitsBeside(spec, spec), group: groupOf(spec) };
    this.#shapes.set(key, shape);
    return shape;
  }

  isCpu(resource: number): boolean {
    return resource === CPU || isCpu(this.names[resource] as string);
  }

  /** Work in a group was held against its bundles when it was submitted: it can run when the group is placed. */
  isFeasible(shape: KnownShape): boolean {
    return shape.group !== undefined || shape.amounts.every(({ resource, amount }) => amount <= at(this.total, resource));
  }

  fits(shape: KnownShape): boolean {
    for (const { resource, amount } of shape.amounts) if (amount > at(this.available, resource)) return false;
    return true;
  }

  /** True when the shape would fit once every running lease is back. */
  isReclaimable(shape: KnownShape): boolean {
    for (const { resource, amount } of shape.amounts) if (amount > at(this.available, resource) + at(this.leased, resource)) return false;
    return true;
  }

  /** How much more of each resource must come back before the shape fits. */
  lacking(shape: KnownShape): { resource: number; amount: number }[] {
    return shape.amounts
      .map(({ resource, amount }) => ({ resource, amount: amount - at(this.available, resource) }))
      .filter(({ amount }) => amount > 0);
  }

  /** True when `shape` uses a resource that `reserved` waits for and will get from running leases. */
  contends(shape: KnownShape, reserved: KnownShape): boolean {
    if (!this.isReclaimable(reserved)) return false;
    return reserved.amounts.some(({ resource, amount }) => amount > at(this.available, resource) && amountOf(shape, resource) > 0);
  }

  take(shape: KnownShape, by: Holding["by"]): Holding {
    this.takes++;
    this.#add(this.available, shape, -1);
    if (by === "lease") this.#add(this.leased, shape, 1);
    return { shape, by, lent: false, wasLent: false };
  }

  giveBack(holding: Holding): void {
    if (holding.lent) this.reclaim(holding);
    this.#add(this.available, holding.shape, 1);
    if (holding.by === "lease") this.#add(this.leased, holding.shape, -1);
  }

  /** The holder waits: its CPU goes back, the rest stays with it and is out of reach until it runs again. */
  lend(holding: Holding): void {
    holding.lent = holding.wasLent = true;
    for (const { resource, amount } of holding.shape.cpus) this.available[resource] = at(this.available, resource) + amount;
    if (holding.by === "lease") this.#add(this.leased, holding.shape, -1);
  }

  /** The holder runs again, whether or not its CPU is free. */
  reclaim(holding: Holding): void {
    holding.lent = false;
    for (const { resource, amount } of holding.shape.cpus) this.available[resource] = at(this.available, resource) - amount;
    if (holding.by === "lease") this.#add(this.leased, holding.shape, 1);
  }

  /** What the bundles hold, for work in the group. */
  addGroup(group: PlacementGroupId, bundles: readonly Bundle[]): void {
    bundles.forEach((bundle, i) => {
      for (const [name, value] of [...Object.entries(bundle), [BUNDLE_RESOURCE, BUNDLE_AMOUNT] as const]) {
        for (const resource of [this.#indexOf(groupResource(name, group)), this.#indexOf(groupResource(name, group, i))]) {
          this.total[resource] = this.available[resource] = at(this.total, resource) + fixed(name, value);
        }
      }
    });
  }

  /** Nothing holds them any more, and nobody wants them. */
  removeGroup(group: PlacementGroupId): void {
    for (const [name, index] of this.#indexes) {
      if (readGroupResource(name)?.group !== group) continue;
      this.#indexes.delete(name);
      this.names[index] = "";
      this.total[index] = this.available[index] = this.leased[index] = 0;
      this.#left.push(index);
    }
    for (const [key, shape] of this.#shapes) if (shape.group === group) this.#shapes.delete(key);
  }

  /** As users write amounts. What an unblocked worker took beyond the total counts as zero available. */
  snapshot(amounts: readonly number[]): Record<string, number> {
    return Object.fromEntries(this.names.flatMap((name, i) => (at(this.total, i) > 0 && readGroupResource(name) === undefined ? [[name, Math.max(0, at(amounts, i)) / UNIT]] : [])));
  }

  #indexOf(name: string): number {
    const known = this.#indexes.get(name);
    if (known !== undefined) return known;
    const index = this.#left.pop() ?? this.names.length;
    this.#indexes.set(name, index);
    this.names[index] = name;
    for (const amounts of [this.total, this.available, this.leased]) amounts[index] = 0;
    return index;
  }

  #add(amounts: number[], shape: KnownShape, sign: 1 | -1): void {
    for (const { resource, amount } of shape.amounts) amounts[resource] = at(amounts, resource) + sign * amount;
  }
}

export const amountOf = (shape: KnownShape, resource: number): number => shape.amounts.find((a) => a.resource === resource)?.amount ?? 0;
/** `1 CPU`, `0.5 GPU`, `1000 bytes of memory`, `1 CPU of placement group d3fa9c1d2-p1`. */
export function describeAmount(name: string, amount: number): string {
  const read = readGroupResource(name);
  if (read !== undefined) return `${describeAmount(read.name, amount)} of ${read.bundle === undefined ? "" : `bundle ${read.bundle} of `}placement group ${read.group}`;
  return `${amount / UNIT} ${name === "memory" ? "bytes of memory" : name}`;
}
export const wholeCpus = (resources: Resources): number => Math.ceil(at(resources.total, CPU) / UNIT);
export const inUnits = (amount: number): number => amount / UNIT;

function shapeKey(spec: Shape): string {
  let key = "";
  let names = 0;
  for (const name in spec) {
    if (spec[name] === 0) continue;
    key = keyPart(name, spec[name] as number);
    names++;
  }
  if (names < 2) return key;
  return Object.keys(spec).filter((name) => spec[name] !== 0).sort().map((name) => keyPart(name, spec[name] as number)).join("");
}

const keyPart = (name: string, value: number): string => `${name}\0${fixed(name, value)}\0`;

function fixed(name: string, value: number): number {
  const amount = Math.round(value * UNIT);
  if (amount >= 0 && Number.isSafeInteger(amount)) return amount;
  throw new SchedulerError(`Cannot count ${value} of resource "${name}": amounts are numbers from 0 to ${Math.floor(Number.MAX_SAFE_INTEGER / UNIT)}`);
}

const at = (amounts: readonly number[], resource: number): number => amounts[resource] as number;
