/** The state of the one walk over a cell's tree, and what it collects. */
import type { ForInStatement, ForOfStatement, ForStatement, VariableDeclaration } from "oxc-parser";
import type { ClosureNode, Node } from "./ast.ts";
import { isClass, startOf } from "./ast.ts";
import type { DeclarationKind } from "./compiled-cell.ts";
import { open } from "./loops.ts";
import type { Loop, LoopNode } from "./loops.ts";
import { Scope } from "./scopes.ts";
import type { Closure, Placement, Reference, ReferenceForm } from "./scopes.ts";

/** A variable declaration whose names are top-level names of the cell. */
export interface TopVariables {
  readonly node: VariableDeclaration;
  readonly role: "statement" | "for" | "each";
}

/** Where a `let`, `const` or `class` of the top level begins to have its value. */
export interface Initialization {
  readonly start: number;
  readonly initStart: number;
  readonly initEnd: number;
}

/** A `this` that a function or class around it owns, seen from a closure in between. */
export interface OuterThis {
  readonly start: number;
  readonly end: number;
  readonly owner: Closure;
}

export type ForLoop = ForStatement | ForInStatement | ForOfStatement;

interface Place {
  scope?: Scope;
  closure?: Closure | null;
  thisOwner?: Closure | null;
  /** No `await` here belongs to the cell. */
  isInFunction?: boolean;
  isEager?: boolean;
  block?: Node | null;
  loop?: Loop | null;
}

export class Walk {
  readonly source: string;
  readonly visit: (node: Node) => void;
  readonly top = new Scope("top", null, null);

  readonly declared = new Map<string, DeclarationKind>();
  readonly initializations = new Map<string, Initialization>();
  readonly topVariables: TopVariables[] = [];
  readonly references: Reference[] = [];
  readonly closures: Closure[] = [];
  readonly loops: Loop[] = [];
  /** Loops with labels, and the outermost label's statement. */
  readonly labeled = new Map<Node, Node>();
  readonly awaitExpressions: Node[] = [];
  /** Statements that end without a semicolon: what follows may begin with a parenthesis once it is rewritten. */
  readonly unterminated: Node[] = [];
  /** `import.meta` and `import` of `import(…)`, by the property of `__rt` that stands for it. */
  readonly runtimeAccess: { start: number; end: number; property: "meta" | "import" }[] = [];
  /** `this` at the top level of the cell. */
  readonly topThis: Node[] = [];
  readonly outerThis: OuterThis[] = [];
  /** Offsets of syntax that oxc does not lower, or not wholly: decorators, `accessor`, `using`, namespaces. */
  readonly modernSyntax: number[] = [];
  /** Closures (null: the cell itself) with JSX in them, which call the JSX factory. */
  readonly jsxClosures = new Set<Closure | null>();
  awaits = false;

  scope: Scope = this.top;
  closure: Closure | null = null;
  thisOwner: Closure | null = null;
  isInFunction = false;
  isEager = false;
  block: Node | null = null;
  loop: Loop | null = null;

  /** Names that anonymous functions and classes get from what they are bound to. */
  readonly names = new Map<Node, { name: string; isGiven: boolean }>();
  /** Methods of object literals, by their function. */
  readonly objectMethods = new Map<Node, { object: Node; property: Node; name: string }>();
  /** Functions that cannot reach a remote call: called at once, or callbacks of array methods. */
  readonly unregistered = new Set<Node>();

  constructor(source: string, visit: (node: Node) => void) {
    this.source = source;
    this.visit = visit;
  }

  /** Runs `body` in another place of the tree, then returns to this one. */
  within(place: Place, body: () => void): void {
    const { scope, closure, thisOwner, isInFunction, isEager, block, loop } = this;
    Object.assign(this, place);
    body();
    Object.assign(this, { scope, closure, thisOwner, isInFunction, isEager, block, loop });
  }

  /** Runs `body` for what each iteration of a loop evaluates. */
  inLoop(loop: Loop, body: () => void): void {
    this.within({ loop }, body);
  }

