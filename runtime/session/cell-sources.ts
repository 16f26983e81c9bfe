/** The texts behind the names in stacks: cells by their shown name, local files of the notebook's folder from the disk. */
import { readFileSync } from "node:fs";
import { isAbsolute, relative } from "node:path";
import { fileURLToPath } from "node:url";

export class CellSources {
  readonly #cells = new Map<string, string>();
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  add(cell: string, code: string): void {
    this.#cells.set(cell, code);
  }

  readonly textOf = (name: string): string | undefined => {
    const cell = this.#cells.get(name);
    if (cell !== undefined) return cell;
    const path = name.startsWith("file:") ? fileURLToPath(name) : name;
    if (!isAbsolute(path) || !this.#isLocal(path)) return undefined;
    try {
      return readFileSync(path, "utf8");
    } catch (error) {
      // a frame may name a file that has gone since, or that a source map made up
      if ((error as NodeJS.ErrnoException).code !== undefined) return undefined;
      throw error;
    }
  };

  #isLocal(path: string): boolean {
    const way = relative(this.#folder, path);
    return !way.startsWith("..") && !isAbsolute(way) && !way.includes("node_modules");
  }
}
