/** Node's message for a missing module names our own files; a cell's reader wants to know what to install, and where. */
import { resolve } from "node:path";
import { isError } from "../errors.ts";
import { candidates, isLocalSpecifier } from "./resolve-local.ts";

const MISSING = new Set(["ERR_MODULE_NOT_FOUND", "MODULE_NOT_FOUND"]);

export function explainMissing(error: unknown, specifier: string, folder: string): unknown {
  if (!isError(error) || !MISSING.has((error as NodeJS.ErrnoException).code ?? "")) return error;
  const name = packageName(specifier);
  // a module that was found but lacks one of its own dependencies names that one
  const lacking = /Cannot find (?:package|module) '([^']+)'/.exec(error.message)?.[1];
  const isOther = lacking !== undefined && lacking !== specifier && lacking !== name && !lacking.startsWith("file:") && !isLocalSpecifier(specifier) && !isLocalSpecifier(lacking);
  const message = isOther ? missingPackage(packageName(lacking), folder, ` (needed by "${specifier}")`)
    : isLocalSpecifier(specifier) ? missingLocal(error, specifier, folder)
    : missingPackage(name, folder, "");
  return Object.defineProperty(new Error(message), "code", { value: (error as NodeJS.ErrnoException).code, configurable: true, writable: true });
}

function missingPackage(name: string, folder: string, why: string): string {
  return `Cannot find the package "${name}"${why} from ${folder}. Install it there: npm install ${name}`;
}

function missingLocal(error: Error, specifier: string, folder: string): string {
  const path = resolve(folder, specifier);
  // the file is there, something that it imports is not
  if (!error.message.includes(path)) return error.message;
  const looked = candidates(path).slice(0, 4).map((candidate) => candidate.slice(folder.length + 1) || candidate);
  return `Cannot find "${specifier}" from ${folder}. Looked for ${looked.join(", ")}, …`;
}

/** `@scope/name/part` → `@scope/name`. */
export function packageName(specifier: string): string {
  return specifier.split("/").slice(0, specifier.startsWith("@") ? 2 : 1).join("/");
}
