/** Packages of a runtime environment: they are found before those of the folder where the importing file is. */
import { createRequire, isBuiltin } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { isLocalSpecifier } from "./resolve-local.ts";

export interface ResolveContext { readonly parentURL?: string | undefined; readonly conditions?: readonly string[]; readonly importAttributes?: Readonly<Record<string, string | undefined>> }
export interface Resolved { url: string; format?: string | null | undefined; shortCircuit?: boolean | undefined }
type Next<R> = (specifier: string, context?: object) => R;

/** A folder with a node_modules, and the file in it that stands for whoever imports. */
export interface Packages {
  readonly folder: string;
  readonly parentURL: string;
}

const PARENT = "ray-ts-environment.mjs";
const NOT_FOUND = new Set(["ERR_MODULE_NOT_FOUND", "MODULE_NOT_FOUND"]);

export const packagesOf = (folder: string): Packages => ({ folder, parentURL: pathToFileURL(join(folder, PARENT)).href });

/** Packages import each other as they lie; everybody else asks the environment first. */
export function mayBePackage(specifier: string, parent: string | undefined): boolean {
  return !isLocalSpecifier(specifier) && !isBuiltin(specifier) && !specifier.includes(":") && parent?.endsWith(`/${PARENT}`) !== true && parent?.includes("/node_modules/") !== true;
}

/** In the first of these folders that has it, else where it is imported. */
export function packageFirst<R extends Resolved | Promise<Resolved>>([first, ...others]: readonly Packages[], specifier: string, context: ResolveContext, next: Next<R>): R {
  if (first === undefined) return next(specifier, context);
  // require() has no use for another parent: it takes the path
  if (context.conditions?.includes("require") === true) return next(packagePath(specifier, [first, ...others].map(({ folder }) => folder)) ?? specifier, context);
  const elsewhere = (error: unknown): R => {
    if (isMissing(error)) return packageFirst(others, specifier, context, next);
    throw error;
  };
  try {
    const found = next(specifier, { ...context, parentURL: first.parentURL });
    return found instanceof Promise ? (found.catch(elsewhere) as R) : found;
  } catch (error) {
    return elsewhere(error);
  }
}

/** Where `require` finds it in the first of these folders that has it; undefined: in none. */
export function packagePath(specifier: string, folders: readonly string[]): string | undefined {
  if (isLocalSpecifier(specifier) || isBuiltin(specifier)) return undefined;
  for (const folder of folders) {
    try {
      return createRequire(join(folder, PARENT)).resolve(specifier);
    } catch (error) {
      if (!isMissing(error)) throw error;
    }
  }
  return undefined;
}

const isMissing = (error: unknown): boolean => NOT_FOUND.has((error as NodeJS.ErrnoException | undefined)?.code ?? "");
