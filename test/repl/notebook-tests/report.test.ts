import { annotationsOf } from "../../../repl/notebook-tests/annotations.ts";
import { junitXml } from "../../../repl/notebook-tests/junit.ts";
import { reportLines, summaryLine } from "../../../repl/notebook-tests/print-report.ts";
import { countsOf, exitCodeOf, type CellReport, type NotebookReport, type Verdict } from "../../../repl/notebook-tests/report.ts";

const plain = { good: String, bad: String, dim: String, strong: String };

const cell = (number: number, verdict: Verdict): CellReport => ({ number, firstLine: `f(${number})`, fileLine: number * 10, durationMs: 1500, verdict });
const notebook = (path: string, ...verdicts: Verdict[]): NotebookReport => ({ path, durationMs: 2000, updated: false, cells: verdicts.map((verdict, index) => cell(index + 1, verdict)) });

const passed: Verdict = { status: "passed" };
const failed: Verdict = { status: "failed", title: "output differs", lines: ["- a", "+ <b> & \u001b[1m"] };
const timedOut: Verdict = { status: "timed-out", title: "ran longer than 50 ms", lines: ["it was interrupted"] };
const notRun: Verdict = { status: "not-run", reason: "cell 2 stopped the notebook" };
const skipped: Verdict = { status: "skipped", reason: "tagged so" };

const unreadable: NotebookReport = { path: "odd.ipynb", durationMs: 0, updated: false, cells: [], problem: { kind: "unreadable", lines: ["it is not JSON"] } };
const leaky: NotebookReport = { ...notebook("leak.ipynb", passed), problem: { kind: "leftover", lines: ["left 1 process behind:", "  pid 7  sleep"] } };

test("the exit code says the worst that happened", () => {
  expect(exitCodeOf([notebook("a", passed, skipped)])).toBe(0);
  expect(exitCodeOf([notebook("a", passed), notebook("b", failed)])).toBe(1);
  expect(exitCodeOf([leaky])).toBe(1);
  expect(exitCodeOf([notebook("a", failed, timedOut, notRun)])).toBe(3);
  expect(exitCodeOf([notebook("a", timedOut), unreadable])).toBe(2);
});

test("every cell and every notebook's problem is counted once", () => {
  expect(countsOf([notebook("a", passed, failed, timedOut, notRun, skipped), leaky])).toEqual({ passed: 2, failed: 3, skipped: 1, notRun: 1 });
  expect(summaryLine([notebook("a", passed, failed, notRun)], plain)).toBe("1 passed, 1 failed, 1 not run in 1 notebook (2.0 s)");
});

test("the list has a line a cell, and what differs below it", () => {
  expect(reportLines(notebook("a.ipynb", passed, failed, notRun), plain)).toEqual([
    "a.ipynb",
    "  ✓ cell 1  f(1) (1500 ms)",
    "  ✗ cell 2  f(2)",
    "      output differs",
    "      - a",
    "      + <b> & \u001b[1m",
    "  · cell 3  f(3)  not run: cell 2 stopped the notebook",
  ]);
});

test("JUnit has a suite a notebook and a case a cell, with text that XML can hold", () => {
  expect(junitXml([notebook('dir/"a".ipynb', passed, failed, skipped)])).toBe(`<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="ray-ts test" tests="3" failures="1" skipped="1" time="2.000">
<testsuite name="dir/&quot;a&quot;.ipynb" tests="3" failures="1" skipped="1" time="2.000">
 <testcase classname="dir/&quot;a&quot;.ipynb" name="cell 1: f(1)" file="dir/&quot;a&quot;.ipynb" line="10" time="1.500"/>
 <testcase classname="dir/&quot;a&quot;.ipynb" name="cell 2: f(2)" file="dir/&quot;a&quot;.ipynb" line="20" time="1.500">
  <failure message="output differs">- a
+ &lt;b&gt; &amp; \ufffd[1m</failure>
 </testcase>
 <testcase classname="dir/&quot;a&quot;.ipynb" name="cell 3: f(3)" file="dir/&quot;a&quot;.ipynb" line="30" time="1.500">
  <skipped message="skipped: tagged so"/>
 </testcase>
</testsuite>
</testsuites>
`);
});

test("a notebook's own problem is a failed case", () => {
  expect(junitXml([leaky])).toContain('<testcase classname="leak.ipynb" name="leftover" time="0.000">\n  <failure message="left 1 process behind:">left 1 process behind:\n  pid 7  sleep</failure>');
});

test("GitHub's annotations name the file, its line and the cell, on one line each", () => {
  expect(annotationsOf(notebook("nb/a.ipynb", passed, { status: "failed", title: "RangeError: 50%, no", lines: ["x", "y"] }))).toEqual([
    "::error file=nb/a.ipynb,line=20,title=cell 2%3A RangeError%3A 50%25%2C no::x%0Ay",
  ]);
  expect(annotationsOf(unreadable)).toEqual(["::error file=odd.ipynb,title=it is not JSON::it is not JSON"]);
});
