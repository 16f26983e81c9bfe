/** What goes by name instead of by content, as a node: `["s", name]`, `["g", path]`, `["n", module]`, `["x", module, export]`, `["r", folder]`. */
import { types } from "node:util";
import type { ModuleAddress } from "../serialize/graph.ts";
import type { ImportedName } from "./code-registry.ts";
import type { ForeignCode } from "./foreign/foreign-code.ts";
import type { LoadedModules } from "./loaded-modules.ts";
import type { ModuleBook } from "./module-book.ts";
import { builtinExport, globalByPath, globalPath, requireFolder, requireFrom } from "./platform-names.ts";
import type { Singletons } from "./singletons.ts";

export type NamedNode =
  | readonly ["s", name: string]
  | readonly ["g", path: string]
  /** `require` of a folder's CommonJS modules. */
  | readonly ["r", folder: string]
  | readonly ["n", specifier: string, from?: string, version?: string, attributes?: Readonly<Record<string, string>>]
  | readonly ["x", specifier: string, imported: string, from?: string, version?: string, attributes?: Readonly<Record<string, string>>];

export interface NamedValuesParts {
  readonly singletons: Singletons;
  readonly book: ModuleBook;
  readonly modules: LoadedModules;
  readonly foreign: ForeignCode | undefined;
  /** Functions and classes that units were made from are never looked up by name. */
  readonly isOurs: (code: Function) => boolean;
}

export class NamedValues {
  private readonly parts: NamedValuesParts;

  constructor(parts: NamedValuesParts) {
    this.parts = parts;
  }

  of(value: object): NamedNode | undefined {
    const { singletons, book, isOurs } = this.parts;
    const singleton = singletons.nameOf(value);
    if (singleton !== undefined) return ["s", singleton];
    if (typeof value !== "function") return this.ofObject(value);
    if (isOurs(value)) return undefined;
    const exported = book.exportOf(value);
    if (exported !== undefined) return nodeOf(exported);
    const path = globalPath(value);
    if (path !== undefined) return ["g", path];
    const builtin = builtinExport(value);
    if (builtin !== undefined) return nodeOf(builtin);
    const folder = requireFolder(value);
    return folder === undefined ? this.ofForeign(value) : ["r", folder];
  }

  private ofForeign(value: object): NamedNode | undefined {
    const found = this.parts.foreign?.exportOf(value);
    return found === undefined ? undefined : nodeOf(found);
  }

  private ofObject(value: object): NamedNode | undefined {
    if (types.isModuleNamespaceObject(value)) {
      const builtin = namespaceOfBuiltin(value);
      const module = this.parts.book.moduleOf(value) ?? (builtin === undefined ? undefined : { specifier: builtin });
      return module === undefined ? this.ofForeign(value) : nodeOf({ ...module, imported: "*" });
    }
    if (Array.isArray(value) || ArrayBuffer.isView(value)) return undefined;
    const path = globalPath(value);
    if (path !== undefined) return ["g", path];
    // instances of classes are content; what modules of Node and packages export as a whole is a plain object
    const proto = Object.getPrototypeOf(value) as object | null;
    if (proto !== null && Object.getPrototypeOf(proto) !== null) return undefined;
    const builtin = builtinExport(value);
    if (builtin !== undefined) return nodeOf(builtin);
    const exported = this.parts.book.exportOf(value);
    return exported === undefined ? this.ofForeign(value) : nodeOf(exported);
  }

  moduleOf(node: NamedNode): ModuleAddress | undefined {
    if (node[0] !== "n" && node[0] !== "x") return undefined;
    const [from = "", version = "", attributes] = node[0] === "n" ? [node[2], node[3], node[4]] : [node[3], node[4], node[5]];
    return { specifier: node[1], ...(from === "" ? {} : { from }), ...(version === "" ? {} : { version }), ...(attributes === undefined ? {} : { with: attributes }) };
  }

  read(node: NamedNode): unknown {
    switch (node[0]) {
      case "s": return this.parts.singletons.get(node[1]);
      case "g": return globalByPath(node[1]);
      case "r": return requireFrom(node[1]);
      case "n": return this.parts.modules.namespace(this.moduleOf(node)!);
      case "x": return this.parts.modules.read({ ...this.moduleOf(node)!, imported: node[2] });
    }
  }
}

function nodeOf({ specifier, imported, from, version, with: attributes }: ImportedName): NamedNode {
  const origin = attributes !== undefined ? [from ?? "", version ?? "", attributes] as const : version !== undefined ? [from ?? "", version] as const : from === undefined ? [] as const : [from] as const;
  return imported === "*" ? ["n", specifier, ...origin] : ["x", specifier, imported, ...origin];
}

/** `import * as fs from "node:fs"`: known by its default export, which is the module's own object. */
function namespaceOfBuiltin(namespace: object): string | undefined {
  const exports: unknown = Object.getOwnPropertyDescriptor(namespace, "default")?.value;
  if (typeof exports !== "object" && typeof exports !== "function") return undefined;
  const found = exports === null ? undefined : builtinExport(exports);
  return found?.imported === "default" ? found.specifier : undefined;
}
