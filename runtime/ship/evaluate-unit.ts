/** Units to functions: the text around a unit is compiled once a process, and evaluated for each function that is rebuilt. */
import { constants, Script } from "node:vm";
import type { CellRuntime, SourceMap } from "../compile/compiled-cell.ts";
import { unitFactory } from "../compile/unit-factory.ts";
import type { ShippedUnit } from "./code-registry.ts";
import { foreignFactory } from "./foreign/foreign-factory.ts";

export type Factory = (scope: object, runtime: CellRuntime, captured: object) => [value: Function, setLocals: (captured: object) => void];

/** What this process's stack mapper learns of a unit. */
export interface StackSink {
  register(scriptName: string, script: { readonly cell: string; readonly map: SourceMap }): void;
}

export class Factories {
  private readonly stacks: StackSink | undefined;
  private readonly known = new Map<string, Factory>();

  constructor(stacks: StackSink | undefined) {
    this.stacks = stacks;
  }

  of(unit: ShippedUnit): Factory {
    const known = this.known.get(unit.id);
    if (known !== undefined) return known;
    const factory = unit.script === undefined ? this.ofUnit(unit) : this.ofScript(unit, unit.script);
    this.known.set(unit.id, factory);
    return factory;
  }

  private ofUnit(unit: ShippedUnit): Factory {
    const { code, lineOffset } = unitFactory(unit, unit);
    if (unit.map !== undefined) this.stacks?.register(unit.id, { cell: unit.cell, map: unit.map });
    return evaluate(code, unit.id, lineOffset);
  }

  /** Compiled under the name and at the place of the original, so that stacks name that. */
  private ofScript(unit: ShippedUnit, script: NonNullable<ShippedUnit["script"]>): Factory {
    const { code, lineOffset } = foreignFactory(unit, script);
    if (script.cell !== undefined) this.stacks?.register(script.name, { cell: script.cell.name, map: script.cell.map });
    return evaluate(code, script.name, lineOffset);
  }
}

function evaluate(code: string, filename: string, lineOffset: number): Factory {
  const script = new Script(code, { filename, lineOffset, importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER });
  return script.runInThisContext() as Factory;
}
