/** The types of graphs: what `bind` takes and gives. */
import type { ObjectRef } from "../object-ref.ts";
import type { Arg, Returned } from "../signature.ts";

declare const nodeBrand: unique symbol;

/**
 * A node of a lazy graph. `T` is what a node that depends on it gets, `R` what executing it gives. Each execution submits
 * everything that the node needs anew, each node of it once.
 *
 * @example
 * const input = new ray.dag.InputNode<number>();
 * const graph = add.bind(square.bind(input), input);
 * await ray.get(graph.execute(3)); // 12
 * @see https://docs.ray.io/en/latest/ray-core/ray-dag.html
 */
export interface DAGNode<T = unknown, R = ObjectRef<T>> {
  readonly [nodeBrand]: T;
  /** `inputs`: what the graph's InputNode stands for; several are an array there. */
  execute(...inputs: any[]): R;
}

/** What can be bound for a parameter of type `T`: what `.remote` takes, or a node. */
export type BindArg<T> = Arg<T> | DAGNode<T, any>;
export type BindArgs<P extends readonly unknown[]> = { [K in keyof P]: BindArg<P[K]> };

/** A task or an actor call that has not run. */
export type CallNode<R, N extends number = 1> = DAGNode<Awaited<R>, Returned<R, N>>;
