/** Files that TypeScript sees beside the cells: what is there without an import, and the namespace by which cells name each other. Pure. */
import { CELLS } from "./name-table.ts";

/** In every cell without an import; exports of `ray-ts` of the same name. */
export const RAY_VALUES = ["ray"] as const;
export const RAY_CLASSES = ["ObjectRef"] as const;
export const RAY_TYPES = ["ActorClass", "ActorHandle", "HandleOf", "RemoteFunction", "RemoteMethod", "ObjectRefGenerator"] as const;

/** A script: what it declares is global. */
export const GLOBALS = `\
/** The value of the last cell that had one. */
declare var _: any;
/** Values of cells by their number: \`Out[3]\` is that of \`In[3]\`. */
declare const Out: { readonly [cell: number]: any };
/** Asks the user; undefined where there is nobody to ask. */
declare function prompt(question?: string, options?: { readonly password?: boolean }): Promise<string | undefined>;
`;

export interface ModulePlace {
  /** `c3`. */
  readonly module: string;
  /** \`./.ray-ts-cell-3\`. */
  readonly specifier: string;
}

export function cellsText(rayTypes: string, places: readonly ModulePlace[]): string {
  const imports = places.map(({ module, specifier }) => `import * as ${module}_ from ${JSON.stringify(specifier)};`);
  const members = places.map(({ module }) => `export import ${module} = ${module}_;`);
  return `import * as ray_ from ${JSON.stringify(rayTypes)};\n${imports.join("\n")}\ndeclare global {\n  namespace ${CELLS} {\nexport import ray = ray_;\n${members.join("\n")}\n  }\n}\n`;
}
