/** What `ray-ts check` looks at for the paths that a user named: files as they are, folders searched for TypeScript and notebooks. */
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";

const LEFT_OUT = new Set(["node_modules", "dist"]);

/** A named path that is not there or not ours, or a folder without anything to check. */
export class NothingToCheckError extends Error {
  override readonly name = "NothingToCheckError";
}

export const isNotebook = (path: string): boolean => path.endsWith(".ipynb");

const isSource = (path: string): boolean => /\.(?:[cm]?ts|tsx|ipynb)$/.test(path);

export function findSources(paths: readonly string[]): string[] {
  const found = paths.flatMap((path) => {
    const stat = statSync(path, { throwIfNoEntry: false });
    if (stat === undefined) throw new NothingToCheckError(`There is no file or folder ${path}.`);
    if (!stat.isDirectory()) {
      if (!isSource(path)) throw new NothingToCheckError(`Cannot check ${path}: it is neither TypeScript (.ts, .tsx) nor a notebook (.ipynb).`);
      return [path];
    }
    const inside = searchFolder(path);
    if (inside.length === 0) throw new NothingToCheckError(`There is no TypeScript and no notebook in ${path}.`);
    return inside;
  });
  return [...new Set(found)];
}

function searchFolder(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return LEFT_OUT.has(entry.name) || entry.name.startsWith(".") ? [] : searchFolder(path);
      return isSource(path) && !/\.d\.[cm]?ts$/.test(path) ? [path] : [];
    });
}
