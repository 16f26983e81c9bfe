import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { HISTORY_LINES, History, historyPath } from "../../../repl/terminal/history.ts";

let folder: string;
beforeEach(() => { folder = mkdtempSync(join(tmpdir(), "ray-ts-history-")); });
afterEach(() => rmSync(folder, { recursive: true }));

const silent = () => { throw new Error("nothing to complain about"); };

test("lines are kept at once, oldest first, in a file for the user alone", () => {
  const file = join(folder, "state", "history");
  const history = new History(file, silent);
  expect(history.load()).toEqual([]);
  for (const line of ["a", "", "b"]) history.add(line);
  expect(new History(file, silent).load()).toEqual(["a", "b"]);
  if (process.platform !== "win32") expect(statSync(file).mode & 0o777).toBe(0o600);
});

test("the newest thousand lines stay", () => {
  const file = join(folder, "history");
  writeFileSync(file, Array.from({ length: HISTORY_LINES + 5 }, (_, n) => n + "\n").join(""));
  expect(new History(file, silent).load().at(0)).toBe("5");
  expect(readFileSync(file, "utf8").split("\n")).toHaveLength(HISTORY_LINES + 1);
});

test("a place that cannot be written is said once, and the REPL goes on", () => {
  writeFileSync(join(folder, "file"), "");
  const said: string[] = [];
  const history = new History(join(folder, "file", "history"), (message) => said.push(message));
  history.add("a");
  history.add("b");
  expect(said).toHaveLength(1);
  expect(said[0]).toMatch(/^History is not kept: /);
});

test("the file is the variable's, else in the platform's folder; an empty variable means none", () => {
  expect(historyPath({ RAY_TS_REPL_HISTORY: "/x/h" }, "linux")).toBe("/x/h");
  expect(historyPath({ RAY_TS_REPL_HISTORY: "" }, "linux")).toBeUndefined();
  expect(historyPath({ XDG_STATE_HOME: "/s" }, "linux")).toBe(join("/s", "ray-ts", "repl-history"));
  expect(historyPath({ LOCALAPPDATA: "L" }, "win32")).toBe(join("L", "ray-ts", "repl-history"));
});
