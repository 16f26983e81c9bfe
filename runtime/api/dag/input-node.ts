/** Where a graph takes what it is executed with, and where it gives several results. */
import { describeValue } from "../describe-value.ts";
import { BoundNode, type Execution } from "./node.ts";

/** What the graph is executed with, or a part of it: `input.x`, `input[0]`. */
export class InputPlace extends BoundNode {
  private readonly path: readonly string[];

  constructor(path: readonly string[]) {
    super();
    this.path = path;
    return new Proxy(this, {
      get: (target, name, node) => (typeof name === "symbol" || name in target || name === "then" ? (Reflect.get(target, name, node) as unknown) : target.at(name)),
    });
  }

  /** The part of that name, also where a node has something of that name itself. */
  at(name: string | number): InputPlace {
    return new InputPlace([...this.path, String(name)]);
  }

  run(execution: Execution): unknown {
    let value = execution.input;
    for (const name of this.path) {
      if (value === null || value === undefined) throw new TypeError(`${this.describe()}: the graph was executed with ${describeValue(execution.input)}, which has no such part`);
      value = (value as Record<string, unknown>)[name];
    }
    return value;
  }

  describe(): string {
    return ["InputNode", ...this.path].join(".");
  }
}

export class OutputsNode extends BoundNode {
  private readonly nodes: readonly unknown[];

  constructor(nodes: unknown) {
    super();
    if (!Array.isArray(nodes) || !nodes.every((node) => node instanceof BoundNode)) throw new TypeError(`MultiOutputNode wants an array of nodes, like [f.bind(1), g.bind(2)]; got ${describeValue(nodes)}`);
    this.nodes = nodes;
  }

  run(execution: Execution): unknown {
    return this.nodes.map((node) => execution.of(node as BoundNode));
  }

  describe(): string {
    return `MultiOutputNode([${this.nodes.map(String).join(", ")}])`;
  }
}
