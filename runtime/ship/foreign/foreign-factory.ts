/** The text around a function that our compiler did not make: the same protocol as `unitFactory`. */
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import type { ForeignScript, ShippedUnit } from "../code-registry.ts";

/** The name under which the text of `import.meta` is rewritten; as long as that, so that columns stay. */
export const IMPORT_META = "__rayMeta__";

export function foreignFactory(unit: Pick<ShippedUnit, "kind" | "locals" | "code">, script: ForeignScript): { readonly code: string; readonly lineOffset: number } {
  const { locals, code } = unit;
  const declared = locals.length > 0 ? `let ${locals.join(",")};` : "";
  const assigned = locals.map((name) => `${name}=__o.${name};`).join("");
  // a class reads captured values (its base, static members) while it is evaluated
  const eager = unit.kind === "class" ? locals.map((name) => `try{${name}=__captured.${name}}catch(e){if(!(e instanceof ReferenceError))throw e}`).join("") : "";
  const strict = script.isStrict ? `"use strict";` : "";
  const head = `(function(__$,__rt,__captured){${strict}const ${IMPORT_META}=${metaOf(script.name)};const __g=__rt.guard;let __unit;${declared}${eager}`;
  // the text stands at its own column, its line is made the script's by lineOffset; what is around it goes on other lines
  return { code: `${head}__unit=${script.before}\n${" ".repeat(script.column)}${code}\n${script.after};return [__unit,(__o)=>{${assigned}}];})`, lineOffset: script.line - 1 };
}

/** `import.meta` of the script itself; where it has no file, of the notebook. */
function metaOf(script: string): string {
  if (!script.startsWith("file:")) return "__rt.meta";
  const filename = fileURLToPath(script);
  return JSON.stringify({ url: script, filename, dirname: dirname(filename) });
}
