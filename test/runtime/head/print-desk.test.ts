/** Row 104, worker log streaming: what is passed on of it, once and no more than a reader takes. */
import { PrintDesk, type PrintedBy } from "../../../runtime/head/print-desk.ts";
import { seededRandom } from "../../fixtures/seeded-random.ts";

const print = (worker: string, text: string, origin = "In[1]", job = "j"): PrintedBy => ({ worker, pid: Number(worker.slice(1)), stream: "stdout", text, label: { name: "f", job, origin } });
const texts = (rows: readonly { readonly type: string; readonly text?: string }[]): (string | undefined)[] => rows.map(({ type, text }) => (type === "log" ? text : type));

describe("row 104: repeated lines are deduplicated across workers", () => {
  test("a line of a second worker is held, and told as a repetition when its window is over", () => {
    const desk = new PrintDesk();
    expect(texts(desk.add(print("w1", "hello"), 0))).toEqual(["hello"]);
    for (let i = 2; i <= 13; i++) expect(desk.add(print(`w${i}`, "hello"), i)).toEqual([]);
    expect(desk.due(4999)).toEqual([]);
    expect(texts(desk.due(5000))).toEqual(["hello [repeated 12x across cluster] (RAY_TS_DEDUP_LOGS=0 shows each of them)"]);
    // it goes on: gathered again, explained no more
    for (const worker of ["w1", "w2"]) expect(desk.add(print(worker, "hello"), 6000)).toEqual([]);
    expect(texts(desk.due(11_000))).toEqual(["hello [repeated 2x across cluster]"]);
    expect(desk.due(20_000)).toEqual([]);
    expect(texts(desk.add(print("w9", "hello"), 20_000))).toEqual(["hello"]);
  });

  test("one repetition is shown as it is; of one worker all are; lines that differ in a number are different", () => {
    const desk = new PrintDesk();
    expect(texts(desk.add(print("w1", "a\na\na"), 0))).toEqual(["a", "a", "a"]);
    expect(desk.add(print("w2", "a"), 1)).toEqual([]);
    expect(texts(desk.due(6000))).toEqual(["a"]);
    expect(texts(desk.add(print("w1", "i = 1"), 7000).concat(desk.add(print("w2", "i = 2"), 7000)))).toEqual(["i = 1", "i = 2"]);
    expect(texts([...desk.add(print("w1", ""), 8000), ...desk.add(print("w2", ""), 8000)])).toEqual(["", ""]);
  });

  test("what is held is shown when the cell ends, without waiting", () => {
    const desk = new PrintDesk();
    desk.add(print("w1", "x"), 0);
    desk.add(print("w2", "x\nx"), 0);
    expect(texts(desk.flush())).toEqual([expect.stringContaining("x [repeated 2x across cluster]")]);
    expect(desk.flush()).toEqual([]);
  });

  test("cells, streams and drivers are apart", () => {
    const desk = new PrintDesk();
    expect([print("w1", "x"), print("w2", "x", "In[2]"), print("w3", "x", "In[1]", "k"), { ...print("w4", "x"), stream: "stderr" as const }].map((each) => desk.add(each, 0).length)).toEqual([1, 1, 1, 1]);
  });

  test("a driver may want each line, or none", () => {
    const desk = new PrintDesk();
    desk.choose("j", { isOn: true, dedup: false });
    desk.choose("k", { isOn: false, dedup: true });
    expect(["w1", "w2", "w3"].flatMap((worker) => texts(desk.add(print(worker, "x"), 0)))).toEqual(["x", "x", "x"]);
    expect(desk.add(print("w1", "x", "In[1]", "k"), 0)).toEqual([]);
  });
});

describe("row 104: never more than a reader takes", () => {
  test("beyond the burst lines are counted, and later there is room again", () => {
    const desk = new PrintDesk({ burst: { lines: 10, characters: 1000 }, refill: { lines: 5, characters: 1000 } });
    const flood = (from: number, count: number): string => Array.from({ length: count }, (_, i) => `line ${from + i}`).join("\n");
    expect(desk.add(print("w1", flood(0, 1000)), 0)).toHaveLength(10);
    expect(desk.add(print("w1", flood(1000, 1000)), 0)).toHaveLength(0);
    expect(desk.due(1)).toMatchObject([{ type: "left-out", job: "j", origin: "In[1]", lines: 1990, workers: ["w1"] }]);
    expect(desk.due(2)).toEqual([]);
    expect(desk.add(print("w1", flood(2000, 8)), 1000)).toHaveLength(5);
    expect(desk.due(1001)).toMatchObject([{ lines: 3 }]);
  });

  test("every line is shown, held as a repetition or counted as left out (20 seeded floods)", () => {
    for (let seed = 1; seed <= 20; seed++) {
      const random = seededRandom(seed);
      const desk = new PrintDesk({ burst: { lines: 50, characters: 600 }, refill: { lines: 20, characters: 400 } });
      let printed = 0;
      let accounted = 0;
      const count = (rows: ReturnType<PrintDesk["flush"]>): void => {
        for (const row of rows) accounted += row.type === "left-out" ? row.lines : Number(/\[repeated (\d+)x/.exec(row.text)?.[1] ?? 1);
      };
      for (let at = 0, step = 0; step < 500; step++, at += random(800)) {
        const lines = Array.from({ length: 1 + random(30) }, () => "l".repeat(random(12)) + random(3));
        printed += lines.length;
        count(desk.add(print(`w${random(4)}`, lines.join("\n"), `In[${random(3)}]`), at));
        if (random(3) === 0) count(desk.due(at));
        if (random(20) === 0) count(desk.flush());
      }
      count(desk.flush());
      expect(accounted).toBe(printed);
    }
  });
});
