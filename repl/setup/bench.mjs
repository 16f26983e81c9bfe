// `npm run bench`: builds, then runs the benchmark with the arguments given.
import { join } from "node:path";
import { prepare, root } from "./prepare.mjs";
import { main, runHere } from "./step.mjs";

await main(async (args) => {
  await prepare();
  return runHere(process.execPath, [join(root, "test", "bench", "main.mjs"), ...args], { cwd: root });
});
