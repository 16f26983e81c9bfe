/** Local files as TypeScript writers name them: without an extension, or with the extension that the compiled file would have. */
import { statSync } from "node:fs";
import { resolve } from "node:path";

const EXTENSIONS = [".ts", ".tsx", ".mts", ".cts", ".js", ".mjs", ".cjs", ".json"];
const COMPILED = [[/\.js$/, [".ts", ".tsx"]], [/\.jsx$/, [".tsx"]], [/\.mjs$/, [".mts"]], [/\.cjs$/, [".cts"]]] as const;

export const isLocalSpecifier = (specifier: string): boolean => /^(\.{0,2}\/|\.{1,2}$|file:)/.test(specifier);

/** The file that `specifier` names from `folder`, or undefined. */
export function resolveLocal(specifier: string, folder: string, isFile: (path: string) => boolean = isFileOnDisk): string | undefined {
  return candidates(resolve(folder, specifier)).find(isFile);
}

/** Whether `require` finds JavaScript there without help. */
export function isRequirable(specifier: string, folder: string, isFile: (path: string) => boolean = isFileOnDisk): boolean {
  const path = resolve(folder, specifier);
  return [path, `${path}.js`, `${path}.json`, `${path}.node`, `${path}/index.js`].some(isFile);
}

/** What is looked for, in order. */
export function candidates(path: string): string[] {
  const sources = COMPILED.flatMap(([compiled, extensions]) => (compiled.test(path) ? extensions.map((extension) => path.replace(compiled, extension)) : []));
  const completed = EXTENSIONS.map((extension) => path + extension);
  const inFolder = EXTENSIONS.map((extension) => `${path}/index${extension}`);
  return [path, ...sources, ...completed, ...inFolder];
}

function isFileOnDisk(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}
