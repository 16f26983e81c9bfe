/** Objects that every process has one of its own of, by a name that both sides know: `ray`, `require`. And how the face's objects are rebuilt. */

export type Reviver = (...args: never[]) => unknown;

export class Singletons {
  private readonly names = new WeakMap<object, string>();
  private readonly values = new Map<string, object>();
  private readonly revivers = new Map<string, Reviver>();

  /** A captured `value` arrives as what the other process set under `name`. */
  set(name: string, value: object): void {
    this.names.set(value, name);
    this.values.set(name, value);
  }

  nameOf(value: object): string | undefined {
    return this.names.get(value);
  }

  get(name: string): object {
    const value = this.values.get(name);
    if (value === undefined) throw new ReferenceError(`This process has no "${name}": the code that was sent needs one.`);
    return value;
  }

  /** How an object whose `[Symbol.for("ray-ts.ship")]()` names `singleton` is made from its args. */
  setRevivers(revivers: Readonly<Record<string, Reviver>>): void {
    for (const [name, revive] of Object.entries(revivers)) this.revivers.set(name, revive);
  }

  revive(name: string, args: readonly unknown[]): unknown {
    const revive = this.revivers.get(name);
    if (revive === undefined) throw new TypeError(`This process cannot rebuild a ${name}: it has no \`ray\`.`);
    return revive(...(args as never[]));
  }
}
