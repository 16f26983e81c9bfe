/**
 * The program that TypeScript sees: a fixed set of files for cells beside the notebook, none of them on the disk, and the
 * folder's real ones. It owns the server and the texts.
 *
 * P1 Before anything is asked the server knows of every text that changed, one file at a time while they are few (see typescript-server.ts).
 */
import { statSync } from "node:fs";
import { basename, join } from "node:path";
import { configText, findConfig, findNodeTypes } from "./folder-config.ts";
import { cellsText, GLOBALS, type ModulePlace } from "./prelude.ts";
import { Slots } from "./slots.ts";
import { TypeScriptServer } from "./typescript-server.ts";

export interface ProgramOptions {
  /** Of the notebook. */
  readonly folder: string;
  /** The declarations of `ray-ts`, without their ending. */
  readonly rayTypes: string;
  /** The declarations of the package tslab. */
  readonly tslabTypes?: string;
  /** Types of Node where the folder has none. */
  readonly nodeTypes: string;
  /** Files of the disk that belong to the program whatever imports them. */
  readonly roots?: readonly string[];
}

export type Language = "ts" | "tsx";

const FIRST_SLOTS: Readonly<Record<Language, number>> = { ts: 1024, tsx: 0 };
const MORE_SLOTS: Readonly<Record<Language, number>> = { ts: 1024, tsx: 16 };
/** Local files that are looked at for changes; more than these are taken as they were. */
const MOST_WATCHED = 500;
const MOST_ONE_BY_ONE = 30;
const EMPTY = "export {};\n";

export class CellProgram {
  readonly #options: ProgramOptions;
  readonly #files = new Map<string, string>();
  readonly #slots: Readonly<Record<Language, Slots>> = { ts: new Slots(FIRST_SLOTS.ts), tsx: new Slots(FIRST_SLOTS.tsx) };
  readonly #changed = new Set<string>();
  /** When each file of the disk that is not a package's was changed last. */
  readonly #watched = new Map<string, number | undefined>();
  readonly #config: string;
  #server: TypeScriptServer | undefined;
  #problems: readonly string[] = [];

  constructor(options: ProgramOptions) {
    this.#options = options;
    this.#config = this.#place("tsconfig.json");
    for (const language of ["ts", "tsx"] as const) this.#layOut(language, 1);
    this.#files.set(this.#place("draft.ts"), EMPTY);
    this.#files.set(this.#place("draft.tsx"), EMPTY);
    this.#files.set(this.#place("globals.d.ts"), GLOBALS);
    this.#files.set(this.#place("cells.d.ts"), this.#cellsText());
  }

