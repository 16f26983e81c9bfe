/** `ray.util.listNamedActors`. */
import { describeValue } from "../describe-value.ts";
import type { Home } from "../home.ts";
import { checkOptions } from "../options.ts";

export interface NamedActor {
  readonly name: string;
  readonly namespace: string;
}

export interface ListNamedActors {
  (options: { readonly allNamespaces: true }): Promise<NamedActor[]>;
  (options?: { readonly allNamespaces?: false | undefined }): Promise<string[]>;
}

const OPTIONS = { allNamespaces: (value: unknown, where: string): void => {
  if (typeof value !== "boolean") throw new TypeError(`${where} must be true or false; got ${describeValue(value)}`);
} };

export async function listNamedActors(home: Home, options: { readonly allNamespaces?: boolean } | undefined): Promise<string[] | NamedActor[]> {
  const { allNamespaces = false } = checkOptions(options, OPTIONS, "ray.util.listNamedActors");
  const { engine } = home.current();
  const { namespace } = await engine.connect();
  const found = await engine.namedActors(allNamespaces ? undefined : namespace);
  return allNamespaces ? found.map((each) => ({ name: each.name, namespace: each.namespace })) : found.map(({ name }) => name);
}
