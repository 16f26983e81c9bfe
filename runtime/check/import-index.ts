/** What could be imported: exports of Node's modules, and of the packages that the folder's package.json names. */
import { existsSync, readFileSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { CheckedCompletion } from "./check-protocol.ts";
import { packageExports } from "./package-exports.ts";

/** Of two modules with an export of one name the first is meant more often. */
const NODE_MODULES = ("fs/promises path os url util child_process crypto events timers/promises worker_threads perf_hooks stream stream/promises zlib readline/promises readline "
  + "assert http https net dns fs async_hooks buffer querystring string_decoder vm v8 tty dgram").split(" ");
const MOST_PACKAGES = 60;
const MOST_COMPLETIONS = 20;
const IS_NAME = /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u;

export class ImportIndex {
  readonly #packageFile: string | undefined;
  #lines = new Map<string, string>();
  /** What is still to be read for it. */
  #rest: Iterator<void> | undefined;
  /** Of the package.json that it was made from. */
  #madeAt: number | undefined;

  constructor(folder: string) {
    this.#packageFile = nearestPackage(folder);
  }

  /** The statement that brings a name. */
  lineFor(name: string): string | undefined {
    return this.#whole().get(name);
  }

  completions(typed: string): readonly CheckedCompletion[] {
    const found = [...this.#whole()].filter(([name]) => name.startsWith(typed)).sort(([a], [b]) => (a < b ? -1 : 1));
    return found.slice(0, MOST_COMPLETIONS).map(([text, importLine]) => ({ text, type: "import", importLine }));
  }

  /** Reads a little more of what is there, while nobody waits. False when there is no more. */
  readOn(): boolean {
    return this.#steps().next().done !== true;
  }

  #whole(): ReadonlyMap<string, string> {
    while (this.readOn()) { /* all of it is wanted now */ }
    return this.#lines;
  }

  #steps(): Iterator<void> {
    const changedAt = this.#packageFile === undefined ? 0 : statSync(this.#packageFile, { throwIfNoEntry: false })?.mtimeMs;
    if (this.#rest !== undefined && this.#madeAt === changedAt) return this.#rest;
    this.#madeAt = changedAt;
    this.#lines = new Map();
    return (this.#rest = makeIndex(this.#packageFile, this.#lines));
  }
}

function* makeIndex(packageFile: string | undefined, lines: Map<string, string>): Generator<void> {
  const add = (name: string, line: string): void => {
    if (IS_NAME.test(name) && !(name in globalThis) && !lines.has(name)) lines.set(name, line);
  };
  const load = createRequire(import.meta.url);
  for (const module of NODE_MODULES) {
    for (const name of Object.keys(load(`node:${module}`) as object)) add(name, `import { ${name} } from "node:${module}";`);
    if (!module.includes("/")) add(module, `import * as ${module} from "node:${module}";`);
    yield;
  }
  for (const name of packageFile === undefined ? [] : packagesIn(packageFile)) {
    const exported = packageExports(dirname(packageFile as string), name);
    const local = localName(name);
    const isWhole = exported !== undefined && !exported.hasDefault;
    add(local, `import ${isWhole ? "* as " : ""}${local} from ${JSON.stringify(name)};`);
    for (const each of exported?.names ?? []) add(each, `import { ${each} } from ${JSON.stringify(name)};`);
    yield;
  }
}

function packagesIn(packageFile: string): string[] {
  if (!existsSync(packageFile)) return [];
  try {
    const { dependencies, devDependencies } = JSON.parse(readFileSync(packageFile, "utf8")) as { dependencies?: object; devDependencies?: object };
    return Object.keys({ ...dependencies, ...devDependencies }).filter((name) => !name.startsWith("@types/")).slice(0, MOST_PACKAGES);
  } catch (error) {
    if (error instanceof SyntaxError) return []; // while it is being written
    throw error;
  }
}

/** `lodash`, `dateFns` of `date-fns`, `arrow` of `@apache/arrow`. */
const localName = (name: string): string => name.replace(/^@[^/]+\//, "").replace(/[^\p{ID_Continue}$]+(.)?/gu, (_, next: string | undefined) => next?.toUpperCase() ?? "");

function nearestPackage(folder: string): string | undefined {
  const path = join(folder, "package.json");
  if (existsSync(path)) return path;
  return dirname(folder) === folder ? undefined : nearestPackage(dirname(folder));
}
