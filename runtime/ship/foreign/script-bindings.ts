/** What a whole script says of its names: which are imports, and which are assigned after they were declared. */
import type { Program } from "oxc-parser";
import { freeNames, type Range } from "./free-names.ts";

export interface ScriptBindings {
  readonly imports: ReadonlyMap<string, { readonly specifier: string; readonly imported: string }>;
  /** Variables of these names may change; undefined: any may. */
  readonly assigned: ReadonlySet<string> | undefined;
  readonly isStrict: boolean;
  /** Where `this` belongs to a function or class; undefined: anywhere. */
  readonly ownThis: readonly Range[] | undefined;
}

export function scriptBindings(program: Program): ScriptBindings {
  const imports = new Map<string, { specifier: string; imported: string }>();
  for (const statement of program.body) {
    if (statement.type !== "ImportDeclaration") continue;
    for (const specifier of statement.specifiers) imports.set(specifier.local.name, { specifier: statement.source.value, imported: importedName(specifier) });
  }
  const { assigned, ownThis, isModule } = freeNames(program);
  const first = program.body[0];
  const isStrict = isModule || (first?.type === "ExpressionStatement" && (first as { directive?: string }).directive === "use strict");
  return { imports, assigned, isStrict, ownThis };
}

type Specifier = Extract<Program["body"][number], { type: "ImportDeclaration" }>["specifiers"][number];

function importedName(specifier: Specifier): string {
  if (specifier.type === "ImportDefaultSpecifier") return "default";
  if (specifier.type === "ImportNamespaceSpecifier") return "*";
  const { imported } = specifier;
  return imported.type === "Identifier" ? imported.name : imported.value;
}
