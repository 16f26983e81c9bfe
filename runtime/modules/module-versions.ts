/**
 * Versions of local modules, so that one that was edited is imported anew. A version stands for the text of a file and of all
 * local files that it imports, one from another: an edit makes new versions of the file and of its importers, and of nothing else,
 * so unchanged modules keep their state. The first version that a process sees has the file's plain URL.
 *
 * What a file imports is read from its text without parsing it: a false match costs a look at a file. A package that is missing is a
 * part of the version too, since Node keeps an import that failed: once it is installed there is a new version to import.
 */
import { createHash } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { isAbsent } from "./absent-package.ts";
import { isLocalSpecifier, resolveLocal } from "./resolve-local.ts";

/** The parameter of a URL that names its version. */
export const VERSION_PARAMETER = "ray-ts";
/** In place of a version: an import that looks at the files anew. */
export const LOOK_ANEW = "look";

interface FileText {
  readonly mark: string;
  readonly hash: string;
  readonly specifiers: readonly string[];
}

const SPECIFIER = /\b(?:from|import|require)\b\s*\(?\s*(?:"([^"\n]+)"|'([^'\n]+)')/g;
const SOURCE = /\.[mc]?[jt]sx?$/;

export class ModuleVersions {
  readonly #texts = new Map<string, FileText>();
  /** By file, as of the last look. */
  #versions = new Map<string, string>();
  readonly #first = new Map<string, string>();

  /** Looks at a file and all that it imports. Gives the files whose version is another one than before. */
  look(file: string): string[] {
    const seen = this.#reach(file);
    const changed: string[] = [];
    for (const each of seen.keys()) {
      const version = versionOf(each, seen);
      const before = this.#versions.get(each);
      if (before !== undefined && before !== version) changed.push(each);
      this.#versions.set(each, version);
    }
    return changed;
  }

  /** As of the last look at it or at an importer of it. */
  versionOf(file: string): string {
    if (!this.#versions.has(file)) this.look(file);
    return this.#versions.get(file) as string;
  }

  /** Under which Node is to know the file as it is now. */
  urlOf(file: string): string {
    const version = this.versionOf(file);
    const url = pathToFileURL(file).href;
    const first = this.#first.get(file) ?? version;
    this.#first.set(file, first);
    return version === first ? url : `${url}?${VERSION_PARAMETER}=${version}`;
  }

  /** The file and the local files that it imports, each with what it imports itself. */
  #reach(file: string): Map<string, { readonly own: string; readonly imports: readonly string[] }> {
    const seen = new Map<string, { own: string; imports: string[] }>();
    const waiting = [file];
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      if (seen.has(next)) continue;
      const text = this.#textOf(next);
      const folder = dirname(next);
      const imports = text.specifiers.filter(isLocalSpecifier).map((specifier) => resolveLocal(withoutUrl(specifier), folder)).filter((found) => found !== undefined && !isInPackage(found)) as string[];
      const missing = text.specifiers.filter((specifier) => isAbsent(specifier, folder));
      seen.set(next, { own: [text.hash, ...missing].join("\n"), imports });
      waiting.push(...imports);
    }
    return seen;
  }

  #textOf(file: string): FileText {
    const stat = statSync(file, { throwIfNoEntry: false, bigint: true });
    const mark = stat === undefined ? "gone" : `${stat.mtimeNs} ${stat.size}`;
    const known = this.#texts.get(file);
    if (known?.mark === mark) return known;
    const text = stat === undefined ? Buffer.alloc(0) : readFileSync(file);
    const specifiers = SOURCE.test(file) ? [...new Set([...text.toString().matchAll(SPECIFIER)].map((match) => (match[1] ?? match[2]) as string))] : [];
    const read = { mark, hash: createHash("sha1").update(text).digest("hex"), specifiers };
    this.#texts.set(file, read);
    return read;
  }
}

type Seen = ReadonlyMap<string, { readonly own: string; readonly imports: readonly string[] }>;

function versionOf(file: string, seen: Seen): string {
  const reached = new Set([file]);
  for (const each of reached) for (const imported of seen.get(each)?.imports ?? []) reached.add(imported);
  const hash = createHash("sha1");
  for (const each of [...reached].sort()) hash.update(`${each}\n${seen.get(each)?.own ?? ""}\n`);
  return hash.digest("hex").slice(0, 12);
}

/** Files in packages are as they were installed. */
export const isInPackage = (file: string): boolean => /[\\/]node_modules[\\/]/.test(file);

const withoutUrl = (specifier: string): string => (specifier.startsWith("file:///") ? fileURLToPath(specifier) : specifier);
