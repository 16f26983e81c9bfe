/** What names mean in a cell: scopes, the functions and classes that close over them, and the references to resolve. */
import type { ClosureNode, Node } from "./ast.ts";

export class Scope {
  readonly parent: Scope | null;
  /** `top` holds what becomes properties of the scope object; `function` scopes hold what `var` declares. */
  readonly kind: "top" | "function" | "block";
  /** The function or class whose text this scope belongs to; null at the top level of the cell. */
  readonly closure: Closure | null;
  readonly #names = new Set<string>();
  /** For a block of a namespace or enum: what all blocks of that name have exported. */
  readonly #shared: SharedMembers | undefined;
  readonly #functions = new Map<string, Closure>();
  #namespaces: Map<string, Set<string>> | undefined;

  constructor(kind: Scope["kind"], parent: Scope | null, closure: Closure | null, shared?: SharedMembers) {
    this.kind = kind;
    this.parent = parent;
    this.closure = closure;
    this.#shared = shared;
  }

  declare(name: string): void {
    this.#names.add(name);
  }

  /** A name that is this function or class and never anything else. */
  bindForGood(name: string, closure: Closure): void {
    this.#functions.set(name, closure);
    closure.isBoundForGood = true;
  }

  functionNamed(name: string): Closure | undefined {
    return this.#functions.get(name);
  }

  /** The scope that binds a name; null when the cell does not. */
  find(name: string): Scope | null {
    for (let scope: Scope | null = this; scope; scope = scope.parent) {
      if (scope.#names.has(name) || scope.#shared?.members.has(name)) return scope;
    }
    return null;
  }

  /** The namespace or enum that has a name found here, when another block of it declared that name: it is `N.name` then. */
  ownerOf(name: string): string | undefined {
    return this.#names.has(name) ? undefined : this.#shared?.owner;
  }

  /** Where `var` declares. */
  functionScope(): Scope {
    return this.kind === "block" && this.parent ? this.parent.functionScope() : this;
  }

  /** Members that every block of the namespace or enum `name` in this scope can name. */
  membersOf(name: string): Set<string> {
    this.#namespaces ??= new Map();
    const members = this.#namespaces.get(name) ?? new Set();
    this.#namespaces.set(name, members);
    return members;
  }
}

interface SharedMembers {
  readonly owner: string;
  readonly members: ReadonlySet<string>;
}

/** How a closure stands in the text, which decides how it is registered as a unit. */
export type Placement = "declaration" | "expression" | "method" | "unregistered";

/** A function or class of the cell, and what it needs from outside. */
export interface Closure {
  readonly node: ClosureNode;
  /** Text range; a class's begins with its decorators, a method's with its name. */
  readonly start: number;
  readonly end: number;
  readonly parent: Closure | null;
  readonly placement: Placement;
  /** Declared at the top level of the cell. */
  readonly isTop: boolean;
  /** For a declaration inside a block: the block, when its statements begin right after its first character. */
  readonly block: Node | null;
  /** For a method: the object literal that has it. */
  readonly object: Node | null;
  /** Its own name or the one that it is bound to. */
  readonly name: string;
  /** An anonymous function that JavaScript would name after its binding: we have to, once it stands in a call. */
  readonly takesName: boolean;
  readonly tops: Set<string>;
  readonly locals: Set<string>;
  readonly assigned: Set<string>;
  /** Locals that a class reads while it is evaluated (`extends`, computed keys, decorators, static members). */
  readonly eager: Set<string>;
  /** Declared in a block, or the value of a local `const`. */
  isBoundForGood: boolean;
  /** Of one that is: its name stands somewhere else than in calls of its own block's functions. */
  escapes: boolean;
  /** An arrow function that uses the `this` of something around it: that thing. */
  outerThis: Closure | null;
  /** Uses `super`, `arguments`, `new.target` or a `#private` name of something around it, which no copy can have. */
  isTied: boolean;
}

/** How a name stands in the text, which decides what it can be replaced by. */
export type ReferenceForm = "value" | "callee" | "typeof" | "shorthand" | "declared" | "implicit";

export interface Reference {
  readonly name: string;
  readonly start: number;
  readonly end: number;
  readonly form: ReferenceForm;
  readonly isWrite: boolean;
  readonly scope: Scope;
  readonly closure: Closure | null;
  /** Read while a class around it is evaluated. */
  readonly isEager: boolean;
}

/** Records in each closure between a reference and its binding that it needs the name. `binding` null: the scope object. */
export function capture(reference: Reference, binding: Scope | null): void {
  const { name, isWrite } = reference;
  const owner = binding?.closure ?? null;
  for (let closure = reference.closure; closure && closure !== owner; closure = closure.parent) {
    (binding ? closure.locals : closure.tops).add(name);
    if (isWrite) closure.assigned.add(name);
    if (binding && reference.isEager && closure === reference.closure) closure.eager.add(name);
  }
}

/** A use of a local function's name that is no plain call, or stands in another function that may itself be sent. */
export function noteEscape(reference: Reference, binding: Scope): void {
  const closure = binding.functionNamed(reference.name);
  if (!closure || closure.escapes) return;
  const isNear = reference.closure === binding.closure || reference.closure === closure;
  closure.escapes = reference.form !== "callee" || !isNear;
}

export const isInside = (closure: Closure, outer: Closure): boolean => {
  for (let at: Closure | null = closure; at; at = at.parent) if (at === outer) return true;
  return false;
};
