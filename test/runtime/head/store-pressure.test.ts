import { bytesToSpill, chooseSpillers, type StoreLevel, StorePressure } from "../../../runtime/head/store-pressure.ts";
import { newProcessName, type ProcessName } from "../../../runtime/ids.ts";

const [driver, worker] = [newProcessName("driver"), newProcessName("worker")];
const level = (usedBytes: number, missedBytes = 0): StoreLevel => ({ usedBytes, missedBytes, limitBytes: 1000 });

describe("a store that fills up (row 53)", () => {
  let done: string[];
  let pressure: StorePressure;
  const told = (): string[] => done.splice(0);
  const look = (at: number, now: StoreLevel): void => pressure.look(now, () => [driver, worker], at);
  const nameOf = (process: ProcessName): string => (process === driver ? "driver" : "worker");
  beforeEach(() => {
    done = [];
    pressure = new StorePressure({ collect: (to, round) => void done.push(`collect ${nameOf(to)} ${round}`), spill: (to, bytes) => void done.push(`spill ${nameOf(to)} ${bytes}`) });
  });

  test("asks for nothing while a fifth is free", () => {
    look(0, level(800));
    expect(told()).toEqual([]);
  });

  test("asks everybody to collect before anybody spills, and that only when it was not enough", () => {
    look(0, level(810));
    expect(told()).toEqual(["collect driver 1", "collect worker 1"]);
    pressure.collected(driver, 1, { spillableBytes: 500, oldestAt: 7 });
    look(10, level(810));
    expect(told()).toEqual([]);
    pressure.collected(worker, 1, { spillableBytes: 500, oldestAt: 3 });
    look(20, level(810));
    expect(told()).toEqual(["spill worker 110"]);
  });

  test("is content with what was collected", () => {
    look(0, level(900));
    for (const process of [driver, worker]) pressure.collected(process, 1, { spillableBytes: 500, oldestAt: 7 });
    told();
    look(20, level(400));
    look(30, level(400));
    expect(told()).toEqual([]);
  });

  test("does not wait for a process that is busy, or dead, nor take an answer to an earlier question", () => {
    look(0, level(900));
    pressure.collected(driver, 1, { spillableBytes: 500, oldestAt: 7 });
    told();
    look(290, level(900));
    expect(told()).toEqual([]);
    look(300, level(900));
    expect(told()).toEqual(["spill driver 200"]);
    look(1000, level(900));
    expect(told()).toEqual(["collect driver 2", "collect worker 2"]);
    pressure.collected(driver, 1, { spillableBytes: 500, oldestAt: 7 });
    pressure.forget(worker);
    look(1010, level(900));
    expect(told()).toEqual([]);
    pressure.collected(driver, 2, { spillableBytes: 100, oldestAt: 7 });
    look(1020, level(900));
    expect(told()).toEqual(["spill driver 100"]);
  });

  test("makes room for what did not fit, though most of the store is free", () => {
    look(0, level(700, 400));
    expect(told()).toHaveLength(2);
    pressure.collected(driver, 1, { spillableBytes: 1000, oldestAt: 7 });
    pressure.collected(worker, 1, { spillableBytes: 0, oldestAt: Infinity });
    look(1, level(700, 400));
    expect(told()).toEqual(["spill driver 400"]);
  });

  test("makes more room when what would fit did not, as it is in too many hands, down to a half", () => {
    expect([bytesToSpill(level(700, 20)), bytesToSpill(level(540, 20)), bytesToSpill(level(500, 20))]).toEqual([100, 40, 0]);
    look(0, level(500, 20));
    expect(told()).toEqual([]);
    look(0, level(600, 20));
    expect(told()).toHaveLength(2);
  });

  test("asks less often while it brings nothing", () => {
    const rounds: number[] = [];
    for (let at = 0; at < 60_000; at += 100) {
      look(at, level(900));
      for (const text of told()) {
        const round = Number(/collect driver (\d+)/.exec(text)?.[1] ?? 0);
        if (round === 0) continue;
        rounds.push(at);
        for (const process of [driver, worker]) pressure.collected(process, round, { spillableBytes: 0, oldestAt: Infinity });
      }
    }
    expect(rounds).toEqual([0, 2000, 6000, 14_000, 30_000, 46_000]);
  });
});

test("what was used longest ago goes first, from as many processes as it takes", () => {
  const answers = new Map([[driver, { spillableBytes: 300, oldestAt: 9 }], [worker, { spillableBytes: 100, oldestAt: 2 }]]);
  expect(chooseSpillers(answers, 250)).toEqual([{ process: worker, bytes: 100 }, { process: driver, bytes: 150 }]);
  expect(chooseSpillers(answers, 0)).toEqual([]);
});

test("never more is asked for than there is", () => {
  expect(bytesToSpill(level(100, 5000))).toBe(100);
  expect(bytesToSpill(level(100))).toBe(0);
});
