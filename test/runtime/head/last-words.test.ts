import { heapCause, LastWords } from "../../../runtime/head/last-words.ts";

const REPORT = `
<--- Last few GCs --->

[2290:0x7f1c]     1044 ms: Mark-Compact 118.6 (131.1) -> 117.9 (131.1) MB, pooled: 0 MB, 46.2 / 0.0 ms  (average mu = 0.4) allocation failure
[2290:0x7f1c]     1103 ms: Mark-Compact (reduce) 128.4 (141.3) -> 127.8 (141.3) MB, 51.4 / 0.0 ms  (average mu = 0.2) allocation failure

<--- JS stacktrace --->

FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory
----- Native stack trace -----

 1: 0xb8ced1 node::OOMErrorHandler(char const*, v8::OOMDetails const&) [node]
`;

test("V8's report becomes the size that was reached and how to raise the limit", () => {
  expect(heapCause(REPORT)).toMatch(/^its JavaScript heap reached V8's limit at 128 MB .*NODE_OPTIONS=--max-old-space-size=2048/);
});

test("a report without its collections says the same without a size", () => {
  expect(heapCause("FATAL ERROR: Ineffective mark-compacts near heap limit Allocation failed - JavaScript heap out of memory")).toMatch(/^its JavaScript heap reached V8's limit \(.*--max-old-space-size=8192/);
});

test("whoever prints the words without dying of it, and everybody else, has no such cause", () => {
  expect(heapCause("task: JavaScript heap out of memory")).toBeUndefined();
  expect(heapCause("")).toBeUndefined();
});

test("the report is found in pieces behind megabytes of other prints", () => {
  const words = new LastWords();
  words.heard(Buffer.alloc(5 << 20, "x"));
  for (let i = 0; i < REPORT.length; i += 7) words.heard(Buffer.from(REPORT.slice(i, i + 7)));
  expect(words.cause).toContain("128 MB");
});
