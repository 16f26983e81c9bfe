import { StoreGrants, type StoreReport } from "../../../runtime/head/store-grants.ts";
import { newProcessName, type ProcessName } from "../../../runtime/ids.ts";
import { seededRandom } from "../../fixtures/seeded-random.ts";

const MIB = 2 ** 20;
const TOTAL = 512 * MIB;
const [driver, a, b] = [newProcessName("driver"), newProcessName("worker"), newProcessName("worker")];

const report = (grantBytes: number, more: Partial<StoreReport> = {}): StoreReport => ({ usedBytes: 0, heldBytes: more.usedBytes ?? 0, spilledBytes: 0, missedBytes: 0, storedBytes: more.usedBytes ?? 0, grantBytes, ...more });

describe("grants of shared memory (row 53)", () => {
  let sent: Map<ProcessName, number>;
  let free = 10 * TOTAL;
  let grants: StoreGrants;
  beforeEach(() => {
    sent = new Map();
    free = 10 * TOTAL;
    grants = new StoreGrants({ totalBytes: TOTAL, freeBytes: () => free, grant: (to, bytes) => void sent.set(to, bytes) });
  });
  afterEach(() => grants.assertInvariants());

  test("a driver begins with most of the store, workers that never stored anything with a little each", () => {
    const first = grants.joined(a, false, 0);
    expect([first, grants.joined(b, false, 0)]).toEqual([32 * MIB, 32 * MIB]);
    expect(grants.joined(driver, true, 0)).toBe(TOTAL - 64 * MIB);
  });

  test("a worker that stores gets its share when the others have given it up", () => {
    const begun = new Map([[a, grants.joined(a, false, 0)], [driver, grants.joined(driver, true, 0)]]);
    grants.reported(driver, report(begun.get(driver)!), 0);
    grants.reported(a, report(begun.get(a)!, { usedBytes: 30 * MIB }), 1);
    const smaller = sent.get(driver)!;
    expect(smaller).toBe((TOTAL - 30 * MIB) / 4); // it stored nothing lately
    expect(sent.has(a)).toBe(false); // the driver has not said that it knows
    grants.reported(driver, report(smaller), 2);
    expect(sent.get(a)).toBe(30 * MIB + ((TOTAL - 30 * MIB) * 3) / 4);
  });

  test("what did not fit comes first", () => {
    const [forA, forDriver] = [grants.joined(a, false, 0), grants.joined(driver, true, 0)];
    grants.reported(driver, report(forDriver, { usedBytes: 100 * MIB }), 0);
    grants.reported(a, report(forA, { missedBytes: 200 * MIB, storedBytes: 100 * MIB }), 0);
    const smaller = sent.get(driver)!;
    expect(smaller).toBe(100 * MIB + ((412 - 200) / 2) * MIB);
    grants.reported(driver, report(smaller, { usedBytes: 100 * MIB }), 2);
    expect(sent.get(a)).toBe(TOTAL - smaller);
    expect(grants.missedBytes).toBe(200 * MIB);
    grants.reported(a, report(sent.get(a)!, { usedBytes: 0 }), 3);
    expect(grants.missedBytes).toBe(0);
  });

  test("what is larger than half of the store asks for nothing: it is for the disk", () => {
    const begun = grants.joined(driver, true, 0);
    grants.reported(driver, report(begun, { missedBytes: 400 * MIB }), 0);
    expect(grants.missedBytes).toBe(0);
  });

  test("a store whose memory others took is as large as what is left", () => {
    free = 100 * MIB;
    expect(grants.joined(driver, true, 0)).toBe(100 * MIB);
    grants.reported(driver, report(100 * MIB, { usedBytes: 50 * MIB }), 0);
    free = 30 * MIB;
    expect(grants.limitBytes).toBe(80 * MIB);
  });

  test("a process that died leaves its part to the others", () => {
    const [forA, forDriver] = [grants.joined(a, false, 0), grants.joined(driver, true, 0)];
    grants.reported(a, report(forA, { usedBytes: 30 * MIB }), 0);
    grants.reported(driver, report(forDriver, { usedBytes: 10 * MIB }), 0);
    grants.reported(driver, report(sent.get(driver)!, { usedBytes: 10 * MIB }), 1);
    grants.forget(a, 2);
    expect([grants.usedBytes, sent.get(driver)]).toEqual([10 * MIB, TOTAL]);
  });

  test("what was stored long ago counts less and less", () => {
    const [forA, forDriver] = [grants.joined(a, false, 0), grants.joined(driver, true, 0)];
    grants.reported(a, report(forA, { usedBytes: 20 * MIB, storedBytes: 80 * MIB }), 0);
    grants.reported(driver, report(forDriver, { usedBytes: 20 * MIB }), 4000);
    const targets = grants.targets(4000);
    expect(targets.get(a)).toBe(targets.get(driver));
  });

  test("a worker that stored nothing new for a while makes room for who does", () => {
    const [forA, forDriver] = [grants.joined(a, false, 0), grants.joined(driver, true, 0)];
    grants.reported(driver, report(forDriver), 0);
    grants.reported(a, report(forA, { usedBytes: 20 * MIB }), 0);
    expect(grants.targets(1).get(a)).toBeGreaterThan(200 * MIB);
    expect(grants.targets(60_000).get(a)).toBe(52 * MIB);
  });
});

