/** What stands behind the scope objects of cells and of received functions, and what keeps those objects fast. No imports: workers use it too. */

/** Answers for names that the scope object has not: globals, else the ReferenceError that plain JavaScript gives. */
export const GLOBAL_NAMES: object = new Proxy({}, {
  get(_, name) {
    if (name in globalThis) return (globalThis as Record<PropertyKey, unknown>)[name];
    if (typeof name === "symbol") return undefined;
    throw new ReferenceError(`${name} is not defined`);
  },
  has: (_, name) => name in globalThis,
  set(_, name, value) {
    if (name in globalThis) return Reflect.set(globalThis, name, value);
    throw new ReferenceError(`${String(name)} is not defined`);
  },
});

/** Many or deleted properties, and those that were accessors once, make a slow object: V8 makes the prototype of a constructor fast again. */
export function makeFast(names: object): void {
  function Heir(): void { /* only its prototype counts */ }
  Heir.prototype = names;
  const heir = new (Heir as unknown as new () => Record<string, unknown>)();
  // reading through it installs the fast map
  for (let i = 0; i < 2; i++) void heir["undefined"];
}
