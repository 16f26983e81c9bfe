/** The worker's program: one process that runs tasks one at a time, or becomes one actor. Started by the head. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { exceptions } from "../api/exceptions.ts";
import { ObjectRef } from "../api/object-ref.ts";
import { createRay, RAY_GLOBAL, revivers } from "../api/ray.ts";
import { StackMapper } from "../compile/stack-map.ts";
import { isRayError } from "../errors.ts";
import { WORKER_BOOT_FD, type WorkerBoot } from "../head/boot.ts";
import { createImporter } from "../modules/importer.ts";
import type { RefHooks } from "../serialize/codec.ts";
import { createShipper } from "../ship/create-shipper.ts";
import { parseLater } from "../ship/foreign/parse-later.ts";
import { flushAged } from "../wire/outbox.ts";
import { markPrints } from "./print-marks.ts";
import { startWatch } from "./watch.ts";
import { WorkerHost } from "./worker-host.ts";
import { createWorker } from "./worker-process.ts";

const boot = JSON.parse(readFileSync(WORKER_BOOT_FD, "utf8")) as WorkerBoot;
const { guard } = startWatch();
const stacks = new StackMapper({ ownFolders: [dirname(fileURLToPath(import.meta.url))] });
const ray: Record<string, unknown> = {};
const importer = createImporter({ folder: process.cwd(), ray });
let refs: RefHooks | undefined;

const shipper = createShipper({
  runtime: { import: importer.import, require: importer.require, meta: importer.meta, guard, interrupted },
  refs: () => refs,
  stacks,
  warn: (text) => console.error(text),
  parse: parseLater(createRequire(import.meta.url)),
});
function interrupted(): void {
  flushAged();
  executor.cancellations.interrupted();
}

const { engine, executor } = createWorker({ boot, guard, codec: shipper.codec, mapStack: (text) => stacks.mapStack(text), receive: (code) => shipper.receive(code) });

const face = createRay(new WorkerHost({
  engine: () => engine,
  codec: shipper.codec,
  shipper,
  registerRefs: (hooks) => { refs = hooks; },
  taskContext: () => executor.context(),
  origin: () => executor.origin(),
  unitName: (code) => shipper.registry.unitName(code),
}));
Object.assign(ray, { default: face, ray: face, ObjectRef, ...exceptions, isRayError });
(globalThis as { [RAY_GLOBAL]?: unknown })[RAY_GLOBAL] = face;
// sent code finds these under their own names: also where they were globals of cells
Object.assign(globalThis, { ray: face, ObjectRef });
shipper.singletons.set("ray", face);
shipper.singletons.setRevivers(revivers(face));
markPrints(boot.nonce, () => executor.label());

// what a task left running must not end the worker: it is printed where the task printed
process.on("uncaughtException", (error) => console.error(`Uncaught ${stacks.mapStack(error instanceof Error ? (error.stack ?? error.message) : String(error))}`));
process.on("unhandledRejection", (reason) => console.error(`Unhandled rejection: ${stacks.mapStack(reason instanceof Error ? (reason.stack ?? reason.message) : String(reason))}`));
// Ctrl-C belongs to the front
process.on("SIGINT", () => undefined);
