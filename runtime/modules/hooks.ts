/**
 * Node's module hooks of a session or worker: local TypeScript by the names its writers use, and the process's own `ray-ts`.
 * They run in this thread on Node 22 and later, in Node's hooks thread on Node 20, so they share no state with the importer
 * but what `configureHooks` is given.
 */
import { readFileSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { compileFile } from "../compile/compile-file.ts";
import { textInUrl } from "./defined-modules.ts";
import { absent, isAbsent } from "./absent-package.ts";
import { isInPackage, LOOK_ANEW, ModuleVersions, VERSION_PARAMETER } from "./module-versions.ts";
import { mayBePackage, packageFirst, packagesOf, type Packages, type ResolveContext, type Resolved } from "./packages.ts";
import { isLocalSpecifier, isRequirable, resolveLocal } from "./resolve-local.ts";

export interface HooksConfig {
  /** Modules that are the process's own whatever node_modules holds, `ray-ts` among them: what each exports beside `default`. */
  readonly own: Readonly<Record<string, readonly string[]>>;
  /** Folders whose node_modules come before those where the importing file is: those of the runtime environment. */
  readonly packageFolders?: readonly string[];
}

/** Under this symbol of globalThis the process keeps what its own modules export. */
export const OWN_MODULES = Symbol.for("ray-ts.modules");
const OWN_URL = "ray-ts:own/";

let own: HooksConfig["own"] = {};
let packages: readonly Packages[] = [];
const versions = new ModuleVersions();

export function configureHooks(config: HooksConfig): void {
  own = config.own;
  packages = (config.packageFolders ?? []).map(packagesOf);
}

interface Loaded { format: string; source?: string | ArrayBuffer | NodeJS.TypedArray | undefined; shortCircuit?: boolean | undefined }

export function resolveHook<R extends Resolved | Promise<Resolved>>(specifier: string, context: ResolveContext, next: (specifier: string, context?: object) => R): R | Resolved {
  if (Object.hasOwn(own, specifier)) return { url: OWN_URL + specifier, format: "module", shortCircuit: true };
  if (textInUrl(specifier) !== undefined) return { url: specifier, format: "module", shortCircuit: true };
  const parent = context.parentURL;
  if (isLocalSpecifier(specifier) && parent?.startsWith("file:") === true && !parent.includes("/node_modules/")) {
    const file = specifier.startsWith("file:") ? fileURLToPath(specifier) : specifier;
    const folder = dirname(fileURLToPath(parent));
    const isRequire = context.conditions?.includes("require") === true;
    const found = isRequire && isRequirable(file, folder) ? undefined : resolveLocal(file, folder);
    if (found !== undefined) {
      if (specifier.endsWith(`?${VERSION_PARAMETER}=${LOOK_ANEW}`)) versions.look(found);
      // Node goes on with what was found, its format included; require() takes paths
      return next(isRequire ? found : isInPackage(found) ? pathToFileURL(found).href : versions.urlOf(found), context);
    }
  }
  if (parent?.startsWith("file:") === true && mayBePackage(specifier, parent) && context.conditions?.includes("require") !== true) {
    const folders = [dirname(fileURLToPath(parent)), ...packages.map(({ folder }) => folder)];
    if (folders.every((folder) => isAbsent(specifier, folder))) throw absent(specifier, fileURLToPath(parent), "ERR_MODULE_NOT_FOUND");
  }
  return packages.length > 0 && mayBePackage(specifier, parent) ? packageFirst(packages, specifier, context, next) : next(specifier, context);
}

export function loadHook<L extends Loaded | Promise<Loaded>>(url: string, context: object, next: (url: string, context?: object) => L): L | Loaded {
  if (url.startsWith(OWN_URL)) return { format: "module", source: ownSource(url.slice(OWN_URL.length)), shortCircuit: true };
  if (!isTypeScript(url)) return next(url, context);
  const file = fileURLToPath(url);
  const isCommonJs = file.endsWith(".cts");
  return { format: isCommonJs ? "commonjs" : "module", source: compileFile(file, textInUrl(url) ?? readFileSync(file, "utf8")), shortCircuit: true };
}

function isTypeScript(url: string): boolean {
  return url.startsWith("file:") && /\.[mc]?tsx?$/.test(new URL(url).pathname);
}

function ownSource(specifier: string): string {
  const names = own[specifier]?.map((name) => `export const ${name} = own.${name};`) ?? [];
  return [`const own = globalThis[Symbol.for("ray-ts.modules")][${JSON.stringify(specifier)}];`, "export default own.default;", ...names].join("\n");
}