  addLoop(node: LoopNode): Loop {
    const { loop: parent, isInFunction } = this;
    if (parent) parent.isInnermost = false;
    const loop: Loop = { node, statement: this.labeled.get(node) ?? node, parent, isInFunction, isInnermost: true, isClosed: true, callsMath: false };
    if (node.type === "ForOfStatement") loop.isClosed = false;
    this.loops.push(loop);
    return loop;
  }

  blockScope(): Scope {
    return new Scope("block", this.scope, this.closure);
  }

  functionScope(closure: Closure | null): Scope {
    return new Scope("function", this.scope, closure);
  }

  /** The body of a namespace or enum, which sees what other bodies of the same name export. */
  memberScope(owner: string, members: ReadonlySet<string>): Scope {
    const scope = new Scope("function", this.scope, this.closure, { owner, members });
    scope.declare(owner);
    return scope;
  }

  declare(scope: Scope, name: string, kind: DeclarationKind): void {
    scope.declare(name);
    if (scope === this.top) this.declared.set(name, kind);
  }

  refer(node: { start: number; end: number }, name: string, form: ReferenceForm, isWrite = false): void {
    const { scope, closure, isEager } = this;
    this.references.push({ name, start: node.start, end: node.end, form, isWrite, scope, closure, isEager });
  }

  addClosure(node: ClosureNode, placement: Placement, isTop: boolean): Closure {
    const bound = this.names.get(node);
    const method = placement === "method" ? this.objectMethods.get(node) : undefined;
    const closure: Closure = {
      node,
      start: method?.property.start ?? startOf(node),
      end: node.end,
      object: method?.object ?? null,
      parent: this.closure,
      placement: this.unregistered.has(node) ? "unregistered" : placement,
      isTop,
      block: this.block,
      name: node.id?.name ?? method?.name ?? bound?.name ?? "",
      takesName: !node.id && bound !== undefined && bound.isGiven,
      tops: new Set(),
      locals: new Set(),
      assigned: new Set(),
      eager: new Set(),
      isBoundForGood: false,
      escapes: false,
      outerThis: null,
      isTied: false,
    };
    this.closures.push(closure);
    open(this.loop);
    return closure;
  }

  /** `this` here: undefined at the top level, else whose it is. */
  referToThis(node: Node): void {
    const owner = this.thisOwner;
    if (!owner) {
      this.topThis.push(node);
      return;
    }
    if (this.closure === owner) return;
    this.outerThis.push({ start: node.start, end: node.end, owner });
    for (let at = this.closure; at && at !== owner; at = at.parent) at.outerThis = owner;
  }

  /** `super` here: a method that uses it works in its own object only. */
  tieToObject(): void {
    if (this.thisOwner?.placement === "method") this.thisOwner.isTied = true;
    this.tie();
  }

  /** `super`, `arguments` or `new.target` here: ties the arrow functions up to the one that has it to their place. */
  tie(): void {
    for (let at = this.closure; at && at !== this.thisOwner; at = at.parent) at.isTied = true;
  }

  /** `#name` here: ties everything up to the class that has that member to it. */
  tieToClassOf(name: string): void {
    const holder = this.#classWith(name);
    for (let at = this.closure; at && at !== holder; at = at.parent) at.isTied = true;
  }

  #classWith(name: string): Closure | null {
    for (let at = this.closure; at; at = at.parent) {
      const members = isClass(at.node) ? at.node.body.body : [];
      if (members.some((member) => "key" in member && member.key.type === "PrivateIdentifier" && member.key.name === name)) return at;
    }
    return null;
  }

  terminate(node: Node): void {
    if (this.source[node.end - 1] !== ";") this.unterminated.push(node);
  }
}

/** Whose `this` code inside a closure's own body sees. */
export const ownsThis = (node: ClosureNode): boolean => isClass(node) || node.type !== "ArrowFunctionExpression";
