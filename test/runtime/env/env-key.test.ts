import { mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { keyedEnv, npmKey } from "../../../runtime/env/env-key.ts";

const folder = mkdtempSync(join(tmpdir(), "ray-ts-env-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("the plain environment has no key, each other one has its own", () => {
  expect(keyedEnv({ envVars: {} })).toBeUndefined();
  const keys = [{ envVars: { A: "1" } }, { envVars: { A: "2" } }, { workingDir: "/a" }].map((env) => keyedEnv(env)?.key);
  expect(new Set(keys).size).toBe(3);
  expect(keyedEnv({ envVars: { A: "1" } })?.key).toBe(keys[0]);
});

test("a local package that changed is another environment, in another folder", () => {
  const file = join(folder, "it.tgz");
  const npm = { packages: [`file:${file}`], ignoreScripts: true };
  const keys = (): string[] => [keyedEnv({ npm })?.key ?? "", npmKey(npm, {})];
  const absent = keys();
  writeFileSync(file, "one");
  const first = keys();
  expect(keys()).toEqual(first);
  utimesSync(file, 1, 1);
  const second = keys();
  for (const which of [0, 1]) expect(new Set([absent[which], first[which], second[which]]).size).toBe(3);
});

test("packages are shared by environments that differ elsewhere, but for what npm itself reads", () => {
  const npm = { packages: ["b", "a"], ignoreScripts: true };
  expect(npmKey(npm, { LANG: "C" })).toBe(npmKey({ ...npm, packages: ["a", "b"] }, {}));
  expect(npmKey(npm, { npm_config_registry: "http://127.0.0.1" })).not.toBe(npmKey(npm, {}));
  expect(npmKey({ ...npm, ignoreScripts: false }, {})).not.toBe(npmKey(npm, {}));
});
