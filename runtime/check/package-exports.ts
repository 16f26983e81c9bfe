/** Names that a package exports, read off its declarations: no code of it runs. */
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parseSync } from "oxc-parser";

/** A package of more files re-exports what somebody would look for near its top. */
const MOST_FILES = 100;
const MOST_BYTES = 1024 * 1024;

/** `hasDefault`: `import x from` gives something. Undefined when it has no declarations that could be found. */
export function packageExports(folder: string, name: string): { readonly names: ReadonlySet<string>; readonly hasDefault: boolean } | undefined {
  const entry = declarationsOf(folder, name);
  if (entry === undefined) return undefined;
  const names = new Set<string>();
  let hasDefault = false;
  const files = new Set([entry]);
  for (const file of files) {
    const { exported, stars, isDefault } = exportsOf(file);
    for (const each of exported) names.add(each);
    if (file === entry) hasDefault = isDefault;
    for (const star of stars) {
      const next = star.startsWith(".") ? declarationFile(join(dirname(file), star)) : undefined;
      if (next !== undefined && files.size < MOST_FILES) files.add(next);
    }
  }
  return { names, hasDefault };
}

function exportsOf(file: string): { readonly exported: readonly string[]; readonly stars: readonly string[]; readonly isDefault: boolean } {
  const text = readFileSync(file, "utf8");
  if (text.length > MOST_BYTES) return { exported: [], stars: [], isDefault: false };
  const { module } = parseSync(file, text);
  const entries = module.staticExports.flatMap((each) => each.entries);
  const exported = entries.flatMap(({ exportName }) => (exportName.kind === "Name" && exportName.name !== null ? [exportName.name] : []));
  const stars = entries.flatMap(({ importName, exportName, moduleRequest }) => (importName.kind !== "Name" && exportName.kind !== "Name" && moduleRequest !== null ? [moduleRequest.value] : []));
  const isDefault = entries.some(({ exportName }) => exportName.kind === "Default") || exported.includes("default") || /^export\s*=/m.test(text);
  return { exported: exported.filter((each) => each !== "default"), stars, isDefault };
}

/** Its own declarations, else those of `@types`. */
function declarationsOf(folder: string, name: string): string | undefined {
  for (const package_ of [name, `@types/${name.replace(/^@([^/]+)\//, "$1__")}`]) {
    const at = packageFolder(folder, package_);
    if (at === undefined) continue;
    const { exports, types, typings, main } = JSON.parse(readFileSync(join(at, "package.json"), "utf8")) as Record<string, unknown>;
    for (const path of [typesIn(exports), types, typings, main, "index"]) {
      const found = typeof path === "string" ? declarationFile(join(at, path)) : undefined;
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

function packageFolder(folder: string, name: string): string | undefined {
  const at = join(folder, "node_modules", name);
  if (existsSync(join(at, "package.json"))) return at;
  return dirname(folder) === folder ? undefined : packageFolder(dirname(folder), name);
}

/** The first path of `exports["."]` that is of declarations, or of what they would stand beside. */
function typesIn(exports: unknown): string | undefined {
  if (typeof exports === "string") return exports;
  if (typeof exports !== "object" || exports === null) return undefined;
  const conditions = exports as Record<string, unknown>;
  for (const key of [".", "types", "import", "node", "default", "require"]) {
    const found = key in conditions ? typesIn(conditions[key]) : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The file of declarations that a path means: itself, or what stands beside a program of that name. */
function declarationFile(path: string): string | undefined {
  const bare = path.replace(/\.d\.([cm]?)ts$/, ".$1js").replace(/\.([cm]?)[jt]sx?$/, "");
  const ending = /\.([cm])[jt]s$/.exec(path)?.[1] ?? "";
  return [path, `${bare}.d.${ending}ts`, `${bare}.d.ts`, `${bare}.d.mts`, `${bare}.d.cts`, join(path, "index.d.ts")].find((file) => /\.d\.[cm]?ts$/.test(file) && existsSync(file));
}
