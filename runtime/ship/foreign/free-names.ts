/** The names that a JavaScript text uses without declaring them, and what else has to be known to move it. */
import type { Node, Program } from "oxc-parser";

export interface FreeNames {
  readonly free: ReadonlySet<string>;
  /** Names that the text assigns to, declared in it or not. */
  readonly assigned: ReadonlySet<string>;
  /** `x` of each `__$.x`, when `__$` is free. */
  readonly scopeMembers: ReadonlySet<string>;
  /** Offsets of each `import.meta`. */
  readonly importMetas: readonly Range[];
  /** Uses the `this` or `arguments` of what is around it, by an arrow function. */
  readonly usesOuterThis: boolean;
  readonly usesSuper: boolean;
  /** Where `this` belongs to a function or class of the text. */
  readonly ownThis: readonly Range[];
  readonly isModule: boolean;
}

export interface Range {
  readonly start: number;
  readonly end: number;
}

type AnyNode = Node & Record<string, unknown>;
type Visitor = (walk: Walk, node: AnyNode) => void;

class NameScope {
  readonly names = new Set<string>();
  readonly parent: NameScope | undefined;
  /** Where `var` goes. */
  readonly hoist: NameScope;

  constructor(parent: NameScope | undefined, isFunction: boolean) {
    this.parent = parent;
    this.hoist = isFunction || parent === undefined ? this : parent.hoist;
  }

  has(name: string): boolean {
    for (let at: NameScope | undefined = this; at !== undefined; at = at.parent) if (at.names.has(name)) return true;
    return false;
  }
}

class Walk {
  scope = new NameScope(undefined, true);
  /** 0 outside of functions that have a `this` of their own. */
  thisDepth = 0;
  superDepth = 0;
  readonly references: { readonly name: string; readonly scope: NameScope }[] = [];
  readonly assigned = new Set<string>();
  readonly scopeMembers = new Set<string>();
  readonly importMetas: Range[] = [];
  readonly ownThis: Range[] = [];
  usesOuterThis = false;
  usesSuper = false;
  isModule = false;

  visit(node: unknown): void {
    if (Array.isArray(node)) {
      for (const item of node) this.visit(item);
      return;
    }
    if (typeof node !== "object" || node === null || typeof (node as AnyNode).type !== "string") return;
    const visitor = VISITORS[(node as AnyNode).type];
    if (visitor === undefined) this.children(node as AnyNode);
    else visitor(this, node as AnyNode);
  }

  children(node: AnyNode): void {
    for (const key in node) if (key !== "type" && key !== "start" && key !== "end" && typeof node[key] === "object") this.visit(node[key]);
  }

  within(isFunction: boolean, run: () => void): void {
    const outer = this.scope;
    this.scope = new NameScope(outer, isFunction);
    run();
    this.scope = outer;
  }

  refer(name: string): void {
    this.references.push({ name, scope: this.scope });
  }

  /** Declares the names of a pattern; defaults and computed keys in it are visited. */
  declare(pattern: AnyNode | null, scope: NameScope): void {
    this.pattern(pattern, (name) => scope.names.add(name));
  }

  /** Names that a pattern assigns to. */
  assign(pattern: AnyNode | null): void {
    this.pattern(pattern, (name) => {
      this.assigned.add(name);
      this.refer(name);
    });
  }

  private pattern(node: AnyNode | null, onName: (name: string) => void): void {
    if (node === null) return;
    const down = (child: unknown): void => this.pattern(child as AnyNode | null, onName);
    switch (node.type as string) {
      case "Identifier": return onName(node["name"] as string);
      case "ObjectPattern":
        for (const property of node["properties"] as AnyNode[]) {
          if (property["computed"] === true) this.visit(property["key"]);
          down(property.type === "RestElement" ? property["argument"] : property["value"]);
        }
        return;
      case "ArrayPattern": return (node["elements"] as unknown[]).forEach(down);
      case "RestElement": return down(node["argument"]);
      case "AssignmentPattern":
        this.visit(node["right"]);
        return down(node["left"]);
      case "ParenthesizedExpression": return down(node["expression"]);
      default: return this.visit(node);
    }
  }

  withThis({ start, end }: AnyNode, run: () => void): void {
    this.ownThis.push({ start, end });
    this.thisDepth++;
    run();
    this.thisDepth--;
  }
}

export function freeNames(program: Program): FreeNames {
  const walk = new Walk();
  walk.visit(program.body);
  const free = new Set(walk.references.filter(({ name, scope }) => !scope.has(name)).map(({ name }) => name));
  const { assigned, scopeMembers, importMetas, usesOuterThis, usesSuper, ownThis, isModule } = walk;
  return { free, assigned, scopeMembers, importMetas, usesOuterThis, usesSuper, ownThis, isModule };
}

