/** How the face's own objects cross processes: `ship/` rebuilds them by calling `revivers(ray)[singleton](...args)` there. */
export const SHIP: unique symbol = Symbol.for("ray-ts.ship") as never;

export interface Shipped {
  readonly singleton: "ray" | "object-ref" | "remote-function" | "actor-class" | "remote-method" | "queue" | "queue-actor" | "pool-worker" | "metric" | "placement-group";
  readonly args: readonly unknown[];
}
