/** Serializers that users register for a class whose instances could not be sent otherwise (`ray.util.registerSerializer`). */

export interface Serializer<T, Data> {
  /** What is sent in the instance's place. */
  serialize(value: T): Data;
  /** Runs on the other side; it is sent along like any function. */
  deserialize(data: Data): T;
}

const registered = new WeakMap<Function, Serializer<object, unknown>>();
let version = 0;

export function registerSerializer<T extends object, Data>(classFunction: abstract new (...args: never[]) => T, serializer: Serializer<T, Data>): void {
  if (typeof classFunction !== "function") throw new TypeError(`registerSerializer wants a class, got ${typeof classFunction}: write registerSerializer(MyClass, { serialize, deserialize })`);
  for (const part of ["serialize", "deserialize"] as const) {
    if (typeof serializer?.[part] !== "function") throw new TypeError(`registerSerializer wants { serialize, deserialize }, two functions: "${part}" is ${typeof serializer?.[part]}`);
  }
  version++;
  registered.set(classFunction, serializer as unknown as Serializer<object, unknown>);
}

export function deregisterSerializer(classFunction: Function): void {
  version++;
  registered.delete(classFunction);
}

/** Changes whenever something is registered or no longer is: what was encoded before may be encoded otherwise now. */
export const serializersVersion = (): number => version;

/** What was registered for this very class. */
export const ownSerializerOf = (classFunction: Function): Serializer<object, unknown> | undefined => registered.get(classFunction);

/** The serializer of a class or of its nearest ancestor that has one. */
export function serializerOf(classFunction: Function): Serializer<object, unknown> | undefined {
  for (let at: unknown = classFunction; typeof at === "function"; at = Object.getPrototypeOf(at)) {
    const found = registered.get(at);
    if (found !== undefined) return found;
  }
  return undefined;
}
