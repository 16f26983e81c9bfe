/**
 * Variables as a front end shows them: scopes, objects and long collections by reference. A reference holds until the session goes
 * on (or until the next look at the variables, when it is not stopped).
 */
import type { Variable } from "./dap.ts";
import type { InspectorClient } from "./inspector-client.ts";
import { argumentOf, lengthOf, type PropertyDescriptor, type RemoteObject, textOf, typeOf } from "./remote-object.ts";
import { OBJECT_GROUP, tellAid } from "./session-aid.ts";

/** What a reference stands for. */
type Container =
  /** Scopes, the innermost first: a name in one hides it in those behind. */
  | { readonly kind: "scopes"; readonly objects: readonly RemoteObject[]; readonly extra: readonly Variable[] }
  | { readonly kind: "object"; readonly object: RemoteObject }
  | { readonly kind: "members"; readonly object: RemoteObject; readonly start: number; readonly count: number };

/** More members are shown in groups of so many. */
const GROUP_SIZE = 100;
/** Names of ours in compiled code. */
const INTERNAL = /^__(\$|rt|g|n+|o|unit|captured|r)$/;

export class Variables {
  readonly #inspector: InspectorClient;
  readonly #containers = new Map<number, Container>();
  #lastReference = 0;
  /** Front ends that show a type in place of the value are not told it. */
  tellsTypes = true;

  constructor(inspector: InspectorClient) {
    this.#inspector = inspector;
  }

  /** Forgets all references. */
  clear(): void {
    if (this.#containers.size > 0) void this.#inspector.ask("Runtime.releaseObjectGroup", { objectGroup: OBJECT_GROUP }).catch(() => undefined); // the session may have gone
    this.#containers.clear();
  }

  /** A reference to the variables of scopes. */
  ofScopes(objects: readonly RemoteObject[], extra: readonly Variable[] = []): number {
    return this.#refer({ kind: "scopes", objects, extra });
  }

  /** The members behind a reference; undefined for one that is no more. `count` and `start` are for numbered ones. */
  async members(reference: number, start = 0, count?: number): Promise<Variable[] | undefined> {
    const container = this.#containers.get(reference);
    switch (container?.kind) {
      case undefined: return undefined;
      case "scopes": return this.#ofScopes(container.objects, container.extra);
      case "object": return this.#ofObject(container.object, start, count);
      case "members": return this.#page(container.object, container.start, container.count);
    }
  }

  /** Names that code can use in these scopes. */
  async names(objects: readonly RemoteObject[]): Promise<string[]> {
    const all = await Promise.all(objects.map((object) => this.#properties(object)));
    return [...new Set(all.flat().map(({ name }) => name).filter((name) => !INTERNAL.test(name)))];
  }

  /** A value under a name. */
  variable(name: string, object: RemoteObject, evaluateName?: string): Variable {
    const length = lengthOf(object);
    return {
      name,
      value: textOf(object),
      ...(this.tellsTypes ? { type: typeOf(object) } : {}),
      variablesReference: object.objectId === undefined || object.type === "symbol" ? 0 : this.#refer({ kind: "object", object }),
      ...(evaluateName === undefined ? {} : { evaluateName }),
      ...(length === undefined ? {} : { indexedVariables: length }),
    };
  }

  async #ofScopes(objects: readonly RemoteObject[], extra: readonly Variable[]): Promise<Variable[]> {
    const found = new Map<string, Variable>();
    for (const object of objects) {
      for (const { name, value } of await this.#properties(object)) {
        if (value !== undefined && !INTERNAL.test(name) && !found.has(name)) found.set(name, this.variable(name, value, name));
      }
    }
    return [...extra, ...found.values()];
  }

  async #ofObject(object: RemoteObject, start: number, count: number | undefined): Promise<Variable[]> {
    const length = lengthOf(object);
    if (length !== undefined && (length > GROUP_SIZE || object.subtype === "map" || object.subtype === "set" || count !== undefined)) {
      return this.#page(object, start, count === undefined ? length - start : Math.min(count, length - start));
    }
    const properties = await this.#properties(object);
    return properties.filter(({ name }) => length === undefined || name !== "length").map(({ name, value, get }) => this.#property(name, value, get));
  }

  #property(name: string, value: RemoteObject | undefined, get: RemoteObject | undefined): Variable {
    if (value !== undefined) return this.variable(name, value);
    // reading it would run the user's code
    return { name, value: get === undefined || get.type === "undefined" ? "undefined" : "(getter)", variablesReference: 0 };
  }

  /** Members by number, in groups when they are many. */
  async #page(object: RemoteObject, start: number, count: number): Promise<Variable[]> {
    if (count <= GROUP_SIZE) return this.#numbered(object, start, count);
    let size = GROUP_SIZE;
    while (count / size > GROUP_SIZE) size *= GROUP_SIZE;
    return Array.from({ length: Math.ceil(count / size) }, (_, i): Variable => {
      const from = start + i * size;
      const length = Math.min(size, start + count - from);
      return { name: `[${from} … ${from + length - 1}]`, value: "", variablesReference: this.#refer({ kind: "members", object, start: from, count: length }) };
    });
  }

  async #numbered(object: RemoteObject, start: number, count: number): Promise<Variable[]> {
    const pairs = await tellAid(this.#inspector, "members", [argumentOf(object), { value: start }, { value: count }], false);
    const members = await Promise.all((await this.#items(pairs)).map(async (pair) => this.#items(pair)));
    return members.map(([name, value]) => this.#property(String(name?.value), value, undefined));
  }

  async #items(list: RemoteObject): Promise<RemoteObject[]> {
    return (await this.#properties(list)).filter(({ name }) => /^\d+$/.test(name)).map(({ value }) => value as RemoteObject);
  }

  async #properties({ objectId }: RemoteObject): Promise<PropertyDescriptor[]> {
    const { result, privateProperties = [], internalProperties = [] } = await this.#inspector.ask<{ result: PropertyDescriptor[]; privateProperties?: PropertyDescriptor[]; internalProperties?: PropertyDescriptor[] }>(
      "Runtime.getProperties",
      { objectId, ownProperties: true, generatePreview: true },
    );
    // what a promise has come to
    const states = internalProperties.filter(({ name }) => /^\[\[Promise/.test(name));
    return [...result.filter(({ name }) => name !== "__proto__"), ...privateProperties, ...states];
  }

  #refer(container: Container): number {
    this.#containers.set(++this.#lastReference, container);
    return this.#lastReference;
  }
}
