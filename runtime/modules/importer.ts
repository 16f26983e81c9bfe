/**
 * Modules of cells, and of the functions that cells send to workers: everything resolves from the notebook's folder, as if the
 * importing file stood there.
 */
import { createRequire, isBuiltin } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { constants, Script } from "node:vm";
import { absent, isAbsent } from "./absent-package.ts";
import { DefinedModules } from "./defined-modules.ts";
import { OWN_MODULES, type HooksConfig } from "./hooks.ts";
import { installHooks } from "./install-hooks.ts";
import { explainMissing } from "./missing-module.ts";
import { packagePath } from "./packages.ts";
import { isInPackage, LOOK_ANEW, ModuleVersions, VERSION_PARAMETER } from "./module-versions.ts";
import { isLocalSpecifier, resolveLocal } from "./resolve-local.ts";

export interface ImporterOptions {
  /** The notebook's folder, absolute. */
  readonly folder: string;
  /** What the process's own modules export, by specifier, `default` among it: `ray-ts`, and `tslab`. */
  readonly own: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** Folders of the runtime environment, whose packages come first. */
  readonly packageFolders?: readonly string[];
  /** The command that installs a package, for who reads that one is missing. */
  readonly install?: string;
}

export interface ModuleOrigin {
  /** In place of the one that it was imported by. */
  readonly specifier?: string;
  readonly version?: string;
}

export interface Importer {
  /** Code that imports by itself finds modules as this importer does. */
  hook(): void;
  import(specifier: string, options?: { with?: Record<string, string> }): Promise<Record<string, unknown>>;
  /** As a module at `from` (a path or a file URL) would import it. */
  importFrom(specifier: string, from: string | undefined, attributes?: Readonly<Record<string, string>>): Promise<Record<string, unknown>>;
  readonly require: (specifier: string) => unknown;
  /** What names a local module as this importer gave it (its namespace, or what it exports as a whole), besides how it was imported. */
  originOf(loaded: object): ModuleOrigin | undefined;
  /** Makes a cell's text a module of the folder; gives the path under which stacks know it. */
  define(name: string, text: string): string;
  readonly meta: { readonly url: string; readonly filename: string; readonly dirname: string };
}

const TIMERS = /^(node:)?timers$/;

/** A session's global timers are its own kind: an interrupt ends them. */
function withGlobals(timers: Record<string, unknown>): Record<string, unknown> {
  const { setTimeout, setInterval, setImmediate } = globalThis;
  const ours = { setTimeout, setInterval, setImmediate };
  return { ...timers, ...ours, default: { ...(timers["default"] as object), ...ours } };
}

type DynamicImport = (specifier: string, options?: object) => Promise<Record<string, unknown>>;

export function createImporter(options: ImporterOptions): Importer {
  // the file need not exist: it only says from where to resolve
  const filename = join(options.folder, "notebook.mts");
  const importHere = dynamicImportFrom(filename);
  const requireHere = createRequire(filename);
  const { own } = options;
  Object.defineProperty(globalThis, OWN_MODULES, { value: own, configurable: true, enumerable: false });
  const defined = new DefinedModules(options.folder);
  // read late: a process may fill in its `ray` after its importer
  const hooks = (): HooksConfig => ({ own: Object.fromEntries(Object.entries(own).map(([specifier, exports]) => [specifier, Object.keys(exports).filter((name) => name !== "default" && /^[A-Za-z_$][\w$]*$/.test(name))])), packageFolders: options.packageFolders ?? [] });

  const versions = new ModuleVersions();
  const origins = new WeakMap<object, ModuleOrigin>();

  /** The file that is meant, if it is a local one; as CommonJS it is forgotten when it was edited, or what it needs was. */
  const lookAt = (found: string | undefined): string | undefined => {
    if (found === undefined || isInPackage(found)) return found;
    for (const changed of versions.look(found)) delete requireHere.cache[changed];
    return found;
  };
  const note = <T>(loaded: T, file: string | undefined): T => {
    if (file !== undefined && !isInPackage(file) && ((typeof loaded === "object" && loaded !== null) || typeof loaded === "function")) origins.set(loaded, { version: versions.versionOf(file) });
    return loaded;
  };

  const importBy = async (load: DynamicImport, specifier: string, folder: string, attributes?: object): Promise<Record<string, unknown>> => {
    if (Object.hasOwn(own, specifier)) return own[specifier] as Record<string, unknown>;
    if (!isBuiltin(specifier)) installHooks(hooks());
    try {
      const url = defined.urlOf(specifier, folder);
      if (url !== undefined) {
        const loaded = await load(url);
        origins.set(loaded, { specifier: url });
        return loaded;
      }
      const file = lookAt(isLocalSpecifier(specifier) ? resolveLocal(specifier.startsWith("file:") ? fileURLToPath(specifier) : specifier, folder) : undefined);
      const loaded = note(await load(file === undefined ? specifier : importable(file), attributes), file);
      return TIMERS.test(specifier) ? withGlobals(loaded) : loaded;
    } catch (error) {
      throw explainMissing(error, specifier, folder, options.install);
    }
  };

  return {
    hook: () => installHooks(hooks()),
    import: (specifier, attributes) => importBy(importHere, specifier, options.folder, attributes),
    importFrom(specifier, from, attributes) {
      const asked = attributes === undefined ? undefined : { with: attributes };
      if (from === undefined) return importBy(importHere, specifier, options.folder, asked);
      const path = from.startsWith("file:") ? fileURLToPath(from) : from;
      return importBy(dynamicImportFrom(path), specifier, dirname(path), asked);
    },
    require: Object.assign(
      (specifier: string): unknown => {
        if (Object.hasOwn(own, specifier)) return own[specifier];
        if (!isBuiltin(specifier)) installHooks(hooks());
        try {
          // as Node finds it: what is required is JavaScript
          const file = lookAt(isLocalSpecifier(specifier) ? requireHere.resolve(specifier) : undefined);
          const folders = [options.folder, ...(options.packageFolders ?? [])];
          if (process.env["NODE_PATH"] === undefined && folders.every((folder) => isAbsent(specifier, folder))) throw absent(specifier, filename, "MODULE_NOT_FOUND");
          return note(requireHere(packagePath(specifier, options.packageFolders ?? []) ?? specifier) as unknown, file);
        } catch (error) {
          throw explainMissing(error, specifier, options.folder, options.install);
        }
      },
      { resolve: requireHere.resolve, cache: requireHere.cache, main: requireHere.main },
    ),
    originOf: (loaded) => origins.get(loaded),
    define: (name, text) => defined.define(name, text),
    meta: { url: pathToFileURL(filename).href, filename, dirname: options.folder },
  };
}

/** An absolute path is not a URL on Windows, and Node 20's hooks see only URLs; the hooks say which version it is. */
function importable(file: string): string {
  return `${pathToFileURL(file).href}${isInPackage(file) ? "" : `?${VERSION_PARAMETER}=${LOOK_ANEW}`}`;
}

/** `import()` written in a file at `filename`: this bundle's own would resolve from where ray-ts is installed. */
function dynamicImportFrom(filename: string): DynamicImport {
  const script = new Script("(specifier, options) => import(specifier, options)", {
    filename,
    importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  });
  return script.runInThisContext() as DynamicImport;
}
