/** What the folder of a notebook says about types: its tsconfig.json, its Node types. */
import { existsSync, readFileSync } from "node:fs";
import { dirname, isAbsolute, join, relative } from "node:path";
import { coversFolder } from "./covers-folder.ts";

/**
 * The folder's own tsconfig.json, else the nearest one above that means the folder's files too, no further up than the project that
 * the folder is in (a package.json or .git): one that lies there by chance is not meant.
 */
export function findConfig(folder: string): string | undefined {
  const above = upward(folder);
  const project = above.findIndex((at) => existsSync(join(at, "package.json")) || existsSync(join(at, ".git")));
  // outside of any project only the folder itself counts
  const found = above.slice(0, Math.max(0, project) + 1).find((at) => isMeant(at, folder));
  return found && configIn(found);
}

function isMeant(at: string, folder: string): boolean {
  const path = configIn(at);
  return existsSync(path) && coversFolder(readFileSync(path, "utf8"), relative(at, folder).replaceAll("\\", "/"));
}

const configIn = (folder: string): string => join(folder, "tsconfig.json");

/** The folder's own Node types, if it has any. */
export const findNodeTypes = (folder: string): string | undefined => upward(folder).map((at) => join(at, "node_modules", "@types", "node")).find((path) => existsSync(join(path, "package.json")));

function upward(folder: string): string[] {
  const above = dirname(folder);
  return above === folder ? [folder] : [folder, ...upward(above)];
}

export interface ConfigParts {
  readonly extending: string | undefined;
  /** Of `extending`, with what it inherits. */
  readonly inherited: Readonly<Record<string, unknown>>;
  readonly nodeTypes: string;
  /** Declarations of `ray-ts`, without their ending: the session's own, whatever node_modules holds. */
  readonly rayTypes: string;
  /** tslab's own declarations, for cells that were written for it. */
  readonly tslabTypes: string | undefined;
  readonly files: readonly string[];
}

/**
 * The config of the cells: the folder's, but for what is settled by how cells run (the newest syntax, imports as the session resolves
 * them, nothing written).
 */
export function configText({ extending, inherited, nodeTypes, rayTypes, tslabTypes, files }: ConfigParts): string {
  const own = extending === undefined ? { strict: true } : {};
  const types = Array.isArray(inherited["types"]) ? (inherited["types"] as unknown[]).filter((name) => name !== "node" && name !== "*") : [];
  return JSON.stringify({
    ...(extending !== undefined && { extends: extending }),
    compilerOptions: {
      ...own,
      ...(inherited["lib"] === undefined && { lib: ["esnext"] }),
      ...(inherited["jsx"] === undefined && { jsx: "preserve" }),
      types: [nodeTypes, ...types],
      paths: { ...absolutePaths(inherited), "ray-ts": [`${rayTypes}.d.ts`], ...(tslabTypes !== undefined && { tslab: [tslabTypes] }) },
      target: "esnext",
      module: "preserve",
      moduleResolution: "bundler",
      moduleDetection: "force",
      allowImportingTsExtensions: true,
      allowJs: true,
      esModuleInterop: true,
      experimentalDecorators: false,
      importHelpers: false,
      resolveJsonModule: true,
      skipLibCheck: true,
      isolatedModules: false,
      verbatimModuleSyntax: false,
      noEmit: true,
      composite: false,
      incremental: false,
      declaration: false,
      declarationMap: false,
      emitDeclarationOnly: false,
      erasableSyntaxOnly: false,
      isolatedDeclarations: false,
      rootDir: null,
      tsBuildInfoFile: null,
    },
    files,
    include: [],
    exclude: [],
    references: [],
  });
}

/** The folder's aliases: beside ours they would be lost, and away from their config they would mean other places. */
function absolutePaths({ paths, pathsBasePath }: Readonly<Record<string, unknown>>): Record<string, string[]> {
  const base = typeof pathsBasePath === "string" ? pathsBasePath : "";
  return Object.fromEntries(Object.entries((paths ?? {}) as Record<string, string[]>).map(([alias, places]) => [alias, places.map((place) => (isAbsolute(place) ? place : `${base}/${place}`))]));
}
