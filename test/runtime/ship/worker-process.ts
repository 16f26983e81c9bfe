/** Runs shipped code in a process of its own: test/fixtures/ship/worker.ts, bundled as the product is. */
import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { build } from "esbuild";
import type { Encoded, ShippedCode } from "../../../runtime/engine/engine.ts";
import type { WorkDone, WorkOrder } from "../../fixtures/ship/worker.ts";
import type { CodeRunner } from "./two-sides.ts";

export class WorkerProcess implements CodeRunner {
  private readonly child: ChildProcess;
  private readonly waiting = new Map<number, { resolve(done: WorkDone): void; reject(error: Error): void }>();
  private count = 0;

  private constructor(child: ChildProcess) {
    this.child = child;
    child.on("message", (done: WorkDone) => {
      this.waiting.get(done.id)?.resolve(done);
      this.waiting.delete(done.id);
    });
    child.on("exit", (code, signal) => {
      for (const { reject } of this.waiting.values()) reject(new Error(`The worker ended with ${signal ?? code}`));
    });
  }

  static async start(): Promise<WorkerProcess> {
    const outfile = join(process.cwd(), ".build", "ship", "worker.mjs");
    await build({
      entryPoints: ["test/fixtures/ship/worker.ts"], absWorkingDir: process.cwd(), outfile, bundle: true, platform: "node", format: "esm", target: "node20.19",
      external: ["oxc-parser", "oxc-transform", "esbuild"], logLevel: "warning",
      banner: { js: 'import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);' },
    });
    return new WorkerProcess(fork(outfile, { serialization: "advanced", execArgv: [], env: { ...process.env, NODE_OPTIONS: "" } }));
  }

  async run(code: ShippedCode, args: Encoded): Promise<WorkDone> {
    const id = ++this.count;
    const done = new Promise<WorkDone>((resolve, reject) => this.waiting.set(id, { resolve, reject }));
    this.child.send({ id, code, args } satisfies WorkOrder);
    return done;
  }

  async end(): Promise<void> {
    const ended = once(this.child, "exit");
    this.child.kill();
    await ended;
  }
}
