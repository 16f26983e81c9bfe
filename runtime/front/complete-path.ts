/** Paths of files while they are typed, as a shell completes them. */
import { readdirSync } from "node:fs";
import { join } from "node:path";

const MOST = 200;

/** `typed`: `src/wo`. Folders end with a slash; hidden files only for who has typed the dot. */
export function completePath(typed: string, folder: string): string[] {
  const shown = typed.slice(0, typed.lastIndexOf("/") + 1);
  const begun = typed.slice(shown.length);
  try {
    const entries = readdirSync(shown.startsWith("/") ? shown : join(folder, shown), { withFileTypes: true });
    const wanted = entries.filter(({ name }) => name.startsWith(begun) && (begun.startsWith(".") || !name.startsWith(".")) && name !== "node_modules");
    return wanted.map((entry) => `${shown}${entry.name}${entry.isDirectory() ? "/" : ""}`).sort().slice(0, MOST);
  } catch (error) {
    // no such folder, or one that is not ours to read: nothing to offer
    if ((error as NodeJS.ErrnoException).code !== undefined) return [];
    throw error;
  }
}
