/**
 * A named import as a cell reads it: from the module's exports, and where those of a CommonJS module are not known to the
 * loader, from its `default`.
 */
export function namedExport(namespace: Record<string, unknown>, imported: string, specifier: string): unknown {
  if (imported === "*") return namespace;
  if (imported in namespace) return namespace[imported];
  const commonJs = namespace["default"] as Record<string, unknown> | null | undefined;
  if (commonJs !== null && (typeof commonJs === "object" || typeof commonJs === "function") && imported in commonJs) return commonJs[imported];
  throw new SyntaxError(`The module "${specifier}" has no export named "${imported}"`);
}
