/** Notebook files for the paths that a user named: files as they are, folders searched. */
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";

const LEFT_OUT = new Set([".ipynb_checkpoints", "node_modules", ".git"]);

/** A named path that is not there, or a folder without notebooks. */
export class NothingFoundError extends Error {
  override readonly name = "NothingFoundError";
}

export function findNotebooks(paths: readonly string[]): string[] {
  const found = paths.flatMap((path) => {
    const stat = statSync(path, { throwIfNoEntry: false });
    if (stat === undefined) throw new NothingFoundError(`There is no file or folder ${path}.`);
    if (!stat.isDirectory()) return [path];
    const inside = searchFolder(path);
    if (inside.length === 0) throw new NothingFoundError(`There is no notebook (*.ipynb) in ${path}.`);
    return inside;
  });
  return [...new Set(found)];
}

function searchFolder(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return LEFT_OUT.has(entry.name) ? [] : searchFolder(path);
      return entry.name.endsWith(".ipynb") ? [path] : [];
    });
}
