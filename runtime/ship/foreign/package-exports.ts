/** Functions of packages that a script loaded, by the file that exports them. */
import type { createRequire } from "node:module";
import { performance } from "node:perf_hooks";
import { fileURLToPath, pathToFileURL } from "node:url";
import { types } from "node:util";
import type { ImportedName } from "../code-registry.ts";

type Require = ReturnType<typeof createRequire>;

const nodeModule = process.getBuiltinModule("node:module") as { createRequire: typeof createRequire };

/** Packages may have been loaded since the cache was read; it is looked at now and then only. */
const STALE_MS = 20;

export class PackageExports {
  private readonly byFile = new Map<string, Map<unknown, ImportedName>>();
  private require: Require | undefined;
  private objects: { readonly values: Map<unknown, ImportedName>; readonly count: number; readAt: number } | undefined;

  /** `url`: the script that the function stands in. */
  ofFunction(code: Function, url: string): ImportedName | undefined {
    const known = this.byFile.get(url) ?? this.readFile(url);
    this.byFile.set(url, known);
    return known.get(code);
  }

  /** What `require("package")` gave: the whole exports of a CommonJS file. */
  ofObject(value: object): ImportedName | undefined {
    const now = performance.now();
    if (this.objects === undefined || now - this.objects.readAt > STALE_MS) {
      const { cache } = this.required();
      const count = Object.keys(cache).length;
      if (this.objects?.count === count) this.objects.readAt = now;
      else this.objects = { values: readCache(cache), count, readAt: now };
    }
    return this.objects.values.get(value);
  }

  private readFile(url: string): Map<unknown, ImportedName> {
    const table = new Map<unknown, ImportedName>();
    const specifier = url.startsWith("file:") ? url : pathToFileURL(url).href;
    const exports = this.load(fileURLToPath(specifier));
    if ((typeof exports !== "object" && typeof exports !== "function") || exports === null) return table;
    table.set(exports, { specifier, imported: "default" });
    for (const imported of Object.keys(exports)) {
      // who imports a CommonJS file gets all of it as `default`: its own export of that name is within
      if (imported === "default" && !types.isModuleNamespaceObject(exports)) continue;
      const descriptor = Object.getOwnPropertyDescriptor(exports, imported);
      if (descriptor !== undefined && "value" in descriptor && typeof descriptor.value === "function") table.set(descriptor.value, { specifier, imported });
    }
    return table;
  }

  /** The file is loaded already, as CommonJS or as a module: this runs none of its code. */
  private load(path: string): unknown {
    try {
      return this.required()(path) as unknown;
    } catch (error) {
      // a module with a top-level await cannot be required: its functions go by their text
      if (typeof (error as NodeJS.ErrnoException).code === "string") return undefined;
      throw error;
    }
  }

  private required(): Require {
    return (this.require ??= nodeModule.createRequire(pathToFileURL(`${process.cwd()}/noop.js`)));
  }
}

function readCache(cache: NodeJS.Dict<NodeModule>): Map<unknown, ImportedName> {
  const table = new Map<unknown, ImportedName>();
  for (const [path, module] of Object.entries(cache)) {
    if (path.includes("node_modules") && typeof module?.exports === "object" && module.exports !== null) table.set(module.exports, { specifier: pathToFileURL(path).href, imported: "default" });
  }
  return table;
}
