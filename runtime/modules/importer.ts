/**
 * Modules of cells, and of the functions that cells send to workers: everything resolves from the notebook's folder, as if the
 * importing file stood there.
 */
import { createRequire, isBuiltin } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { constants, Script } from "node:vm";
import { RAY_MODULE, type HooksConfig } from "./hooks.ts";
import { installHooks } from "./install-hooks.ts";
import { explainMissing } from "./missing-module.ts";
import { packagePath } from "./packages.ts";
import { isLocalSpecifier, resolveLocal } from "./resolve-local.ts";

export interface ImporterOptions {
  /** The notebook's folder, absolute. */
  readonly folder: string;
  /** What `ray-ts` exports in this process, `default` among it. */
  readonly ray: Readonly<Record<string, unknown>>;
  /** Folders of the runtime environment, whose packages come first. */
  readonly packageFolders?: readonly string[];
  /** The command that installs a package, for who reads that one is missing. */
  readonly install?: string;
}

export interface Importer {
  /** Code that imports by itself finds modules as this importer does. */
  hook(): void;
  import(specifier: string, options?: { with?: Record<string, string> }): Promise<Record<string, unknown>>;
  /** As a module at `from` (a path or a file URL) would import it. */
  importFrom(specifier: string, from: string | undefined): Promise<Record<string, unknown>>;
  readonly require: (specifier: string) => unknown;
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
  Object.defineProperty(globalThis, RAY_MODULE, { value: options.ray, configurable: true, enumerable: false });
  // read late: a process may fill in its `ray` after its importer
  const hooks = (): HooksConfig => ({ rayExports: Object.keys(options.ray).filter((name) => name !== "default" && /^[A-Za-z_$][\w$]*$/.test(name)), packageFolders: options.packageFolders ?? [] });

  const importBy = async (load: DynamicImport, specifier: string, folder: string, attributes?: object): Promise<Record<string, unknown>> => {
    if (specifier === "ray-ts") return options.ray;
    if (!isBuiltin(specifier)) installHooks(hooks());
    try {
      const loaded = await load(importable(specifier, folder), attributes);
      return TIMERS.test(specifier) ? withGlobals(loaded) : loaded;
    } catch (error) {
      throw explainMissing(error, specifier, folder, options.install);
    }
  };

  return {
    hook: () => installHooks(hooks()),
    import: (specifier, attributes) => importBy(importHere, specifier, options.folder, attributes),
    importFrom(specifier, from) {
      if (from === undefined) return importBy(importHere, specifier, options.folder);
      const path = from.startsWith("file:") ? fileURLToPath(from) : from;
      return importBy(dynamicImportFrom(path), specifier, dirname(path));
    },
    require: Object.assign(
      (specifier: string): unknown => {
        if (specifier === "ray-ts") return options.ray;
        if (!isBuiltin(specifier)) installHooks(hooks());
        try {
          return requireHere(packagePath(specifier, options.packageFolders ?? []) ?? specifier) as unknown;
        } catch (error) {
          throw explainMissing(error, specifier, options.folder, options.install);
        }
      },
      { resolve: requireHere.resolve, cache: requireHere.cache, main: requireHere.main },
    ),
    meta: { url: pathToFileURL(filename).href, filename, dirname: options.folder },
  };
}

/** A local file is resolved here: an absolute path is not a URL on Windows, and Node 20's hooks see only URLs. */
function importable(specifier: string, folder: string): string {
  if (!isLocalSpecifier(specifier) || specifier.startsWith("file:")) return specifier;
  const found = resolveLocal(specifier, folder);
  return found === undefined ? specifier : pathToFileURL(found).href;
}

/** `import()` written in a file at `filename`: this bundle's own would resolve from where ray-ts is installed. */
function dynamicImportFrom(filename: string): DynamicImport {
  const script = new Script("(specifier, options) => import(specifier, options)", {
    filename,
    importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  });
  return script.runInThisContext() as DynamicImport;
}
