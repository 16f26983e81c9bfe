// `npm test`: installs and builds what is missing, then types, tests, notebooks. `npm run test:jupyter`: with Jupyter clients.
// `npm run test:chaos`: five minutes of random faults.
// Arguments go to jest (`npm test -- test/runtime/compile`); then only jest runs, after the types.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { prepare, root } from "./prepare.mjs";
import { main, runHere, step, runQuietly } from "./step.mjs";

const node = (args, env) => runHere(process.execPath, args, { cwd: root, env: { ...process.env, ...env } });
const jest = (args, env) => node(["--experimental-vm-modules", "--disable-warning=ExperimentalWarning", "node_modules/jest/bin/jest.js", "-c", "test/jest.config.mjs", ...args], env);

await main(async (args) => {
  await prepare();
  if (args[0] === "--jupyter") return node([join("test", "jupyter", "run.mjs"), ...args.slice(1)]);

  if (args[0] === "--chaos") return jest(["test/system/faults", ...args.slice(1)], { RAY_TS_FAULTS_MS: process.env.RAY_TS_FAULTS_MS ?? "300000" });

  const failed = [];
  const check = async (name, run) => {
    if ((await run()) !== 0) failed.push(name);
  };
  await check("types", typecheck);
  await check("tests", () => jest(args));
  if (args.length === 0 && existsSync(join(root, "notebooks"))) await check("notebooks", () => node([join("dist", "cli.js"), "test", "notebooks"]));
  console.error(failed.length === 0 ? "all passed" : "failed: " + failed.join(", "));
  return failed.length === 0 ? 0 : 1;
});

async function typecheck() {
  try {
    await step("checking types", async () => {
      // what runs in a browser's page has other globals
      for (const project of ["tsconfig.json", "kernel/labextension/tsconfig.json"]) {
        await runQuietly(process.execPath, ["node_modules/typescript/bin/tsc", "--noEmit", "-p", project], { cwd: root, advice: "Mend the types named above." });
      }
    });
    return 0;
  } catch (error) {
    console.error(error.message);
    return 1;
  }
}
