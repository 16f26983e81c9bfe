/** A document to draw in: the global one, else of a package of the notebook's folder that makes some. */

type Load = (specifier: string) => unknown;

const MAKERS: readonly (readonly [name: string, make: (loaded: Readonly<Record<string, unknown>>) => unknown])[] = [
  ["linkedom", ({ parseHTML }) => (parseHTML as (html: string) => { document: unknown })("<!doctype html><html><body></body></html>").document],
  ["jsdom", ({ JSDOM }) => new (JSDOM as new (html: string) => { window: { document: unknown } })("").window.document],
];

let made: unknown;

export function documentFrom(load: Load): unknown {
  const { document } = globalThis as { document?: unknown };
  return document ?? (made ??= makeOne(load));
}

function makeOne(load: Load): unknown {
  for (const [name, make] of MAKERS) {
    const loaded = loadIfThere(load, name);
    if (loaded !== undefined) return make(loaded as Readonly<Record<string, unknown>>);
  }
  return undefined;
}

function loadIfThere(load: Load, name: string): unknown {
  try {
    return load(name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "MODULE_NOT_FOUND") return undefined;
    throw error;
  }
}
