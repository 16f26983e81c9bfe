/** Modules that received code needs: imported before the code is read, then read synchronously by name. */
import { namedExport } from "../modules/named-export.ts";
import type { ModuleAddress } from "../serialize/graph.ts";
import type { ImportedName } from "./code-registry.ts";

export type ImportModule = (specifier: string, from: string | undefined, attributes?: Readonly<Record<string, string>>) => Promise<Record<string, unknown>>;

export class LoadedModules {
  private readonly importModule: ImportModule;
  private readonly loaded = new Map<string, Record<string, unknown>>();

  constructor(importModule: ImportModule) {
    this.importModule = importModule;
  }

  /** Undefined when all are there already. */
  load(modules: readonly ModuleAddress[]): Promise<void> | undefined {
    const missing = modules.filter((module) => !this.loaded.has(keyOf(module)));
    if (missing.length === 0) return undefined;
    return Promise.all(missing.map(async (module) => {
      this.loaded.set(keyOf(module), await this.importModule(module.specifier, module.from, module.with));
    })).then(() => undefined);
  }

  namespace(module: ModuleAddress): Record<string, unknown> {
    const namespace = this.loaded.get(keyOf(module));
    if (namespace === undefined) throw new ReferenceError(`The module "${module.specifier}" is not loaded.`);
    return namespace;
  }

  read(imported: ImportedName): unknown {
    return namedExport(this.namespace(imported), imported.imported, imported.specifier);
  }
}

const keyOf = ({ specifier, from, version, with: attributes }: ModuleAddress): string => [from ?? "", specifier, version ?? "", JSON.stringify(attributes ?? {})].join("\n");
