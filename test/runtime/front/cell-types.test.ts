import type { TypeDiagnostic } from "../../../runtime/check/type-diagnostic.ts";
import { CellTypes, TYPES_AFTER_END_MS } from "../../../runtime/front/cell-types.ts";
import { ManualClock } from "../../fixtures/manual-clock.ts";

const wrong = (code: string, message = "wrong"): TypeDiagnostic => ({ code, severity: "error", message, start: 0, end: 1, line: 1, column: 1, endLine: 1, endColumn: 2, related: [] });

function cell(): { clock: ManualClock; shown: string[][]; types: CellTypes; arrive: (found?: readonly TypeDiagnostic[]) => Promise<void> } {
  const clock = new ManualClock();
  const shown: string[][] = [];
  let arrive: (found: readonly TypeDiagnostic[] | undefined) => void = () => undefined;
  const types = new CellTypes(new Promise((resolve) => { arrive = resolve; }), clock, (found) => shown.push(found.map(({ code }) => code)));
  return { clock, shown, types, arrive: async (found) => { arrive(found); await Promise.resolve(); await Promise.resolve(); } };
}

test("what is known before the cell's end is shown with it", async () => {
  const { shown, types, arrive } = cell();
  await arrive([wrong("TS1")]);
  expect(shown).toEqual([]);
  await types.ended(undefined, TYPES_AFTER_END_MS);
  expect(shown).toEqual([["TS1"]]);
});

test("the end waits for it, for a while", async () => {
  const { clock, shown, types, arrive } = cell();
  const ended = types.ended(undefined, TYPES_AFTER_END_MS);
  clock.advance(TYPES_AFTER_END_MS - 1);
  await arrive([wrong("TS1")]);
  await ended;
  expect(shown).toEqual([["TS1"]]);
});

test("what comes too late is shown when it comes", async () => {
  const { clock, shown, types, arrive } = cell();
  const ended = types.ended(undefined, TYPES_AFTER_END_MS);
  clock.advance(TYPES_AFTER_END_MS);
  await ended;
  expect(shown).toEqual([]);
  await arrive([wrong("TS1")]);
  expect(shown).toEqual([["TS1"]]);
});

test("a cell that goes on for long is told early, and once", async () => {
  const { clock, shown, types, arrive } = cell();
  await arrive([wrong("TS1")]);
  clock.advance(1000);
  expect(shown).toEqual([["TS1"]]);
  await types.ended(undefined, TYPES_AFTER_END_MS);
  expect(shown).toEqual([["TS1"]]);
});

test("what the cell's own error says is not said again", async () => {
  const { shown, types, arrive } = cell();
  await arrive([wrong("TS2304", "Cannot find name 'x'."), wrong("TS2304", "Cannot find name 'y'.")]);
  await types.ended({ ename: "ReferenceError", evalue: "x is not defined", traceback: [] }, 0);
  expect(shown).toEqual([["TS2304"]]);
});

test("nobody to ask is nothing wrong", async () => {
  const { shown, types, arrive } = cell();
  await arrive(undefined);
  await types.ended(undefined, TYPES_AFTER_END_MS);
  expect(shown).toEqual([]);
});
