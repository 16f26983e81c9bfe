import { TagError, rulesOf } from "../../../repl/notebook/tags.ts";

const cell = (...tags: unknown[]) => ({ cell_type: "code", source: "", metadata: { tags } });

test("a cell without tags runs, must not fail, and its output is compared", () => {
  expect(rulesOf({ cell_type: "code", source: "", metadata: {} })).toEqual({ mustRaise: false, isSkipped: false, comparesOutput: true, timeoutMs: undefined });
});

test.each([
  ["raises-exception", { mustRaise: true }],
  ["nbval-raises-exception", { mustRaise: true }],
  ["skip-execution", { isSkipped: true }],
  ["nbval-skip", { isSkipped: true }],
  ["nbval-ignore-output", { comparesOutput: false }],
  ["timeout=250", { timeoutMs: 250 }],
])("the tag %s is heeded", (tag, rules) => {
  expect(rulesOf(cell(tag))).toMatchObject(rules);
});

test("nbval-check-output wins over nbval-ignore-output", () => {
  expect(rulesOf(cell("nbval-ignore-output", "nbval-check-output")).comparesOutput).toBe(true);
});

test("a timeout that is no number of milliseconds is an error that names the tag", () => {
  expect(() => rulesOf(cell("timeout=soon"))).toThrow(TagError);
  expect(() => rulesOf(cell("timeout=-1"))).toThrow("timeout=-1");
});
