import { coversFolder } from "../../../runtime/check/covers-folder.ts";

test.each<[config: object, folder: string, expected: boolean]>([
  [{}, "notebooks", true],
  [{ include: ["src"] }, "notebooks", false],
  [{ include: ["src", "notebooks"] }, "notebooks", true],
  [{ include: ["notebooks/**/*.ts"] }, "notebooks/deep", true],
  [{ include: ["./notebooks/*.ts"] }, "notebooks/deep", false],
  [{ include: ["**/*"] }, "a/b", true],
  [{ include: ["*.ts"] }, "a", false],
  [{ include: ["note*"] }, "notebooks", false],
  [{ files: ["main.ts"] }, "notebooks", false],
  [{ exclude: ["notebooks"] }, "notebooks", false],
  [{ include: ["src"] }, "", true],
])("%j means %s: %s", (config, folder, expected) => {
  expect(coversFolder(JSON.stringify(config), folder)).toBe(expected);
});

test("comments and commas too many are fine, and strings stay as they are", () => {
  expect(coversFolder('{ // only\n "include": ["src", /* not */ "a//b",],\n}', "notebooks")).toBe(false);
  expect(coversFolder('{ "include": ["a//b",] }', "a/b")).toBe(true);
});

test("what cannot be read is taken to mean everything: TypeScript says what is wrong with it", () => {
  expect(coversFolder("{ nope", "notebooks")).toBe(true);
});