const block: Visitor = (walk, node) => walk.within(false, () => walk.children(node));

const fn: Visitor = (walk, node) => {
  const id = node["id"] as AnyNode | null;
  const isDeclaration = node.type === "FunctionDeclaration";
  if (isDeclaration && id !== null) walk.scope.names.add(id["name"] as string);
  const inside = (): void => walk.within(true, () => {
    if (!isDeclaration && id !== null && id !== undefined) walk.scope.names.add(id["name"] as string);
    for (const parameter of node["params"] as AnyNode[]) walk.declare(parameter, walk.scope);
    walk.visit(node["body"]);
  });
  if (node.type === "ArrowFunctionExpression") return inside();
  walk.withThis(node, () => walk.within(true, () => {
    walk.scope.names.add("arguments");
    inside();
  }));
};

const classNode: Visitor = (walk, node) => {
  const id = node["id"] as AnyNode | null;
  if (node.type === "ClassDeclaration" && id !== null) walk.scope.names.add(id["name"] as string);
  walk.within(false, () => {
    if (id !== null && id !== undefined) walk.scope.names.add(id["name"] as string);
    walk.visit(node["superClass"]);
    walk.superDepth++;
    for (const member of (node["body"] as AnyNode)["body"] as AnyNode[]) {
      if (member["computed"] === true) walk.visit(member["key"]);
      walk.withThis(member, () => walk.within(true, () => walk.visit(member.type === "StaticBlock" ? member["body"] : member["value"])));
    }
    walk.superDepth--;
  });
};

const VISITORS: Record<string, Visitor> = {
  Identifier: (walk, node) => walk.refer(node["name"] as string),
  ThisExpression: (walk) => {
    if (walk.thisDepth === 0) walk.usesOuterThis = true;
  },
  Super: (walk) => {
    if (walk.superDepth === 0) walk.usesSuper = true;
  },
  MetaProperty: (walk, node) => {
    if ((node["meta"] as AnyNode)["name"] === "import") walk.importMetas.push({ start: node.start, end: node.end });
  },
  MemberExpression: (walk, node) => {
    const object = node["object"] as AnyNode;
    if (object.type === "Identifier" && object["name"] === "__$" && node["computed"] !== true) walk.scopeMembers.add((node["property"] as AnyNode)["name"] as string);
    walk.visit(object);
    if (node["computed"] === true) walk.visit(node["property"]);
  },
  Property: (walk, node) => {
    if (node["computed"] === true) walk.visit(node["key"]);
    walk.visit(node["value"]);
  },
  FunctionDeclaration: fn,
  FunctionExpression: fn,
  ArrowFunctionExpression: fn,
  ClassDeclaration: classNode,
  ClassExpression: classNode,
  VariableDeclaration: (walk, node) => {
    for (const declarator of node["declarations"] as AnyNode[]) {
      walk.declare(declarator["id"] as AnyNode, node["kind"] === "var" ? walk.scope.hoist : walk.scope);
      walk.visit(declarator["init"]);
    }
  },
  AssignmentExpression: (walk, node) => {
    walk.assign(node["left"] as AnyNode);
    walk.visit(node["right"]);
  },
  UpdateExpression: (walk, node) => walk.assign(node["argument"] as AnyNode),
  BlockStatement: block,
  StaticBlock: block,
  ForStatement: block,
  ForInStatement: (walk, node) => forEach(walk, node),
  ForOfStatement: (walk, node) => forEach(walk, node),
  SwitchStatement: (walk, node) => {
    walk.visit(node["discriminant"]);
    walk.within(false, () => walk.visit(node["cases"]));
  },
  CatchClause: (walk, node) => walk.within(false, () => {
    walk.declare(node["param"] as AnyNode | null, walk.scope);
    walk.visit(node["body"]);
  }),
  LabeledStatement: (walk, node) => walk.visit(node["body"]),
  BreakStatement: () => undefined,
  ContinueStatement: () => undefined,
  ImportDeclaration: (walk) => {
    walk.isModule = true;
  },
  ExportAllDeclaration: (walk) => {
    walk.isModule = true;
  },
  ExportNamedDeclaration: (walk, node) => {
    walk.isModule = true;
    walk.visit(node["declaration"]);
  },
  ExportDefaultDeclaration: (walk, node) => {
    walk.isModule = true;
    walk.visit(node["declaration"]);
  },
};

function forEach(walk: Walk, node: AnyNode): void {
  walk.within(false, () => {
    const left = node["left"] as AnyNode;
    if (left.type === "VariableDeclaration") walk.visit(left);
    else walk.assign(left);
    walk.visit(node["right"]);
    walk.visit(node["body"]);
  });
}
