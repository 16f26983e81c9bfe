/**
 * Packages that are not there. Node 20 keeps for ever that a package.json was missing, so it must not be asked for one before the
 * package is: who is told to install it imports it next.
 */
import { existsSync, readFileSync } from "node:fs";
import { isBuiltin } from "node:module";
import { dirname, join } from "node:path";
import { packageName } from "./missing-module.ts";
import { isLocalSpecifier } from "./resolve-local.ts";

const PACKAGE = /^(@[\w.-]+\/)?[\w.-]+(\/|$)/;

export const isPackage = (specifier: string): boolean => !isLocalSpecifier(specifier) && !isBuiltin(specifier) && specifier !== "ray-ts" && PACKAGE.test(specifier);

/** No folder has it from here upwards, and no package that holds the folder has its name. */
export function isAbsent(specifier: string, folder: string): boolean {
  if (!isPackage(specifier)) return false;
  const name = packageName(specifier);
  for (let at = folder; ; at = dirname(at)) {
    // Yarn's Plug'n'Play knows its packages itself
    if (existsSync(join(at, "node_modules", name)) || nameOf(at) === name || existsSync(join(at, ".pnp.cjs"))) return false;
    if (at === dirname(at)) return true;
  }
}

export function absent(specifier: string, parent: string, code: "ERR_MODULE_NOT_FOUND" | "MODULE_NOT_FOUND"): Error {
  return Object.assign(new Error(`Cannot find package '${packageName(specifier)}' imported from ${parent}`), { code });
}

function nameOf(folder: string): string | undefined {
  const file = join(folder, "package.json");
  if (!existsSync(file)) return undefined;
  try {
    return (JSON.parse(readFileSync(file, "utf8")) as { name?: string } | null)?.name;
  } catch (error) {
    // Node says that it is broken, to who needs it
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
