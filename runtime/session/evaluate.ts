/**
 * Runs compiled cells on the session's scope object. The synchronous part of a cell runs where SIGINT unwinds it; the rest is
 * left to guards and to the race in `interrupts.ts`.
 */
import { constants, Script } from "node:vm";
import type { CellRuntime, CompiledCell } from "../compile/compiled-cell.ts";
import type { Importer } from "../modules/importer.ts";
import type { CodeRegistry } from "../ship/code-registry.ts";
import type { ModuleBook } from "../ship/module-book.ts";
import type { Interrupts } from "./interrupts.ts";
import type { CellScope } from "./scope.ts";

export interface EvaluatorParts {
  readonly scope: CellScope;
  readonly importer: Importer;
  readonly interrupts: Interrupts;
  readonly registry: Pick<CodeRegistry, "def" | "reviving" | "addCell">;
  readonly modules: Pick<ModuleBook, "instrument">;
}

/** A debugger is stopped before a script that says it has a map, and sets its breakpoints then. It asks us for the map. */
const HAS_MAP = "\n//# sourceMappingURL=ray-ts";

type CellFunction = (scope: Record<string, unknown>, runtime: CellRuntime) => unknown;

export class Evaluator {
  readonly #parts: EvaluatorParts;

  constructor(parts: EvaluatorParts) {
    this.#parts = parts;
  }

  /** Runs a cell, then `present` on the value of its last expression. Rejects with what either threw. */
  async run<T>(cell: CompiledCell, present: (value: unknown) => T | Promise<T>, magic?: CellRuntime["magic"]): Promise<T> {
    const { scope, interrupts, registry } = this.#parts;
    registry.addCell(cell);
    const body = new Script(cell.code + HAS_MAP, { filename: cell.scriptName, importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER })
      .runInThisContext({ displayErrors: false }) as CellFunction;
    scope.declare(cell, cell.name);
    const last: { value: unknown } = { value: undefined };
    const start = (): unknown => body(scope.names, this.runtime((value) => { last.value = value; }, magic));
    if (!cell.isAsync) {
      return interrupts.breakable(() => {
        start();
        return present(last.value);
      });
    }
    await interrupts.breakable(start);
    return interrupts.breakable(() => present(last.value));
  }

  /** `__rt` of code that runs here. */
  runtime(result: (value: unknown) => void, magic: CellRuntime["magic"] = noMagic): CellRuntime {
    const { scope, importer, interrupts, registry, modules } = this.#parts;
    return modules.instrument({
      def: registry.def,
      import: importer.import,
      bind: scope.bind,
      assignToConstant: scope.assignToConstant,
      guard: interrupts.guard,
      interrupted: () => interrupts.interrupted(),
      resumed: interrupts.resumed,
      reviving: registry.reviving,
      result,
      magic,
      meta: importer.meta,
      require: importer.require,
    });
  }
}

function noMagic(): never {
  throw new Error("Code without magics called one");
}
