// Runs the tests that need a real Jupyter: node test/jupyter/run.mjs [words of test names]
// The Python is $RAY_TS_PYTHON, else the first python3 that has jupyter_client and nbclient. Without one it says so and ends well.
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const root = resolve(here, "..", "..");
const needed = ["jupyter_client", "nbclient", "nbformat"];

const python = [process.env.RAY_TS_PYTHON, "python3", "python"].find((name) => name && spawnSync(name, ["-c", `import ${needed.join(", ")}`]).status === 0);
if (python === undefined) {
  console.log(`skipped: no Python with ${needed.join(", ")} (set RAY_TS_PYTHON to one, or: python3 -m pip install ${needed.join(" ")})`);
  console.log("0 passed, 0 failed, 1 skipped");
  process.exit(0);
}
const cli = join(root, "dist", "cli.js");
if (!existsSync(cli)) {
  console.error(`Cannot test ${cli}: it is not built. Run "npm run test:jupyter", which builds it, or "npm run build".`);
  process.exit(1);
}

const prefix = mkdtempSync(join(tmpdir(), "ray-ts-jupyter-"));
try {
  const installed = spawnSync(process.execPath, [cli, "kernel", "install", "--prefix", prefix], { stdio: ["ignore", "inherit", "inherit"] });
  if (installed.status !== 0) process.exit(1);
  // no configuration, history or other kernels of the machine take part
  const env = { ...process.env, JUPYTER_PATH: join(prefix, "share", "jupyter"), JUPYTER_CONFIG_DIR: join(prefix, "config"), JUPYTER_RUNTIME_DIR: join(prefix, "runtime"), RAY_TS_HISTORY: join(prefix, "history"), PYTHONUNBUFFERED: "1", PYTHONDONTWRITEBYTECODE: "1" };
  const { status } = spawnSync(python, [join(here, "run_tests.py"), ...process.argv.slice(2)], { cwd: here, env, stdio: "inherit" });
  process.exitCode = status ?? 1;
} finally {
  rmSync(prefix, { recursive: true, force: true });
}
