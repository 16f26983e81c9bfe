/** `square.remote(2)`: what the user should have written, with the arguments as they were when they are short. */
export function callText(callee: string, args: readonly unknown[]): string {
  const texts = args.map(argumentText);
  const text = texts.join(", ");
  return `${callee}.remote(${texts.includes("…") || text.length > 60 ? "…" : text})`;
}

function argumentText(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "bigint") return `${value}n`;
  return value === null || ["number", "boolean", "undefined"].includes(typeof value) ? String(value) : "…";
}

/** A name that can stand in code: `name` itself when it is an identifier, else `stand`. */
export function identifier(name: string, stand: string): string {
  return /^[\p{ID_Start}$_][\p{ID_Continue}$\u200c\u200d]*$/u.test(name) ? name : stand;
}
