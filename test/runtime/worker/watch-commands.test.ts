import { WATCH_OP, watchCommand, WatchReader, type WatchRecord, watchText } from "../../../runtime/worker/watch-commands.ts";
import { seededRandom } from "../../fixtures/seeded-random.ts";

test("wherever the pipe cuts them, records with and without text are the same (300 seeded cuttings)", () => {
  const whole = Buffer.concat([watchCommand("halt", 7), watchText("stack", '{"stack":"    at 平方 (In[3]:1:2)"}'), watchText("inspect", ""), watchCommand("busy", 0), watchText("inspect", "x".repeat(3000)), watchCommand("interrupt", 5)]);
  const random = seededRandom(11);
  for (let i = 0; i < 300; i++) {
    const reader = new WatchReader();
    const records: WatchRecord[] = [];
    for (let at = 0; at < whole.length; ) {
      const to = at + 1 + random(i % 2 === 0 ? 12 : 900);
      records.push(...reader.push(whole.subarray(at, to)));
      at = to;
    }
    expect(records.map(({ op, argument, text }) => [op, op === WATCH_OP.stack || op === WATCH_OP.inspect ? text.length : argument])).toEqual([[WATCH_OP.halt, 7], [WATCH_OP.stack, 33], [WATCH_OP.inspect, 0], [WATCH_OP.busy, 0], [WATCH_OP.inspect, 3000], [WATCH_OP.interrupt, 5]]);
  }
});
