import { RunningCell } from "../../../runtime/front/running-cell.ts";
import { StuckCells } from "../../../runtime/front/stuck-cells.ts";
import { ManualClock } from "../../fixtures/manual-clock.ts";

function newBench() {
  const clock = new ManualClock();
  const told: [number, string][] = [];
  const bench = { clock, told, restarts: 0, stuck: undefined as unknown as StuckCells };
  const names = Array.from({ length: 11 }, (_, i) => `v${i}`);
  bench.stuck = new StuckCells({ clock, tell: (text, cell) => told.push([cell, text]), restart: () => { bench.restarts += 1; }, names: () => names });
  return bench;
}

const end = (cell: RunningCell): void => cell.fail(new Error("over"));

test("a second interrupt of a cell that has not stopped offers the restart, says what is lost, and does it after a while", () => {
  const { clock, told, stuck, ...bench } = newBench();
  const cell = new RunningCell(3, "In[3]");
  stuck.interrupted([cell]);
  clock.advance(1000);
  expect(told).toEqual([]);
  stuck.interrupted([cell]);
  expect(told).toEqual([[3, expect.stringMatching(/^In\[3\] has not stopped.*in 3 s.*Lost with it: v3, .*v10 and 3 more\./)]]);
  clock.advance(2999);
  expect(bench.restarts).toBe(0);
});

test("it restarts when the time is up, at once by a third interrupt, and not when the cell ended", () => {
  const [cell, times] = [new RunningCell(1, "In[1]"), newBench()];
  for (const ms of [0, 500, 3000]) {
    times.clock.advance(ms);
    if (ms < 3000) times.stuck.interrupted([cell]);
  }
  expect(times.restarts).toBe(1);

  const third = newBench();
  for (const ms of [0, 500, 500]) {
    third.clock.advance(ms);
    third.stuck.interrupted([cell]);
  }
  expect(third.restarts).toBe(1);

  const ended = newBench();
  for (const ms of [0, 500]) {
    ended.clock.advance(ms);
    ended.stuck.interrupted([cell]);
  }
  end(cell);
  ended.stuck.ended();
  ended.clock.advance(10_000);
  expect(ended.restarts).toBe(0);
});

test("two quick presses are one, and each cell has its own first interrupt", () => {
  const { clock, told, stuck } = newBench();
  stuck.interrupted([new RunningCell(1, "In[1]")]);
  clock.advance(1000);
  const second = new RunningCell(2, "In[2]");
  stuck.interrupted([second]);
  clock.advance(100);
  stuck.interrupted([second]);
  expect(told).toEqual([]);
});
