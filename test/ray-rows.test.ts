/** The table of runtime/README.md, Ray's line beside ours, held against the tests: each row names tests that are there, each test with a row in its title is in that row. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));

interface Row {
  readonly number: number;
  readonly cells: readonly string[];
  /** Test files, relative to `test/`, and the titles in them that show it. */
  readonly tests: readonly { readonly file: string; readonly title: string }[];
}

/** What an inventory of Ray Core calls essential or expected for one person on one machine. More rows may be there. */
const WANTED = 86;
const NOT_YET = "not yet";

const table: readonly Row[] = readFileSync(join(root, "runtime", "README.md"), "utf8").split("\n").filter((line) => /^\| \d+ \|/.test(line)).map((line) => {
  const cells = line.slice(2, -2).split(" | ");
  const shown = cells.at(-1) as string;
  return { number: Number(cells[0]), cells, tests: shown === NOT_YET ? [] : shown.split("<br>").map(testOf) };
});

function testOf(shown: string): { file: string; title: string } {
  const [, file, title] = /^\[([\w/.-]+)\]\(\.\.\/test\/\1\.test\.ts\): (.+)$/.exec(shown) ?? [];
  if (file === undefined || title === undefined) throw new Error(`runtime/README.md: write [system/tasks](../test/system/tasks.test.ts): the test's title; got ${shown}`);
  return { file: `${file}.test.ts`, title };
}

const read = (file: string): string => readFileSync(join(root, "test", file), "utf8");
const testFiles = (readdirSync(join(root, "test"), { recursive: true }) as string[]).filter((name) => name.endsWith(".test.ts"));

/** Titles that end in (row 7) or (rows 7, 8), and those that begin with row 7: */
function rowsNamedIn(text: string): number[] {
  const after = [...text.matchAll(/\(rows? (\d+(?:, \d+)*)\)["'`]/g)];
  const before = [...text.matchAll(/["'`]rows? (\d+(?:, \d+)*): /g)];
  return [...new Set([...after, ...before].flatMap(([, numbers]) => (numbers as string).split(", ").map(Number)))];
}

test("the table has every row once, in order, with Ray's line, ours and what shows it", () => {
  const numbers = table.map(({ number }) => number);
  expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => a - b));
  expect(numbers.length).toBeGreaterThanOrEqual(WANTED);
  expect(table.filter(({ cells }) => cells.length !== 4 || cells.some((cell) => cell.trim() === "")).map(({ number }) => number)).toEqual([]);
});

test("every row names a test that is there, or says that it is not yet", () => {
  const wrong = table.flatMap(({ number, tests }) => tests.flatMap(({ file, title }) => {
    if (!existsSync(join(root, "test", file))) return [`row ${number}: there is no test/${file}`];
    return read(file).includes(title) ? [] : [`row ${number}: no test of test/${file} is called "${title}"`];
  }));
  expect(wrong).toEqual([]);
});

test("every row has a test that is named after it", () => {
  const unnamed = table.filter(({ tests, number }) => tests.length > 0 && !tests.some(({ file }) => rowsNamedIn(read(file)).includes(number)));
  expect(unnamed.map(({ number }) => `no test of row ${number} ends in (row ${number})`)).toEqual([]);
});

test("every test that names a row is in that row of the table", () => {
  const missing = testFiles.flatMap((file) => rowsNamedIn(read(file)).filter((number) => !table.some((row) => row.number === number && row.tests.some((each) => each.file === file))).map((number) => `row ${number} of runtime/README.md does not name test/${file}`));
  expect(missing).toEqual([]);
});
