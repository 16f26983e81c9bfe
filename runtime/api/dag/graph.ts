/** `ray.dag`, and the types of its nodes. */
import type { ActorHandle } from "../actor-handle.ts";
import type { BindArgs, CallNode, DAGNode } from "./dag-node.ts";
import { InputPlace, OutputsNode } from "./input-node.ts";

/** An actor that each execution makes anew; calls of its methods are bound by `node.method.bind(…)`, and run in the order in which they were bound. */
export type ClassNode<C> = DAGNode<ActorHandle<C>, ActorHandle<C>> & {
  readonly [K in keyof C as K extends string ? (C[K] extends (...args: any) => any ? K : never) : never]: C[K] extends (...args: infer P) => infer R ? { bind(...args: BindArgs<P>): CallNode<R> } : never;
};

/** What the graph is executed with; `input.name` and `input[0]` are parts of it. */
export type InputNode<T = any> = DAGNode<T, T> & {
  /** The same as `input[name]`, also for names that a node has itself. */
  at<K extends keyof T>(name: K): InputNode<T[K]>;
} & (0 extends 1 & T ? { readonly [name: string | number]: any } : T extends object ? { readonly [K in keyof T as K extends "execute" | "at" ? never : K]: InputNode<T[K]> } : unknown);

type ResultsOf<N extends readonly DAGNode<any, any>[]> = { -readonly [K in keyof N]: N[K] extends DAGNode<any, infer R> ? R : never };
type ValuesOf<N extends readonly DAGNode<any, any>[]> = { -readonly [K in keyof N]: N[K] extends DAGNode<infer T, any> ? T : never };

/** Several nodes as one: executing it gives an array of what each gives. */
export type MultiOutputNode<N extends readonly DAGNode<any, any>[]> = DAGNode<ValuesOf<N>, ResultsOf<N>>;

export interface Dag {
  /** Stands for what the graph is executed with. */
  readonly InputNode: new <T = any>() => InputNode<T>;
  /** Executes several nodes at once, those that they share once. */
  readonly MultiOutputNode: new <const N extends readonly DAGNode<any, any>[]>(nodes: N) => MultiOutputNode<N>;
}

class Input extends InputPlace {
  constructor() {
    super([]);
  }
}

/** What `ray.dag` is. */
export const dag: Dag = { InputNode: named(Input, "InputNode") as never, MultiOutputNode: named(class extends OutputsNode {}, "MultiOutputNode") as never };

function named<C extends Function>(code: C, name: string): C {
  return Object.defineProperty(code, "name", { value: name });
}
