/** The checker on code as it is while somebody types: cut off, with parts missing and parts too many. It answers each question, and within the text. */
import { DrivenChecker } from "../../fixtures/checker-process.ts";
import { seededRandom } from "../../fixtures/seeded-random.ts";
import { SEQUENCES } from "./sequences.ts";

const CELLS = SEQUENCES.flatMap(({ cells }) => cells.map((cell) => (typeof cell === "string" ? cell : cell[0]))).filter((code) => code.length > 8);
const STRAY = [".", "(", ")", "{", "}", "\"", "`", "${", "<", "//", "/*", "\n", " ", "await ", "😀", "\ud83d", "@", "=>", "?.", "import ", "%time ", "!"];

test.each([[1], [2]])("seed %i", async (seed) => {
  const random = seededRandom(seed);
  const pick = <T>(list: readonly T[]): T => list[random(list.length)] as T;
  const broken = (): string => {
    let code = pick(CELLS);
    for (let edits = random(4); edits > 0; edits--) {
      const at = random(code.length + 1);
      code = code.slice(0, at) + (random(2) === 0 ? pick(STRAY) : "") + code.slice(at + random(6));
    }
    return code;
  };
  const checker = new DrivenChecker();
  try {
    for (let i = 0; i < 100; i++) {
      const code = broken();
      const cursor = random(code.length + 1);
      for (const { start, end, line } of (await checker.check(code)) ?? []) expect([start <= end, end <= code.length, line <= code.split("\n").length]).toEqual([true, true, true]);
      const completed = await checker.ask({ type: "complete", code, cursor });
      if (completed.type === "completed") expect([completed.start <= cursor, completed.end >= cursor, completed.end <= code.length]).toEqual([true, true, true]);
      await checker.ask({ type: "inspect", code, cursor, detail: 1 });
    }
  } finally {
    await checker.end();
  }
});