  /** The server, after every change (P1). */
  get server(): TypeScriptServer {
    const server = (this.#server ??= this.#open());
    const changed = [...this.#changed];
    this.#changed.clear();
    // many one by one take longer than the program made anew
    if (changed.length > MOST_ONE_BY_ONE) server.changed(changed);
    else for (const path of changed) server.changed([path]);
    return server;
  }

  /** What is wrong with the folder's tsconfig.json, each line once. */
  takeProblems(): readonly string[] {
    const problems = this.#problems;
    this.#problems = [];
    return problems;
  }

  /** A module for a cell. `isNeeded` says which modules names lead to, in case none is free. */
  take(language: Language, cell: string, isNeeded: () => ReadonlySet<string>): { readonly module: string; readonly path: string } {
    const slots = this.#slots[language];
    let slot = slots.take(cell);
    if (slot === undefined) {
      this.#recycle(language, isNeeded());
      slot = slots.take(cell);
    }
    if (slot === undefined) throw new Error(`No module is free for ${cell}`);
    return { module: moduleName(language, slot), path: this.#path(language, slot) };
  }

  fill(path: string, text: string): void {
    if (this.#files.get(path) === text) return;
    this.#files.set(path, text);
    this.#changed.add(path);
  }

  /** Another text for a file of the disk; gives its path as TypeScript has it. */
  override(path: string, text: string): string {
    this.fill(slashed(path), text);
    return slashed(path);
  }

  /** A module of the folder that is on no disk; undefined: no more. */
  define(name: string, language: Language, text: string | undefined): void {
    for (const ending of ["ts", "tsx"]) this.#files.delete(slashed(join(this.#options.folder, `${name}.${ending}`)));
    if (text !== undefined) this.#files.set(slashed(join(this.#options.folder, `${name}.${language}`)), text);
    // who failed to import it looks again
    this.#server?.changedAnything();
  }

  /** What is being typed, which is no cell yet. */
  draft(language: Language, text: string): string {
    const path = this.#place(`draft.${language}`);
    this.fill(path, text);
    return path;
  }

  /** The cell whose module a path is, with or without its ending. */
  cellAt(path: string): string | undefined {
    const match = /\.ray-ts-(x?)cell-(\d+)(?:\.tsx?)?$/.exec(path);
    return match === null ? undefined : this.#slots[match[1] === "x" ? "tsx" : "ts"].cellOf(Number(match[2]));
  }

  textAt(path: string): string | undefined {
    return this.#files.get(path);
  }

  /** Files of the disk that changed since they were read. */
  noticeEdits(): void {
    if (this.#server === undefined) return;
    for (const [path, before] of [...this.#watched]) {
      const now = changedAt(path);
      if (now === before) continue;
      this.#watched.set(path, now);
      if (now !== undefined && basename(path) !== "tsconfig.json") this.#changed.add(path);
      else this.#server.changedAnything();
    }
  }

  /** Nothing of the cells is left. */
  clear(): void {
    for (const language of ["ts", "tsx"] as const) this.#empty(language, this.#slots[language].keepOnly(() => false));
  }

  tidy(): void {
    this.#server?.tidy();
  }

  close(): void {
    this.#server?.close();
    this.#server = undefined;
  }

  #open(): TypeScriptServer {
    const { folder } = this.#options;
    const nodeTypes = slashed(findNodeTypes(folder) ?? this.#options.nodeTypes);
    this.#changed.clear();
    const server = new TypeScriptServer(slashed(folder), this.#config, {
      read: (path) => this.#files.get(path),
      // with Node's types of two versions every check takes three times as long, and they contradict each other
      hides: (path) => path.includes("/node_modules/@types/node/") && !path.startsWith(`${nodeTypes}/`),
      readFromDisk: (path) => this.#watch(path),
    });
    const extending = findConfig(folder);
    const inherited = extending === undefined ? {} : this.#inherited(server, slashed(extending));
    const files = ["globals.d.ts", "cells.d.ts", "draft.ts", "draft.tsx"].map((name) => this.#place(name)).concat((this.#options.roots ?? []).map(slashed));
    this.#files.set(this.#config, configText({ extending: extending && slashed(extending), inherited, nodeTypes, rayTypes: this.#options.rayTypes, tslabTypes: this.#options.tslabTypes, files }));
    server.open();
    return server;
  }

  /** What the folder's config says; reading it makes a program, so it is one without files. */
  #inherited(server: TypeScriptServer, extending: string): Readonly<Record<string, unknown>> {
    const [config, file] = [this.#place("inherited.json"), this.#place("inherited.d.ts")];
    this.#files.set(file, EMPTY);
    this.#files.set(config, JSON.stringify({ extends: extending, compilerOptions: { noLib: true, noEmit: true }, files: [file], include: [], references: [] }));
    const { options, problems } = server.readConfig(config);
    this.#problems = problems.map(({ code, text }) => `${extending}: TS${code}: ${text}`);
    return options;
  }

  #watch(path: string): void {
    const isOurs = path.startsWith(this.#options.rayTypes.replace(/index$/, ""));
    if (isOurs || this.#watched.has(path) || this.#watched.size >= MOST_WATCHED || /\/node_modules\/|\/package\.json$/.test(path)) return;
    const at = changedAt(path);
    if (at !== undefined) this.#watched.set(path, at);
  }

  #recycle(language: Language, needed: ReadonlySet<string>): void {
    const slots = this.#slots[language];
    const freed = slots.keepOnly((slot) => needed.has(moduleName(language, slot)));
    // with few of them free this would soon be done again, and a name may be long-lived
    if (freed.length >= MORE_SLOTS[language] / 2) return;
    const first = slots.count + 1;
    slots.grow(MORE_SLOTS[language]);
    this.#layOut(language, first);
    this.fill(this.#place("cells.d.ts"), this.#cellsText());
  }

  #empty(language: Language, slots: readonly number[]): void {
    for (const slot of slots) this.fill(this.#path(language, slot), EMPTY);
  }

  #layOut(language: Language, first: number): void {
    for (let slot = first; slot <= this.#slots[language].count; slot++) this.#files.set(this.#path(language, slot), EMPTY);
  }

  #cellsText(): string {
    const places = (["ts", "tsx"] as const).flatMap((language) =>
      Array.from({ length: this.#slots[language].count }, (_, index): ModulePlace => ({ module: moduleName(language, index + 1), specifier: "./" + basename(this.#path(language, index + 1)).replace(/\.tsx?$/, "") })));
    return cellsText(this.#options.rayTypes, places);
  }

  #path(language: Language, slot: number): string {
    return this.#place(`${language === "tsx" ? "x" : ""}cell-${slot}.${language}`);
  }

  #place(name: string): string {
    return slashed(join(this.#options.folder, `.ray-ts-${name}`));
  }
}

const moduleName = (language: Language, slot: number): string => `${language === "tsx" ? "x" : "c"}${slot}`;

/** TypeScript's paths have slashes everywhere. */
const slashed = (path: string): string => path.replaceAll("\\", "/");

const changedAt = (path: string): number | undefined => statSync(path, { throwIfNoEntry: false })?.mtimeMs;