test.each([1, 2, 3, 4])("the grants of processes that come, store, free and die never exceed the store, whenever messages arrive (seed %i)", (seed) => {
  const below = seededRandom(seed);
  interface Process { grant: number; used: number; held: number; missed: number; readonly inbox: number[]; readonly outbox: StoreReport[] }
  const processes = new Map<ProcessName, Process>();
  const grants = new StoreGrants({ totalBytes: TOTAL, freeBytes: () => 10 * TOTAL, grant: (to, bytes) => void processes.get(to)!.inbox.push(bytes) });
  const say = (process: Process): void => {
    process.outbox.push(report(process.grant, { usedBytes: process.used, heldBytes: process.held, missedBytes: process.missed }));
    process.missed = 0;
  };
  let stored = 0;
  for (let at = 0; at < 20_000; at++) {
    const [name, process] = [...processes][below(Math.max(1, processes.size))] ?? [];
    const roll = below(100);
    if (name === undefined || process === undefined || (roll < 2 && processes.size < 12)) {
      const made = newProcessName(processes.size === 0 ? "driver" : "worker");
      const begun: Process = { grant: 0, used: 0, held: 0, missed: 0, inbox: [], outbox: [] };
      processes.set(made, begun);
      begun.grant = grants.joined(made, processes.size === 1, at);
      say(begun);
    } else if (roll < 3) {
      processes.delete(name);
      grants.forget(name, at);
    } else if (roll < 35) {
      const bytes = below(64) * MIB;
      if (Math.max(process.held, process.used + bytes) <= process.grant) {
        process.used += bytes;
        process.held = Math.max(process.held, process.used);
        stored++;
      } else process.missed = Math.max(process.missed, bytes);
    } else if (roll < 55) process.used = Math.max(0, process.used - below(64) * MIB);
    else if (roll < 70) {
      const bytes = process.inbox.shift();
      if (bytes === undefined) continue;
      process.grant = bytes;
      if (process.held > bytes) process.held = Math.max(bytes, process.used);
      say(process);
    } else if (roll < 80) say(process);
    else {
      const said = process.outbox.shift();
      if (said) grants.reported(name, said, at);
    }
    grants.assertInvariants();
    const held = [...processes.values()].reduce((sum, each) => sum + each.held, 0);
    if (held > TOTAL) throw new Error(`processes hold ${held} bytes at step ${at}`);
  }
  expect(stored).toBeGreaterThan(1000);
});
