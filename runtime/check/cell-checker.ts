/**
 * The types of a session's cells: what each declares, whether it is right. It knows no process and no protocol.
 *
 * C1 A cell's names are those of the newest cell that declared them and ran; a cell that did not run declared nothing.
 */
import { cellModule, moduleText, type CellModule } from "./cell-module.ts";
import { CellProgram, type ProgramOptions } from "./cell-program.ts";
import { diagnose } from "./diagnose.ts";
import { withDirectives } from "./directives.ts";
import type { ImportIndex } from "./import-index.ts";
import { NameTable } from "./name-table.ts";
import { RAY_CLASSES, RAY_TYPES, RAY_VALUES } from "./prelude.ts";
import { refMisuses } from "./ref-misuse.ts";
import { definedModule } from "../compile/defined-module.ts";
import { nearestName } from "../nearest-name.ts";
import type { TypeDiagnostic } from "./type-diagnostic.ts";

export interface CheckRequest {
  /** `In[3]`. */
  readonly name: string;
  readonly code: string;
  /** False: only its names are taken. */
  readonly reports: boolean;
  /** The cell runs only when it is right. */
  readonly onlyRunsRight: boolean;
}

export class CellChecker {
  readonly names = new NameTable();
  readonly program: CellProgram;
  readonly #imports: ImportIndex;
  readonly #modules = new Map<string, CellModule>();
  readonly #defined = new Set<string>();

  constructor(options: ProgramOptions, imports: ImportIndex) {
    this.program = new CellProgram(options);
    this.#imports = imports;
    provideRay(this.names);
  }

  /** A cell that is no TypeScript gives its syntax error, and has declared nothing. */
  check({ name, code, reports, onlyRunsRight }: CheckRequest): readonly TypeDiagnostic[] | SyntaxError {
    const defined = definedModule(code);
    if (defined !== undefined) return this.#define(defined, { name, code, reports });
    const module = moduleOf(code, name);
    if (module instanceof SyntaxError) return module;
    const bound = this.names.bind(module.mentions, module.declares);
    const place = this.program.take(module.language, name, () => this.names.reachable());
    const narrowed = this.names.narrowed(module.narrows, module.declares);
    const gives = new Map([...narrowed, ...module.declares]);
    this.program.fill(place.path, moduleText(module.text, bound, gives.keys(), new Set(narrowed.keys())));
    this.#modules.set(place.path, module);
    const found = reports ? this.#diagnose(place.path, module) : [];
    if (!onlyRunsRight || !found.some(({ severity }) => severity === "error")) this.names.commit(place.module, name, gives, bound); // C1
    return found;
  }

  /** A cell that is a module: it sees no cell's names, and declares none. */
  #define(defined: string, { name, code, reports }: Pick<CheckRequest, "name" | "code" | "reports">): readonly TypeDiagnostic[] | SyntaxError {
    const module = moduleOf(code, name, { isFile: true });
    if (module instanceof SyntaxError) return module;
    const text = moduleText(module.text, [], []);
    this.#defined.add(defined);
    this.program.define(defined, module.language, text);
    return reports ? this.#diagnose(this.program.draft(module.language, text), module) : [];
  }

  /** One of the program's roots, whose text may be another than on the disk. */
  checkFile(path: string, name: string, text: string): readonly TypeDiagnostic[] | SyntaxError {
    const module = moduleOf(text, name, { isFile: true });
    if (module instanceof SyntaxError) return module;
    const place = this.program.override(path, moduleText(module.text, this.names.bind(module.mentions, module.declares), []));
    this.#modules.set(place, module);
    return this.#diagnose(place, module, { tellsMissingModules: true });
  }

  /** Names that the session has and no cell's text shows. */
  learn(names: Iterable<readonly [name: string, kind: string]>): void {
    for (const [name, kind] of names) this.names.learn(name, kind);
  }

  /** A new session: no cell has run. */
  reset(): void {
    this.names.clear();
    this.#modules.clear();
    for (const name of this.#defined) this.program.define(name, "ts", undefined);
    this.#defined.clear();
    this.program.clear();
  }

  /** The cell at a path, and its module. */
  moduleAt(path: string): { readonly name: string; readonly module: CellModule } | undefined {
    const known = this.program.cellAt(path);
    const module = known === undefined ? undefined : (this.#modules.get(path) ?? this.#modules.get(path + ".ts") ?? this.#modules.get(path + ".tsx"));
    return known === undefined || module === undefined ? undefined : { name: known, module };
  }

  #diagnose(path: string, module: CellModule, { tellsMissingModules = false } = {}): TypeDiagnostic[] {
    this.program.noticeEdits();
    const { server } = this.program;
    const found = diagnose(module, server.diagnostics(path), {
      cellOf: (other) => {
        const at = this.moduleAt(other);
        return at && { name: at.name, source: at.module.source, shift: at.module.shift };
      },
      declaredBy: (name) => {
        const entry = this.names.get(name);
        return entry && { cell: entry.cell, kind: entry.value };
      },
      // the session runs on the same Node
      isGlobal: (name) => name in globalThis,
      similarTo: (name) => (name.length < 3 ? undefined : nearestName(name, this.names.known())),
      importFor: (name) => this.#imports.lineFor(name),
      tellsMissingModules,
    });
    return withDirectives(module.source, found, refMisuses(path, module, server));
  }
}

function moduleOf(code: string, name: string, options?: { readonly isFile?: boolean }): CellModule | SyntaxError {
  try {
    return cellModule(code, name, options);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return error;
  }
}

function provideRay(names: NameTable): void {
  for (const name of RAY_VALUES) names.provide(name, "ray", name, { value: "const", type: undefined });
  for (const name of RAY_CLASSES) names.provide(name, "ray", name, { value: "class", type: "class" });
  for (const name of RAY_TYPES) names.provide(name, "ray", name, { value: undefined, type: "type" });
}
