import { chooseVictim, MUCH_BYTES, type Candidate } from "../../../../runtime/head/memory/choose-victim.ts";
import type { ProcessName } from "../../../../runtime/ids.ts";
import { seededRandom } from "../../../fixtures/seeded-random.ts";

const GIB = 2 ** 30;
let names = 0;
const candidate = (given: Partial<Candidate>): Candidate => ({ worker: `w${names++}` as ProcessName, pid: 1, work: "task", label: "task f", isRetriable: true, since: 0, bytes: GIB, ...given });

test("the newest task that can be tried again goes first, however much the others hold (row 86)", () => {
  const old = candidate({ since: 1, bytes: 8 * GIB });
  const newest = candidate({ since: 3, bytes: GIB });
  const precious = candidate({ since: 4, isRetriable: false });
  expect(chooseVictim([old, newest, precious])).toBe(newest);
});

test("an actor with restarts left counts like a task with retries", () => {
  const task = candidate({ since: 1 });
  const actor = candidate({ since: 2, work: "actor" });
  expect(chooseVictim([actor, task])).toBe(actor);
  expect(chooseVictim([candidate({ since: 2, work: "actor", isRetriable: false }), task])).toBe(task);
});

test("when nothing can be tried again it is the newest of the rest", () => {
  const older = candidate({ since: 1, isRetriable: false });
  const newer = candidate({ since: 2, isRetriable: false, work: "actor" });
  expect(chooseVictim([older, newer])).toBe(newer);
});

test("an idle worker goes before any work if it holds much, and never for little", () => {
  const idle = candidate({ work: "nothing", bytes: MUCH_BYTES });
  const small = candidate({ work: "nothing", bytes: MUCH_BYTES - 1 });
  const unknown = candidate({ work: "nothing", bytes: undefined });
  expect(chooseVictim([candidate({}), idle])).toBe(idle);
  expect(chooseVictim([small, unknown])).toBeUndefined();
  expect(chooseVictim([])).toBeUndefined();
});

test("the choice does not depend on the order, and nobody better is left out (500 seeded clusters)", () => {
  const random = seededRandom(86);
  for (let round = 0; round < 500; round++) {
    const workers = Array.from({ length: 1 + random(12) }, () => candidate({
      work: (["nothing", "task", "actor"] as const)[random(3)] as Candidate["work"],
      isRetriable: random(2) === 0,
      since: random(4),
      bytes: [undefined, random(GIB)][random(2)],
    }));
    const chosen = chooseVictim(workers);
    const shuffled = workers.map((worker) => ({ worker, key: random(1000) })).sort((a, b) => a.key - b.key).map(({ worker }) => worker);
    expect(chooseVictim(shuffled)).toBe(chosen);
    const idle = workers.filter(({ work, bytes }) => work === "nothing" && (bytes ?? 0) >= MUCH_BYTES);
    const working = workers.filter(({ work }) => work !== "nothing");
    if (idle.length > 0) expect(idle).toContain(chosen);
    else if (working.length === 0) expect(chosen).toBeUndefined();
    else {
      const retriable = working.filter(({ isRetriable }) => isRetriable);
      const among = retriable.length > 0 ? retriable : working;
      expect(among).toContain(chosen);
      expect(chosen?.since).toBe(Math.max(...among.map(({ since }) => since)));
    }
  }
});
