/** Row 101, the state API: filters, limits and summaries. */
import type { ObjectRow, TaskRow } from "../../../runtime/engine/events.ts";
import { parseCondition, selectRows, summarize, unknownField } from "../../../runtime/engine/select-rows.ts";
import type { StateCondition, StateOperator } from "../../../runtime/engine/state.ts";

const rows = [{ n: 1, state: "running" }, { n: 20, state: "failed", error: "bad" }, { n: 3, state: "finished" }];
const chosen = (...where: StateCondition[]): number[] => selectRows(rows, { where }).rows.map(({ n }) => n);
const by = (field: string, operator: StateOperator, value: string | number): StateCondition => ({ field, operator, value });

describe("row 101: the state API", () => {
  test("conditions all hold; numbers are compared as numbers, states are found in Ray's capitals, a missing field is neither above nor below", () => {
    expect(chosen(by("state", "=", "FAILED"))).toEqual([20]);
    expect(chosen(by("state", "!=", "failed"))).toEqual([1, 3]);
    expect(chosen(by("n", ">", "3"))).toEqual([20]);
    expect(chosen(by("n", ">=", 3), by("n", "<", 20))).toEqual([3]);
    expect(chosen(by("n", "<=", 3), by("state", "!=", "running"))).toEqual([3]);
    expect(chosen(by("error", ">", ""))).toEqual([20]);
    expect(chosen(by("error", "!=", "bad"))).toEqual([1, 3]);
  });

  test("the newest rows within the limit, and how many there are in all", () => {
    expect(selectRows(rows, { limit: 2 })).toEqual({ rows: rows.slice(1), total: 3 });
    expect(selectRows(rows, { limit: 0 })).toEqual({ rows: [], total: 3 });
    expect(selectRows(Array.from({ length: 300 }, (_, n) => ({ n })), {}).rows).toHaveLength(100);
  });

  test.each<[string, unknown]>([
    ["state=failed", by("state", "=", "failed")], ["state!=failed", by("state", "!=", "failed")], ["sizeBytes>=1000", by("sizeBytes", ">=", "1000")], ["n < 3", by("n", "<", "3")],
    ["name=a=b", by("name", "=", "a=b")], ["name=", by("name", "=", "")], ["=x", undefined], ["state", undefined], ["", undefined],
  ])("%j as a condition", (text, condition) => expect(parseCondition(text)).toEqual(condition));

  test("a field that no row of the table can have is named", () => {
    expect(unknownField("tasks", [by("state", "=", "x"), by("stat", "=", "x")])).toBe("stat");
    expect(unknownField("objects", [by("sizeBytes", ">", 1)])).toBeUndefined();
  });

  test("summaries count by name and state, objects by place with their bytes", () => {
    const task = (name: string, state: TaskRow["state"]): TaskRow => ({ name, state }) as TaskRow;
    expect(summarize("tasks", [task("f", "finished"), task("f", "failed"), task("g", "running"), task("f", "finished")])).toEqual([{ name: "f", total: 3, states: { finished: 2, failed: 1 } }, { name: "g", total: 1, states: { running: 1 } }]);
    const object = (place: "disk" | "inline" | undefined, sizeBytes?: number): ObjectRow => ({ state: "ready", ...(place ? { place } : {}), ...(sizeBytes === undefined ? {} : { sizeBytes }) }) as ObjectRow;
    expect(summarize("objects", [object("disk", 10), object("disk", 5), object(undefined)])).toEqual([{ name: "disk", total: 2, sizeBytes: 15, states: { ready: 2 } }, { name: "not here yet", total: 1, sizeBytes: 0, states: { ready: 1 } }]);
  });
});
