/**
 * A program in one piece, run by V8 alone, and the same program cut into cells at random places must log the same. RAY_TS_FUZZ
 * multiplies how many are tried, RAY_TS_FUZZ_SEED is the first seed.
 */
import vm from "node:vm";
import { inspect } from "node:util";
import { CellHost } from "./cell-host.ts";
import { cutIntoCells, ProgramWriter } from "./split-programs.ts";

const rounds = 150 * Number(process.env["RAY_TS_FUZZ"] ?? 1);
const firstSeed = Number(process.env["RAY_TS_FUZZ_SEED"] ?? 1);

type Log = (...values: unknown[]) => void;

async function logOf(run: (log: Log) => Promise<unknown>): Promise<string[]> {
  const lines: string[] = [];
  try {
    await run((...values) => lines.push(inspect(values, { breakLength: Infinity })));
  } catch (thrown) {
    lines.push(`threw ${String(thrown)}`);
  }
  return lines;
}

const whole = (statements: readonly string[]): Promise<string[]> => {
  const body = vm.runInThisContext(`(async (log) => { "use strict";\n${statements.join("\n")}\n})`) as (log: Log) => Promise<void>;
  return logOf(body);
};

const inCells = (cells: readonly string[]): Promise<string[]> => logOf(async (log) => {
  const host = new CellHost();
  Object.defineProperty(host.scope, "log", { value: log });
  for (const cell of cells) await host.run(cell);
});

test(`${rounds} programs do in cells what they do whole, from seed ${firstSeed}`, async () => {
  for (let seed = firstSeed; seed < firstSeed + rounds; seed++) {
    const statements = new ProgramWriter(seed).program(12);
    const expected = await whole(statements);
    for (const cells of [[statements.join("\n")], cutIntoCells(statements, seed), statements]) {
      expect({ seed, cells, log: await inCells(cells) }).toEqual({ seed, cells, log: expected });
    }
  }
});
