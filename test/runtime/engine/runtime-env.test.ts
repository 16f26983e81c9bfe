import { envText, isPlainEnv, mergeEnvs } from "../../../runtime/engine/runtime-env.ts";

test("a child has what its parent has but for the fields that it names; variables are merged one by one", () => {
  const parent = { envVars: { A: "1", B: "1" }, workingDir: "/w" };
  expect(mergeEnvs(parent, { envVars: { B: "2" }, npm: { packages: ["ms"], ignoreScripts: true } })).toEqual({ envVars: { A: "1", B: "2" }, workingDir: "/w", npm: { packages: ["ms"], ignoreScripts: true } });
  expect(mergeEnvs({}, {})).toEqual({});
  expect(mergeEnvs(parent, { workingDir: "/x" })).toEqual({ ...parent, workingDir: "/x" });
});

test("equal environments have one text, however they are written", () => {
  const npm = (packages: string[], ignoreScripts = true) => ({ npm: { packages, ignoreScripts } });
  expect(envText({ envVars: { B: "2", A: "1" }, ...npm(["b", "a"]) })).toBe(envText({ ...npm(["a", "b"]), envVars: { A: "1", B: "2" } }));
  const others = [{}, { envVars: { A: "1" } }, { envVars: { A: "2" } }, { workingDir: "/a" }, npm(["a"]), npm(["a"], false), npm(["a,b"]), npm(["a", "b"])];
  expect(new Set(others.map(envText)).size).toBe(others.length);
});

test("an environment that says nothing is the plain one", () => {
  expect([{}, { envVars: {} }].map(isPlainEnv)).toEqual([true, true]);
  expect([{ envVars: { A: "" } }, { workingDir: "/" }, { npm: { packages: ["ms"], ignoreScripts: true } }].map(isPlainEnv)).toEqual([false, false, false]);
});
