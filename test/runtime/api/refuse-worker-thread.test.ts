import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { Worker } from "node:worker_threads";
import { once } from "node:events";
import { buildSync } from "esbuild";

test("the package says why it cannot be imported in a worker thread", async () => {
  const folder = mkdtempSync(join(tmpdir(), "ray-ts-thread-"));
  const outfile = join(folder, "refuse.mjs");
  buildSync({ entryPoints: [fileURLToPath(new URL("../../../runtime/api/refuse-worker-thread.ts", import.meta.url))], outfile, format: "esm", platform: "node" });
  await import(pathToFileURL(outfile).href); // the main thread may
  const worker = new Worker(outfile);
  const [error] = await once(worker, "error") as [Error];
  expect(error.message).toContain("ray-ts cannot be imported in a worker thread. Ray's workers are processes of their own");
  rmSync(folder, { recursive: true });
});
