/**
 * Modules whose text is a cell's (`compile/defined-module.ts`). The text is in the module's URL, so that Node's hooks thread and
 * workers have it too, and nothing lies on the disk; what it imports is found as if the module lay in the notebook's folder.
 */
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { deflateRawSync, inflateRawSync } from "node:zlib";
import { compileFile } from "../compile/compile-file.ts";
import { isLocalSpecifier } from "./resolve-local.ts";

const TEXT_PARAMETER = "ray-ts-text";
const SPECIFIER = /(\b(?:from|import)\b\s*\(?\s*)(?:"([^"\n]+)"|'([^'\n]+)')/g;

export class DefinedModules {
  readonly #folder: string;
  readonly #texts = new Map<string, { readonly path: string; readonly text: string }>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Throws the SyntaxError of a text that is none. Gives the path under which stacks know it. */
  define(name: string, text: string): string {
    const path = this.#compiled(join(this.#folder, name), text);
    this.#texts.set(join(this.#folder, name), { path, text });
    return path;
  }

  /** As TypeScript, or where it is none as TSX. */
  #compiled(place: string, text: string): string {
    try {
      compileFile(`${place}.ts`, text);
      return `${place}.ts`;
    } catch (error) {
      if (!(error instanceof SyntaxError) || !text.includes("</")) throw error;
      compileFile(`${place}.tsx`, text);
      return `${place}.tsx`;
    }
  }

  /** Undefined: no cell has defined it. */
  urlOf(specifier: string, folder = this.#folder, within: readonly string[] = []): string | undefined {
    if (this.#texts.size === 0 || !isLocalSpecifier(specifier) || specifier.startsWith("file:")) return undefined;
    const key = resolve(folder, specifier).replace(/\.[mc]?[jt]sx?$/, "");
    const defined = this.#texts.get(key);
    if (defined === undefined || within.includes(key)) return undefined;
    const { path, text } = defined;
    const whole = text.replace(SPECIFIER, (all: string, before: string, double?: string, single?: string) => {
      const url = this.urlOf((double ?? single) as string, folder, [...within, key]);
      return url === undefined ? all : `${before}${JSON.stringify(url)}`;
    });
    return `${pathToFileURL(path).href}?${TEXT_PARAMETER}=${deflateRawSync(whole).toString("base64url")}`;
  }
}

/** The text in a URL, where it has one. */
export function textInUrl(url: string): string | undefined {
  const text = url.startsWith("file:") ? new URL(url).searchParams.get(TEXT_PARAMETER) : null;
  return text === null ? undefined : inflateRawSync(Buffer.from(text, "base64url")).toString();
}
