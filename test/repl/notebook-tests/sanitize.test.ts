import { SanitizeError, defaultRules, notebookRules, sanitize } from "../../../repl/notebook-tests/sanitize.ts";

const rules = defaultRules([
  ["/home/ada/project", "<folder>"],
  ["/tmp", "<tmp>"],
  ["/home/ada", "<home>"],
]);

test.each([
  ["ObjectRef(d3fa9c1d2-1a)", "ObjectRef(<object>)"],
  ["task d3fa9c1d2-t3 of w01234567-a2 in w01234567", "task <task> of <actor> in <process>"],
  ["(square pid=4657) hi", "(square pid=<pid>) hi"],
  ["took 12.5 ms, 3 s or 1 min 20 s", "took <time>, <time> or <time>"],
  ["12.5 ms", "<time>"],
  ["2,000 calls at 1250/s", "2,000 calls at <rate>"],
  ["at 2026-03-01T12:00:01.5Z and 2026-03-01", "at <date> and <date>"],
  ["http://127.0.0.1:8265/x and localhost:80", "http://<address>/x and <address>"],
  ["node 10.0.0.7, port 8265", "node <address>, port <port>"],
  ["0x7ffee4c0", "<address>"],
  ["/home/ada/project/a.ts:3, /home/ada/.cache, /tmp/x, /tmpfs", "<folder>/a.ts:3, <home>/.cache, <tmp>/x, /tmpfs"],
])("%s is compared as %s", (text, stable) => {
  expect(sanitize(text, rules)).toBe(stable);
});

test.each(["[ 0, 1, 4, 9 ]", "3.1416", "deadbeef", "width: 12 px", "10 items", "x = 5", "Counter { i: 10 }", "1.2.3", "16 B"])("%s is compared as it is", (text) => {
  expect(sanitize(text, rules)).toBe(text);
});

test("a notebook's own rules come from its metadata", () => {
  const own = notebookRules({ ray_ts: { sanitize: [{ pattern: "run \\d+", replace: "run N" }, { pattern: "^#.*$" }] } });
  expect(sanitize("run 7\n# odd", own)).toBe("run N\n<…>");
  expect(notebookRules({})).toEqual([]);
});

test.each([
  [{ sanitize: "x" }, "no list"],
  [{ sanitize: [{ replace: "x" }] }, "Rule 1"],
  [{ sanitize: [{ pattern: "(" }] }, "no regular expression"],
])("rules that cannot be used are refused: %j", (ray_ts, why) => {
  expect(() => notebookRules({ ray_ts })).toThrow(SanitizeError);
  expect(() => notebookRules({ ray_ts })).toThrow(why);
});
