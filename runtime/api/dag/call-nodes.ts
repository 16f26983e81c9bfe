/** Nodes that submit something: a task, an actor, a call of an actor. */
import { nearestName } from "../../nearest-name.ts";
import { BoundNode, describeArgs, type Execution } from "./node.ts";

interface Submits {
  remote(...args: unknown[]): unknown;
}

/** A task, or a call of an actor that is there. */
export class CallNode extends BoundNode {
  private readonly callee: Submits;
  private readonly label: string;
  private readonly args: readonly unknown[];

  constructor(callee: Submits, label: string, args: readonly unknown[]) {
    super();
    this.callee = callee;
    this.label = label;
    this.args = args;
  }

  run(execution: Execution): unknown {
    return this.callee.remote(...this.args.map((arg) => execution.resolve(arg)));
  }

  describe(): string {
    return `${this.label}(${describeArgs(this.args)})`;
  }
}

/** An actor that each execution makes anew. Its methods have `.bind`. */
class ClassNode extends CallNode {
  /** The call that was bound last: calls of one actor run in the order in which they were bound. */
  last: MethodNode | undefined;
}

class MethodNode extends BoundNode {
  private readonly actor: ClassNode;
  private readonly method: string;
  private readonly args: readonly unknown[];
  private readonly before: MethodNode | undefined;

  constructor(actor: ClassNode, method: string, args: readonly unknown[]) {
    super();
    this.actor = actor;
    this.method = method;
    this.args = args;
    this.before = actor.last;
    actor.last = this;
  }

  run(execution: Execution): unknown {
    if (this.before) execution.of(this.before);
    const handle = execution.of(this.actor) as Readonly<Record<string, Submits>>;
    return (handle[this.method] as Submits).remote(...this.args.map((arg) => execution.resolve(arg)));
  }

  describe(): string {
    return `${this.actor.describe()}.${this.method}(${describeArgs(this.args)})`;
  }
}

/** What engines and tools read to learn what a value is. */
const PROBES = new Set<string | symbol>(["then", "toJSON", "asymmetricMatch", "nodeType", "tagName", "$$typeof"]);

export function makeClassNode(actorClass: Submits, className: string, methods: readonly string[], args: readonly unknown[]): object {
  return new Proxy(new ClassNode(actorClass, className, args), {
    get(target, name, node) {
      if (typeof name === "string" && methods.includes(name)) return { bind: (...given: unknown[]) => new MethodNode(node as ClassNode, name, given) };
      if (typeof name === "symbol" || name in target || PROBES.has(name)) return Reflect.get(target, name, node) as unknown;
      const nearest = nearestName(name, methods);
      throw new TypeError(`${className} has no method "${name}"${nearest === undefined ? "" : `; did you mean "${nearest}"?`}`);
    },
  });
}
