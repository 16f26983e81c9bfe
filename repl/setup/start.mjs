// `npm start`: installs and builds what is missing, then runs the walkthrough; at a terminal its session stays open in the REPL.
import { join } from "node:path";
import { prepare, root } from "./prepare.mjs";
import { main, runHere } from "./step.mjs";

await main(async (args) => {
  await prepare();
  const atTerminal = process.stdin.isTTY && process.stdout.isTTY;
  const notebook = join("notebooks", "01-ray-core.ipynb");
  return runHere(process.execPath, [join(root, "dist", "cli.js"), "run", ...(atTerminal ? ["--interactive"] : []), notebook, ...args], { cwd: root });
});
