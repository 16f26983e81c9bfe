/** Whether a tsconfig.json means the files of a folder, by its `files`, `include` and `exclude`. Pure. */

/** `folder` from the config's own folder, with `/`: `notebooks/zh`, or "" for the same. What cannot be read is taken to mean everything. */
export function coversFolder(configText: string, folder: string): boolean {
  if (folder === "") return true;
  const config = readJson(configText);
  if (config === undefined) return true;
  const probe = `${folder}/cell.ts`;
  const included = strings(config["include"]);
  const isIncluded = included === undefined ? config["files"] === undefined : included.some((pattern) => matches(pattern, probe));
  return isIncluded && !(strings(config["exclude"]) ?? ["node_modules"]).some((pattern) => matches(pattern, probe));
}

/** JSON with comments and commas too many, as TypeScript reads it. */
function readJson(text: string): Record<string, unknown> | undefined {
  const plain = text.replace(/("(?:\\.|[^"\\])*")|\/\/.*|\/\*[^]*?\*\//g, (_, string: string | undefined) => string ?? "").replace(/("(?:\\.|[^"\\])*")|,(?=\s*[}\]])/g, (_, string: string | undefined) => string ?? "");
  try {
    const value: unknown = JSON.parse(plain);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined; // TypeScript will say what is wrong with it
    throw error;
  }
}

const strings = (value: unknown): string[] | undefined => (Array.isArray(value) ? value.filter((each): each is string => typeof each === "string") : undefined);

/** A pattern without a star in its last part names a folder and all in it. */
function matches(pattern: string, path: string): boolean {
  const parts = pattern.replace(/^\.\//, "").replace(/\/$/, "").split("/").filter((part) => part !== "" && part !== ".");
  const last = parts.at(-1) ?? "**";
  const all = /[*?]|\.[a-z]+$/.test(last) ? parts : [...parts, "**"];
  const regex = all.map((part) => (part === "**" ? "(?:[^/]+/)*" : part.replace(/[.+^${}()|[\]\\]/g, "\\$&").replaceAll("*", "[^/]*").replaceAll("?", "[^/]") + "/")).join("");
  return new RegExp(`^${regex}$`).test(path + "/");
}
