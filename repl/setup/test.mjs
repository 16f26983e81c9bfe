// `npm test`: installs and builds what is missing, then types, tests, notebooks. `npm run test:jupyter`: with Jupyter clients.
// Arguments go to jest (`npm test -- test/runtime/compile`); then only jest runs, after the types.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { prepare, root } from "./prepare.mjs";
import { main, runHere, step, runQuietly } from "./step.mjs";

const node = (args, env) => runHere(process.execPath, args, { cwd: root, env: { ...process.env, ...env } });

await main(async (args) => {
  await prepare();
  if (args[0] === "--jupyter") return node([join("test", "jupyter", "run.mjs"), ...args.slice(1)]);

  const failed = [];
  const check = async (name, run) => {
    if ((await run()) !== 0) failed.push(name);
  };
  await check("types", typecheck);
  await check("tests", () => node(["--experimental-vm-modules", "--disable-warning=ExperimentalWarning", "node_modules/jest/bin/jest.js", "-c", "test/jest.config.mjs", ...args]));
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
