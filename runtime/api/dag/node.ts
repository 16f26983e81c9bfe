/**
 * Nodes of a lazy graph: what `f.bind(…)` gives instead of running. Nothing happens until a node is executed; then each node that
 * it needs is submitted once, and each execution is a new one.
 */
import { inspect } from "node:util";
import { SHIP } from "../shippable.ts";

/** One execution: what it was given, and what became of each node. */
export class Execution {
  private readonly inputs: readonly unknown[];
  private readonly results = new Map<BoundNode, unknown>();

  constructor(inputs: readonly unknown[]) {
    this.inputs = inputs;
  }

  /** What the graph was given: the value, or all of them when there are several. */
  get input(): unknown {
    if (this.inputs.length === 0) throw new TypeError("This graph has an InputNode and was executed without a value: write node.execute(value)");
    return this.inputs.length === 1 ? this.inputs[0] : this.inputs;
  }

  of(node: BoundNode): unknown {
    if (this.results.has(node)) return this.results.get(node);
    const result = node.run(this);
    this.results.set(node, result);
    return result;
  }

  /** With nodes replaced by what became of them, also inside arrays and plain objects. */
  resolve(value: unknown): unknown {
    if (value instanceof BoundNode) return this.of(value);
    if (Array.isArray(value)) return mapped(value, (item) => this.resolve(item));
    if (!isPlain(value)) return value;
    const entries = Object.entries(value);
    const resolved = mapped(entries.map(([, item]) => item), (item) => this.resolve(item));
    return resolved.every((item, i) => item === entries[i]?.[1]) ? value : Object.fromEntries(entries.map(([name], i) => [name, resolved[i]]));
  }
}

/** The same array when nothing in it changes. */
function mapped(items: readonly unknown[], change: (item: unknown) => unknown): readonly unknown[] {
  const changed = items.map(change);
  return changed.every((item, i) => item === items[i]) ? items : changed;
}

const isPlain = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null && [Object.prototype, null].includes(Object.getPrototypeOf(value) as null);

/** As the runtime sees every node. */
export abstract class BoundNode {
  /** Submits what this node stands for, once an execution. */
  abstract run(execution: Execution): unknown;
  abstract describe(): string;

  execute(...inputs: unknown[]): unknown {
    return new Execution(inputs).of(this);
  }

  [SHIP](): never {
    throw new TypeError(`A node of a graph cannot be sent: ${this.describe()} has not run. Write .execute(…) and pass what that gives, or .bind(…) where it is passed`);
  }

  toString(): string {
    return this.describe();
  }

  [inspect.custom](): string {
    return this.describe();
  }
}

/** How arguments are shown. */
export function describeArgs(args: readonly unknown[]): string {
  return args.map((arg) => (arg instanceof BoundNode ? arg.describe() : inspect(arg, { depth: 0, breakLength: Infinity }))).join(", ");
}
