import { AnswerReader, stackAnswer, WATCH_OP, watchCommand, type WatchAnswer } from "../../../runtime/worker/watch-commands.ts";
import { seededRandom } from "../../fixtures/seeded-random.ts";

test("wherever the pipe cuts them, answers with and without text are the same (300 seeded cuttings)", () => {
  const whole = Buffer.concat([watchCommand("halt", 7), stackAnswer('{"stack":"    at 平方 (In[3]:1:2)"}'), stackAnswer(""), watchCommand("busy", 0), stackAnswer("x".repeat(3000))]);
  const random = seededRandom(11);
  for (let i = 0; i < 300; i++) {
    const reader = new AnswerReader();
    const answers: WatchAnswer[] = [];
    for (let at = 0; at < whole.length; ) {
      const to = at + 1 + random(i % 2 === 0 ? 12 : 900);
      answers.push(...reader.push(whole.subarray(at, to)));
      at = to;
    }
    expect(answers.map(({ op, argument, text }) => [op, op === WATCH_OP.stack ? text.length : argument])).toEqual([[WATCH_OP.halt, 7], [WATCH_OP.stack, 33], [WATCH_OP.stack, 0], [WATCH_OP.busy, 0], [WATCH_OP.stack, 3000]]);
  }
});
