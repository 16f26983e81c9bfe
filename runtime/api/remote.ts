/** `ray.remote`: tells functions, classes and wrong uses apart. */
import { actorClassName, checkedActorOptions, makeActorClass, methodsOf } from "./actor-class.ts";
import { describeValue, isClass } from "./describe-value.ts";
import type { Home } from "./home.ts";
import { identifier } from "./call-text.ts";
import { checkOptions, TASK_OPTIONS, type TaskOptions } from "./options.ts";
import { ANONYMOUS, makeRemoteFunction, remoteFunctionName } from "./remote-function.ts";
import { withWholeEnv } from "./runtime-env.ts";

export function remote(home: Home, code: unknown, options?: unknown): unknown {
  if (typeof code === "function") return remoteOf(home, code, options);
  const isOptions = typeof code === "object" && code !== null && (Object.getPrototypeOf(code) === null || Object.getPrototypeOf(Object.getPrototypeOf(code)) === null);
  if (!isOptions || options !== undefined) throw new TypeError(`ray.remote wants a function or a class; got ${describeValue(code)}`);
  return (later: unknown, context?: unknown) => {
    if (typeof later !== "function") throw new TypeError(`ray.remote(options) wants a function or a class; got ${describeValue(later)}`);
    if (isDecoratorContext(context)) throw noDecorator(later, "(options)");
    return remoteOf(home, later, code);
  };
}

function remoteOf(home: Home, code: Function, options: unknown): unknown {
  if (isDecoratorContext(options)) throw noDecorator(code, "");
  refuseRemote(code);
  const name = code.name || (home.host.unitName(code) ?? ANONYMOUS);
  if (isClass(code)) {
    const checked = checkedActorOptions(home, options as object | undefined, "ray.remote");
    methodsOf(code, name); // says now what would be wrong later
    return makeActorClass(home, code, checked, name);
  }
  return makeRemoteFunction(home, code, withWholeEnv(checkOptions<TaskOptions>(options as object | undefined, TASK_OPTIONS, "ray.remote"), home.host.folder, "ray.remote"), name);
}

function refuseRemote(code: Function): void {
  const name = remoteFunctionName(code) ?? actorClassName(code);
  if (name === undefined) return;
  const kind = remoteFunctionName(code) === undefined ? "an actor class" : "a remote function";
  throw new TypeError(`ray.remote got "${name}", which is ${kind} already: use it as it is, or ${identifier(name, "f")}.options({ … }) to change its options`);
}

/** What JavaScript gives a decorator as its second argument. */
function isDecoratorContext(value: unknown): boolean {
  return typeof value === "object" && value !== null && "kind" in value && "addInitializer" in value;
}

function noDecorator(code: Function, options: string): TypeError {
  const name = identifier(code.name, "X");
  const call = isClass(code) ? `const Remote${name} = ray.remote(${name})` : `a class or a function of its own, and ray.remote(…) around it`;
  return new TypeError(`@ray.remote${options} cannot be a decorator: a decorator cannot change a type. Write ${call}`);
}
