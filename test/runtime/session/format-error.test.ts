import { formatError, formatUncaught, type ErrorContext } from "../../../runtime/session/format-error.ts";

const context: ErrorContext = {
  mapStack: (stack) => stack.replaceAll("raw-3", "In[3]"),
  sourceOf: (name) => (name === "In[3]" ? "const a = 1;\nconst b = 2;\nthrow new Error('x');\nafter();" : undefined),
};

function errorAt(error: Error, ...frames: string[]): Error {
  error.stack = [`${error.name}: ${error.message}`, ...frames.map((frame) => `    at ${frame}`)].join("\n");
  return error;
}

test("the excerpt of the first cell frame, the message, the mapped frames", () => {
  expect(formatError(errorAt(new RangeError("bad"), "f (raw-3:3:7)", "file:///x.js:1:1"), context)).toEqual({
    ename: "RangeError",
    evalue: "bad",
    traceback: ["In[3]:3:7", "  1 | const a = 1;", "  2 | const b = 2;", "> 3 | throw new Error('x');", "    |       ^", "RangeError: bad", "    at f (In[3]:3:7)", "    at file:///x.js:1:1"],
  });
});

test("without a frame whose source is known there is no excerpt", () => {
  expect(formatError(errorAt(new Error("far"), "g (other.js:1:1)"), context).traceback).toEqual(["Error: far", "    at g (other.js:1:1)"]);
});

test("a class that never set its name is called by its own", () => {
  class BadThing extends Error {}
  expect(formatError(errorAt(new BadThing("x")), context)).toMatchObject({ ename: "BadThing", evalue: "x", traceback: ["BadThing: x"] });
});

test("causes follow, each once, also values that are no errors", () => {
  const inner = errorAt(new TypeError("deep"), "h (raw-3:1:1)");
  inner.cause = "a word";
  const outer = errorAt(new Error("top", { cause: inner }));
  expect(formatError(outer, context).traceback).toEqual(["Error: top", "Caused by: TypeError: deep", "    at h (In[3]:1:1)", "Caused by: 'a word'"]);
  const loop = errorAt(new Error("loop"));
  loop.cause = loop;
  expect(formatError(loop, context).traceback).toEqual(["Error: loop"]);
});

test("a cause that the error repeats word for word is shown once", () => {
  const cause = errorAt(new RangeError("bad"), "f (raw-3:1:1)");
  const error = errorAt(new Error("bad", { cause }), "f (raw-3:1:1)");
  expect(formatError(error, context).traceback.filter((line) => line.includes("bad"))).toHaveLength(1);
});

test("the errors of an AggregateError are listed, five at most", () => {
  const many = errorAt(new AggregateError([1, 2, 3, 4, 5, 6, 7].map((n) => errorAt(new Error(`no ${n}`), `f (raw-3:1:${n})`)), "all failed"));
  expect(formatError(many, context).traceback).toEqual([
    "AggregateError: all failed",
    ...[1, 2, 3, 4, 5].flatMap((n) => [`  [${n - 1}] Error: no ${n}`, `      at f (In[3]:1:${n})`]),
    "  … 2 more errors",
  ]);
});

test("what an error carries is shown, its standard properties are not", () => {
  const error = errorAt(Object.assign(new Error("no file"), { code: "ENOENT", errno: -2, path: "/x" }));
  expect(formatError(error, context).traceback).toEqual(["Error: no file", "  { errno: -2, path: '/x', code: 'ENOENT' }"]);
});

test.each([
  [5, "5"], ["text", "'text'"], [undefined, "undefined"], [null, "null"], [{ a: 1 }, "{ a: 1 }"],
])("a thrown %p is shown as it is", (thrown, text) => {
  expect(formatError(thrown, context)).toEqual({ ename: "Uncaught", evalue: text, traceback: [`Uncaught ${text}`] });
});

test("values and errors whose getters throw do not stop the report", () => {
  const hostile = new Error("x");
  for (const key of ["stack", "message", "cause", "name"]) Object.defineProperty(hostile, key, { get() { throw new Error("gotcha"); } });
  expect(formatError(hostile, context).traceback.join("\n")).toContain("gotcha");
  const proxy = new Proxy({}, { get() { throw new Error("gotcha"); } });
  expect(formatError(proxy, context).ename).toBe("Uncaught");
});

test("an error that nobody awaited says how it came", () => {
  expect(formatUncaught(errorAt(new Error("late"), "f (raw-3:1:1)"), context, "Unhandled rejection")).toBe("Unhandled rejection:\nIn[3]:1:1\n> 1 | const a = 1;\n    | ^\nError: late\n    at f (In[3]:1:1)\n");
  expect(formatUncaught(5, context, "Uncaught")).toBe("Uncaught: 5\n");
});

test("long stacks and long lines are cut", () => {
  const frames = Array.from({ length: 50 }, (_, i) => `f${i} (x.js:1:1)`);
  const { traceback } = formatError(errorAt(new Error("deep"), ...frames), context);
  expect(traceback).toHaveLength(14);
  expect(traceback.at(-1)).toBe("    … 38 more");
});
