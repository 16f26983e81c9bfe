/**
 * Which modules this process imported for its cells, so that a namespace, an exported function or an imported name can be
 * sent by name and imported again on the other side.
 */
import type { CellRuntime } from "../compile/compiled-cell.ts";
import type { ModuleAddress } from "../serialize/graph.ts";
import type { ImportedName, ScopeView } from "./code-registry.ts";

export class ModuleBook {
  /** What names a local module besides its specifier, or in place of it, where the process's importer can say. */
  originOf: (loaded: object) => Partial<ModuleAddress> | undefined = () => undefined;
  private readonly namespaces = new WeakMap<object, ModuleAddress>();
  private readonly attributes = new WeakMap<object, Readonly<Record<string, string>>>();
  private readonly functions = new WeakMap<object, ImportedName>();
  private readonly bound = new Map<string, ImportedName>();

  /** What `import(specifier)` gave. */
  imported(specifier: string, namespace: Record<string, unknown>): void {
    if (this.namespaces.has(namespace)) return;
    const module = this.addressOf(specifier, namespace);
    this.namespaces.set(namespace, module);
    const commonJs = ownValue(namespace, "default");
    // the names of a CommonJS module's object can be read by a named import too
    if (typeof commonJs === "object" && commonJs !== null) this.record(commonJs, module);
    this.record(namespace, module);
  }

  private addressOf(specifier: string, loaded: object): ModuleAddress {
    const attributes = this.attributes.get(loaded);
    return { specifier, ...this.originOf(loaded), ...(attributes === undefined ? {} : { with: attributes }) };
  }

  /** What `require(specifier)` gave: the default export of the same module. */
  required(specifier: string, exports: unknown): void {
    if ((typeof exports !== "object" && typeof exports !== "function") || exports === null) return;
    const module = this.addressOf(specifier, exports);
    if (typeof exports === "function" || !this.namespaces.has(exports)) this.functions.set(exports, { ...module, imported: "default" });
    if (typeof exports === "object") this.record(exports, module);
  }

  private record(holder: object, module: ModuleAddress): void {
    for (const imported of Object.keys(holder)) {
      const value = ownValue(holder, imported);
      if (typeof value === "function" && !this.functions.has(value)) this.functions.set(value, { ...module, imported });
    }
  }

  /** Names of the session's scope that are bindings of imports: `CellRuntime.bind` with the same arguments. */
  bind(namespace: Record<string, unknown>, names: Record<string, string> | "*", specifier: string): void {
    this.imported(specifier, namespace);
    const pairs = names === "*" ? Object.keys(namespace).filter((name) => name !== "default").map((name) => [name, name] as const) : Object.entries(names);
    const module = this.addressOf(specifier, namespace);
    for (const [local, imported] of pairs) this.bound.set(local, { ...module, imported });
  }

  moduleOf(namespace: object): ModuleAddress | undefined {
    return this.namespaces.get(namespace);
  }

  /** For a function or class that a module exports. */
  exportOf(value: object): ImportedName | undefined {
    return this.functions.get(value);
  }

  /** A view of the session's scope. A name is an import's as long as it is the accessor that `bind` made. */
  viewOf(names: object): ScopeView {
    return {
      names,
      importOf: (name) => {
        const imported = this.bound.get(name);
        return imported !== undefined && Object.getOwnPropertyDescriptor(names, name)?.get !== undefined ? imported : undefined;
      },
    };
  }

  /** The runtime of cells with this book listening to its imports. */
  instrument<R extends Pick<CellRuntime, "import" | "bind" | "require">>(runtime: R): R {
    const { require } = runtime;
    return Object.defineProperties({}, {
      ...Object.getOwnPropertyDescriptors(runtime),
      import: { value: async (specifier: string, options?: { with?: Record<string, string> }) => {
        const namespace = await runtime.import(specifier, options);
        // what an attribute makes of a file is not its plain import
        if (options?.with !== undefined) this.attributes.set(namespace, options.with);
        this.imported(specifier, namespace);
        return namespace;
      }, enumerable: true },
      bind: { value: (namespace: Record<string, unknown>, names: Record<string, string> | "*", specifier: string) => {
        this.bind(namespace, names, specifier);
        runtime.bind(namespace, names, specifier);
      }, enumerable: true },
      require: { value: Object.assign((specifier: string) => {
        const exports = require(specifier);
        this.required(specifier, exports);
        return exports;
      }, require), enumerable: true },
    }) as R;
  }
}

/** An own data property's value, or an export's; a getter that throws (an export before its initialization) gives undefined. */
function ownValue(holder: object, key: string): unknown {
  const descriptor = tryDescriptor(holder, key);
  return descriptor !== undefined && "value" in descriptor ? descriptor.value : undefined;
}

function tryDescriptor(holder: object, key: string): PropertyDescriptor | undefined {
  try {
    return Object.getOwnPropertyDescriptor(holder, key);
  } catch (error) {
    if (error instanceof ReferenceError) return undefined;
    throw error;
  }
}
