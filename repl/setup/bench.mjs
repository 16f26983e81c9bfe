// `npm run bench`: builds, then runs the benchmark with the arguments given; that of kernels for `--part kernel`.
import { join } from "node:path";
import { prepare, root } from "./prepare.mjs";
import { main, runHere } from "./step.mjs";

await main(async (args) => {
  await prepare();
  const isOfKernels = args[args.indexOf("--part") + 1] === "kernel" || args.includes("--part=kernel");
  return runHere(process.execPath, [join(root, "test", "bench", ...(isOfKernels ? ["kernels"] : []), "main.mjs"), ...args], { cwd: root });
});
