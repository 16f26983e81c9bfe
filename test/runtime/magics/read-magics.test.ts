import { completeMagics, describeMagic } from "../../../runtime/magics/complete-magics.ts";
import { magicListText } from "../../../runtime/magics/magic-help.ts";
import { MAGICS } from "../../../runtime/magics/magic.ts";
import { readMagics } from "../../../runtime/magics/read-magics.ts";

const KNOWN = new Set(["ready", "process", "fetch", "total"]);
const read = (code: string) => readMagics(code, (name) => KNOWN.has(name));
const calls = (code: string): string[] => read(code).magics.map(({ name, text, isCell, wantsHelp }) => `${isCell ? "%%" : ""}${name}${wantsHelp ? "?" : ` ${text}`}`.trim());

test.each([
  ["%time f()", ["time f()"]],
  ["  %who", ["who"]],
  ["const x = 5\n%time f(x)", ["time f(x)"]],
  ["const x = 5;\n%who function\nx", ["who function"]],
  ["%%bench -n 3\nf()", ["%%bench -n 3"]],
  ["%%time\nf()", ["%%time"]],
  ["// a note\n%reset", ["reset"]],
  ["%time?", ["time?"]],
  ["?%time", ["time?"]],
  ["%%bench?", ["%%bench?"]],
  ["%npm --help", ["npm?"]],
  ["!git status", ["! git status"]],
  ["!ls", ["! ls"]],
  ["!ls -la", ["! ls -la"]],
  ["!ls -la | wc -l > out.txt", ["! ls -la | wc -l > out.txt"]],
  ["!./run.sh --all", ["! ./run.sh --all"]],
  ["!/usr/bin/env", ["! /usr/bin/env"]],
  ["!echo \"it's\" 'a `tick'", ["! echo \"it's\" 'a `tick'"]],
  ["!echo one \\\n  two\nconst x = 1", ["! echo one \\\n  two"]],
  ["const x = 5\n!ls", ["! ls"]],
  ["let a = f()\n%who", ["who"]],
  ["%typecheck error\r\nconst x = 1", ["typecheck error"]],
])("%j has the magics %j", (code, expected) => {
  expect(calls(code)).toEqual(expected);
});

test.each([
  ["a remainder over two lines", "const x = 10\n% 3"],
  ["a remainder by a name that the cell has", "const time = 4\nconst x = 10\n%time"],
  ["a remainder by a name that the session has", "const x = 10\n%total"],
  ["a remainder in parentheses", "const x = (10\n%time)"],
  ["a negation", "!ready"],
  ["a negation of what the cell declares", "!done\nvar done = true"],
  ["a negation of a call", "!ready()\n  && process.exit()"],
  ["a double negation", "!!ls"],
  ["a negated expression", "!(ls)"],
  ["a negated literal", "!0"],
  ["a negated pattern", "!/a/g.test('a')"],
  ["a function called at once", "!function () {\n  return 1\n}()"],
  ["a negated await", "!await ready"],
  ["an inequality over two lines", "ready\n!= total"],
  ["a template's text", "const t = `\n%who\n!ls\n`"],
  ["a comment", "/*\n%who\n!ls -la\n*/"],
  ["an argument", "fetch(\n!ls\n)"],
  ["JSX", "const v = <b>\n%who\n</b>"],
  ["an inner statement", "if (ready) {\n  !total\n}"],
  ["no magic's name", "%\n1"],
])("%s stays TypeScript", (_, code) => {
  expect(read(code)).toEqual({ code, magics: [] });
});

test("what is left has everything at its place", () => {
  expect(read("%time f(1)\nconst x = 2\n!ls -la\nx").code).toBe(";     f(1)\nconst x = 2\n;      \nx");
  expect(read("%%bench\r\nf()").code).toBe("       \r\nf()");
});

test.each([
  ["%tme f()", "There is no magic %tme. Did you mean %time? %lsmagic lists those there are."],
  ["%%html\n<b>", "There is no magic %%html. %lsmagic lists those there are."],
  ["%bench f()", "%bench: write %%bench."],
  ["%%who", "%%who: write %who."],
  ["f()\n%%time\n", "%%time stands on the cell's first line."],
  ["f();\n%reset", "%reset stands before the cell's code, and before other magics."],
  ["!date\n%typecheck off", "%typecheck stands before the cell's code, and before other magics."],
  ["%load a.ts\nf()", "%load stands alone in its cell."],
  ["%time", "%time needs a statement behind it; %%time on the cell's first line times the cell."],
])("%j cannot run, and says why", (code, problem) => {
  expect(read(code).problem).toBe(problem);
});

const completed = (marked: string): string[] | undefined => {
  const code = marked.replace("|", "");
  return completeMagics(code, marked.indexOf("|"), read(code).magics)?.matches.map(({ text }) => text);
};

test("names and words of magics are completed, TypeScript is left to others", () => {
  expect(completed("%|")).toEqual(["%time", "%%bench", "%who", "%reset", "%load", "%npm", "%typecheck", "%lsmagic"]);
  expect(completed("%%|")).toEqual(["%%time", "%%bench"]);
  expect(completed("const x = 1;\n%ty|")).toEqual(["%typecheck"]);
  expect(completed("%typecheck |")).toEqual(["warn", "error", "off"]);
  expect(completed("%npm inst|")).toEqual(["install"]);
  expect(completed("%npm install lod|")).toEqual([]);
  expect(completed("%time Math.ro|")).toBeUndefined();
  expect(completed("Math.ro|")).toBeUndefined();
});

test("every magic has help where its name is, and a line in the list", () => {
  for (const { name, form, help } of MAGICS) {
    const line = `${form === "cell" ? "%%" : "%"}${name}`;
    expect(describeMagic(2, read(line).magics)).toContain(help);
    expect(magicListText()).toContain(line);
  }
  expect(describeMagic(8, read("%time Math.round(1)").magics)).toBeUndefined();
  expect(describeMagic(1, read("!git log").magics)).toContain("!COMMAND");
});
