/** The files of the logs: bounded, read on over the turn to a new one, chosen by who printed. */
import { appendFileSync, mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isChosen, LogParser, logMark, logText } from "../../../runtime/logs/log-format.ts";
import { findLines, listLogs, readLog } from "../../../runtime/logs/read-logs.ts";
import { WorkerLogs } from "../../../runtime/logs/worker-logs.ts";

let folder: string;
beforeEach(() => { folder = mkdtempSync(join(tmpdir(), "rt-logs-")); });
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const label = (name: string, task: string) => ({ name, job: "j", task });
const reported: string[] = [];
const newLogs = (mostBytes = 1 << 20): WorkerLogs => new WorkerLogs(folder, (text) => reported.push(text), mostBytes);

test("lines are found by worker, pid, task, actor and stream", () => {
  const logs = newLogs();
  logs.started("w1", 11);
  logs.started("w2", 22);
  logs.printed("w1", { stream: "stdout", label: label("square", "d1-t1"), text: "one\ntwo" });
  logs.printed("w1", { stream: "stderr", label: label("cube", "d1-t2"), text: "three" });
  logs.becameActor("w2", { actor: "d1-a1", className: "Counter", actorName: "c", namespace: "n" });
  logs.printed("w2", { stream: "stdout", label: label("Counter.incr", "d1-t3"), text: "four" });
  const lines = (wanted: Parameters<typeof readLog>[1]): readonly string[] => readLog(folder, wanted).lines;
  expect(lines({ id: "w1" })).toEqual(["one", "two", "three"]);
  expect(lines({ id: "22" })).toEqual(["four"]);
  expect(lines({ task: "square" })).toEqual(["one", "two"]);
  expect(lines({ id: "d1-t2" })).toEqual(["three"]);
  for (const actor of ["c", "Counter", "d1-a1"]) expect(lines({ actor })).toEqual(["four"]);
  expect(lines({ stream: "stderr" })).toEqual(["three"]);
  expect(lines({ tail: 2 })).toEqual(["(cube pid=11) three", "(Counter.incr pid=22) four"]);
  expect(listLogs(folder)).toMatchObject([{ log: "w1", pid: 11 }, { log: "w2", pid: 22, actor: "d1-a1", className: "Counter", actorName: "c" }]);
  logs.workerEnded("w1");
  logs.workerEnded("w2");
});

test("a worker's files keep the newest lines within their bound, and each file says who printed", () => {
  const logs = newLogs(20_000);
  logs.started("w1", 11);
  for (let i = 0; i < 5000; i++) logs.printed("w1", { stream: "stdout", label: label("flood", "d1-t1"), text: `line ${i}` });
  const bytes = readdirSync(folder).reduce((sum, file) => sum + statSync(join(folder, file)).size, 0);
  expect(bytes).toBeLessThan(22_000);
  const { lines } = readLog(folder, { task: "flood" });
  expect(lines.at(-1)).toBe("line 4999");
  expect(lines.length).toBeGreaterThan(800);
  expect(lines).toEqual(lines.map((_, i) => `line ${5000 - lines.length + i}`));
  logs.workerEnded("w1");
});

test("whoever follows reads on over the turn to a new file, and ends with the folder", async () => {
  const logs = newLogs(4000);
  logs.started("w1", 11);
  logs.printed("w1", { stream: "stdout", label: undefined, text: "before" });
  const found = findLines(folder, { id: "w1" });
  expect(found.lines.map(({ text }) => text)).toEqual(["before"]);
  const heard: string[] = [];
  for (let i = 0; i < 100; i++) logs.printed("w1", { stream: "stdout", label: undefined, text: `line ${i} ${"x".repeat(20)}` });
  for await (const { text } of found.follow()) {
    heard.push(text.split(" ", 2).join(" "));
    if (heard.length === 100) rmSync(folder, { recursive: true });
  }
  expect(heard).toEqual(Array.from({ length: 100 }, (_, i) => `line ${i}`));
  logs.workerEnded("w1");
});

test("old logs of ended workers make room for new ones", () => {
  const logs = newLogs();
  for (let i = 0; i < 130; i++) {
    logs.started(`w${i}`, i + 1);
    logs.printed(`w${i}`, { stream: "stdout", label: undefined, text: "x" });
    logs.workerEnded(`w${i}`);
  }
  expect(readdirSync(folder)).toHaveLength(100);
  expect(readLog(folder, { id: "w0" }).lines).toEqual([]);
  expect(readLog(folder, { id: "w129" }).lines).toEqual(["x"]);
});

test("a folder that takes nothing is said once, and work goes on", () => {
  rmSync(folder, { recursive: true });
  reported.length = 0;
  const logs = newLogs();
  logs.started("w1", 1);
  for (let i = 0; i < 3; i++) logs.printed("w1", { stream: "stdout", label: undefined, text: "x" });
  expect(reported).toEqual([expect.stringContaining("cannot be written")]);
});

test("a printed line cannot pass for a mark, and a mark cut off in the middle costs no line", () => {
  const parser = new LogParser();
  const lines = parser.push(logMark({ worker: "w1", name: "f" }) + logText(`ok\n${logMark({ name: "forged" }).trimEnd()}`) + "\u001e{\"wor\nlast\n");
  expect(lines.map(({ text, by }) => [text.trim().replace("\u001e", "RS"), by.name])).toEqual([["ok", "f"], ["RS{\"name\":\"forged\"}", "f"], ["last", "f"]]);
  expect(lines.every((line) => isChosen(line, { id: "w1" }))).toBe(true);
  appendFileSync(join(folder, "w9.log"), "no mark at all\n");
  expect(readLog(folder, {}).lines).toEqual(["no mark at all"]);
});
