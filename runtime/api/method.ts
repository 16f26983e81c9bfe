/** `@ray.method`: what a class says about calls of one of its methods. */
import { describeValue } from "./describe-value.ts";
import { checkOptions, METHOD_DEFAULTS, type MethodDefaults } from "./options.ts";

const defaultsOf = new WeakMap<Function, MethodDefaults>();

type AnyMethod = (this: any, ...args: any[]) => unknown;

export function method(options: MethodDefaults): (code: AnyMethod, context: ClassMethodDecoratorContext) => void {
  const checked = checkOptions(options, METHOD_DEFAULTS, "ray.method") as MethodDefaults;
  return (code, context) => {
    const kind: unknown = (context as { kind?: unknown } | undefined)?.kind;
    if (typeof code !== "function" || kind !== "method" || context.static) throw new TypeError(`@ray.method goes before a method of a class; it got ${kind === undefined ? describeValue(code) : `a ${context.static ? "static " : ""}${String(kind)}`}`);
    defaultsOf.set(code, checked);
  };
}

/** What `@ray.method` said of a function. */
export const methodDefaults = (code: Function): MethodDefaults | undefined => defaultsOf.get(code);
