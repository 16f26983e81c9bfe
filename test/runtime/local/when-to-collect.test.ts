import { WhenToCollect } from "../../../runtime/local/when-to-collect.ts";

const MIB = 2 ** 20;

/** What it says at each second; `touched` says at which something happened before. */
function seconds(count: number, { touched, bytes = () => 0, tookMs = 10 }: { readonly touched: (second: number) => boolean; readonly bytes?: (second: number) => number; readonly tookMs?: number }): string[] {
  const when = new WhenToCollect();
  return Array.from({ length: count }, (_, second) => {
    if (touched(second)) when.touched();
    const next = when.turn(second * 1000, bytes(second));
    if (next === "collect") when.collected(second * 1000, tookMs, bytes(second));
    return next;
  });
}

test("an idle process collects thrice and rests (C1)", () => {
  expect(seconds(7, { touched: (second) => second === 0 })).toEqual(["later", "collect", "collect", "collect", "rest", "rest", "rest"]);
});

test("a busy one collects now and then, so that what it dropped is let go (C2)", () => {
  const said = seconds(21, { touched: () => true });
  expect(said.map((next, second) => (next === "collect" ? second : -1)).filter((second) => second >= 0)).toEqual([5, 10, 15, 20]);
});

test("a busy one whose collections are dear collects seldom (C2)", () => {
  const said = seconds(41, { touched: () => true, tookMs: 300 });
  expect(said.map((next, second) => (next === "collect" ? second : -1)).filter((second) => second >= 0)).toEqual([5, 20, 35]);
});

test("a busy one that holds 64 MiB more collects at once; what it goes on holding is no reason (C2)", () => {
  const said = seconds(9, { touched: () => true, tookMs: 1000, bytes: (second) => (second < 3 ? 0 : 100 * MIB) });
  expect(said).toEqual(["later", "later", "later", "collect", "later", "later", "later", "later", "later"]);
});
