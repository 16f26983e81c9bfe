import { candidates, isLocalSpecifier, resolveLocal } from "../../../runtime/modules/resolve-local.ts";
import { packageName } from "../../../runtime/modules/missing-module.ts";
import { namedExport } from "../../../runtime/modules/named-export.ts";

const files = (...paths: string[]) => (path: string): boolean => paths.includes(path);

test.each([
  ["./a.ts", ["/n/a.ts"], "/n/a.ts"],
  ["./a", ["/n/a.ts", "/n/a.js"], "/n/a.ts"],
  ["./a.js", ["/n/a.ts"], "/n/a.ts"],
  ["./a.js", ["/n/a.ts", "/n/a.js"], "/n/a.js"],
  ["./a.jsx", ["/n/a.tsx"], "/n/a.tsx"],
  ["./a.mjs", ["/n/a.mts"], "/n/a.mts"],
  ["../a", ["/a.ts"], "/a.ts"],
  ["./lib", ["/n/lib/index.ts"], "/n/lib/index.ts"],
  ["./data", ["/n/data.json"], "/n/data.json"],
  ["/x/y", ["/x/y.js"], "/x/y.js"],
  ["./none", [], undefined],
])("%s with %j is %s", (specifier, present, found) => {
  expect(resolveLocal(specifier, "/n", files(...present))).toBe(found);
});

test.each([["./a", true], ["../a", true], ["/a", true], [".", true], ["..", true], ["file:///a", true], ["lodash", false], ["@a/b", false], ["node:fs", false], [".hidden", false]])("%s is local: %s", (specifier, isLocal) => {
  expect(isLocalSpecifier(specifier)).toBe(isLocal);
});

test("the exact path is looked for first", () => {
  expect(candidates("/n/a.js")[0]).toBe("/n/a.js");
});

test.each([["lodash/fp", "lodash"], ["@scope/name/part", "@scope/name"], ["left-pad", "left-pad"]])("the package of %s is %s", (specifier, name) => {
  expect(packageName(specifier)).toBe(name);
});

test("a name that a CommonJS module's lexer missed comes from its default", () => {
  expect(namedExport({ default: { sum: 1 }, other: 2 }, "sum", "m")).toBe(1);
  expect(namedExport({ default: { sum: 1 }, other: 2 }, "other", "m")).toBe(2);
  expect(namedExport({ default: Object.assign(() => 0, { pick: 3 }) }, "pick", "m")).toBe(3);
  const namespace = { default: null };
  expect(namedExport(namespace, "*", "m")).toBe(namespace);
  expect(() => namedExport(namespace, "nope", "m")).toThrow('The module "m" has no export named "nope"');
});
