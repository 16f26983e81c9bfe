/** The checker's program on sequences of cells: what is right stays silent, what is wrong is told at its place. */
import { DrivenChecker } from "../../fixtures/checker-process.ts";
import { SEQUENCES, type Sequence } from "./sequences.ts";

let checker: DrivenChecker;
beforeAll(() => { checker = new DrivenChecker(); });
afterAll(() => checker.end());

test.each(SEQUENCES.map((sequence) => [sequence.title, sequence] as const))("%s", async (_, sequence) => {
  checker.reset();
  expect(await toldOf(checker, sequence)).toEqual(expectedOf(sequence));
});

const expectedOf = ({ cells }: Sequence): object[] => cells.map((cell) => (typeof cell === "string" ? { code: cell, told: [] } : { code: cell[0], told: cell.slice(1) }));

async function toldOf(asked: DrivenChecker, { cells }: Sequence): Promise<object[]> {
  const told: object[] = [];
  for (const cell of cells) {
    const code = typeof cell === "string" ? cell : cell[0];
    const found = (await asked.check(code)) ?? [];
    told.push({ code, told: found.map((each) => `${each.code} ${each.line}:${each.column}${each.severity === "hint" ? "?" : ""}`) });
  }
  return told;
}
