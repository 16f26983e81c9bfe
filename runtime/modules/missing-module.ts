/** Node's message for a missing module names our own files; a cell's reader wants to know what to install, and where. */
import { relative, resolve } from "node:path";
import { isError } from "../errors.ts";
import { candidates, isLocalSpecifier } from "./resolve-local.ts";

const MISSING = new Set(["ERR_MODULE_NOT_FOUND", "MODULE_NOT_FOUND"]);

/** `install`: the command that installs packages where this is read. */
export function explainMissing(error: unknown, specifier: string, folder: string, install = "npm install"): unknown {
  if (!isError(error) || !MISSING.has((error as NodeJS.ErrnoException).code ?? "")) return error;
  const missing = /Cannot find (?:package|module) '([^']+)'/.exec(error.message)?.[1];
  const message = missing === undefined ? undefined : explanation(missing, specifier, folder, install);
  if (message === undefined) return error;
  return Object.defineProperty(new Error(message), "code", { value: (error as NodeJS.ErrnoException).code, configurable: true, writable: true });
}

/** Undefined where Node's own words say it well: a file that a package lacks, or that a local module imports. */
function explanation(missing: string, specifier: string, folder: string, install: string): string | undefined {
  if (!isLocalSpecifier(missing)) {
    const name = packageName(missing);
    const neededBy = isLocalSpecifier(specifier) || packageName(specifier) !== name ? ` (needed by "${specifier}")` : "";
    return `Cannot find the package "${name}"${neededBy} from ${folder}. Install it there: ${install} ${name}`;
  }
  if (!isLocalSpecifier(specifier) || resolve(folder, missing) !== resolve(folder, specifier)) return undefined;
  const looked = candidates(resolve(folder, specifier)).slice(0, 4).map((candidate) => relative(folder, candidate));
  return `Cannot find "${specifier}" from ${folder}. Looked for ${looked.join(", ")}, …`;
}

/** `@scope/name/part` → `@scope/name`. */
export function packageName(specifier: string): string {
  return specifier.split("/").slice(0, specifier.startsWith("@") ? 2 : 1).join("/");
}
