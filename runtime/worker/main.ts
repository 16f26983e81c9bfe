/** The worker's program: one process that runs tasks one at a time, or becomes one actor. Started by the head. */
import { readFileSync } from "node:fs";
import { exceptions } from "../api/exceptions.ts";
import { ObjectRef } from "../api/object-ref.ts";
import { createRay, RAY_GLOBAL, revivers } from "../api/ray.ts";
import { createTslab } from "../api/tslab.ts";
import { StackMapper } from "../compile/stack-map.ts";
import { isRayError } from "../errors.ts";
import { WORKER_BOOT_FD, type WorkerBoot } from "../head/boot.ts";
import type { PrintLabel } from "../head/prints.ts";
import type { RefHooks } from "../serialize/codec.ts";
import { DriverFolders, PROGRAMS } from "./driver-folders.ts";
import type { Shipper } from "../ship/create-shipper.ts";
import { flushAged } from "../wire/outbox.ts";
import { markPrints } from "./print-marks.ts";
import { showMappedStacks } from "./shown-stacks.ts";
import { tellStacks } from "./stack-now.ts";
import { startWatch } from "./watch.ts";
import { WorkerHost } from "./worker-host.ts";
import { createWorker } from "./worker-process.ts";

const boot = JSON.parse(readFileSync(WORKER_BOOT_FD, "utf8")) as WorkerBoot;
let printing: () => PrintLabel | undefined = () => undefined;
// before anything opens Node's own streams
markPrints(boot.nonce, () => printing());
const { guard } = startWatch();
const stacks = new StackMapper({ ownFolders: [PROGRAMS] });
showMappedStacks((stack) => stacks.mapStack(stack));
const ray: Record<string, unknown> = {};
const tslab: Record<string, unknown> = {};
let refs: RefHooks | undefined;

const prepare = (shipper: Shipper): void => {
  shipper.singletons.set("ray", face);
  shipper.singletons.setRevivers(revivers(face));
};
const folders = new DriverFolders({ own: { "ray-ts": ray, tslab }, guard, stacks, interrupted, refs: () => refs, prepare, packageFolders: [boot.packages, boot.env?.env.workingDir].filter((folder) => folder !== undefined) });
function interrupted(): void {
  flushAged();
  executor.cancellations.interrupted();
}

const { engine, executor } = createWorker({ boot, guard, codec: folders.codec, mapStack: (text) => stacks.mapStack(text), receive: (code) => folders.code.receive(code), enter: (folder) => folders.enter(folder), folder: () => folders.name });

const host = new WorkerHost({
  engine: () => engine,
  codec: folders.codec,
  shipper: folders.code,
  registerRefs: (hooks) => { refs = hooks; },
  taskContext: () => executor.context(),
  folder: () => folders.name,
  placement: () => executor.placement(),
  origin: () => executor.origin(),
  exitActor: () => executor.exitActor("it ended itself by ray.exitActor() (exit_actor)"),
  unitName: (code) => folders.current.registry.unitName(code),
});
const face = createRay(host);
Object.assign(tslab, createTslab(host));
Object.assign(ray, { default: face, ray: face, ObjectRef, ...exceptions, isRayError });
(globalThis as { [RAY_GLOBAL]?: unknown })[RAY_GLOBAL] = face;
// sent code finds these under their own names: also where they were globals of cells
Object.assign(globalThis, { ray: face, ObjectRef });
prepare(folders.current);
folders.hookImports?.();
printing = () => executor.label();
tellStacks((stack) => stacks.mapStack(stack), printing);

// as in sessions: what we use of Node's is our affair, a task's warnings are printed where it prints
process.removeAllListeners("warning");
process.on("warning", (warning) => { if (warning.name !== "ExperimentalWarning") console.error(`${warning.name}: ${warning.message}`); });
// what a task left running must not end the worker: it is printed where the task printed
process.on("uncaughtException", (error) => console.error(`Uncaught ${stacks.mapStack(error instanceof Error ? (error.stack ?? error.message) : String(error))}`));
process.on("unhandledRejection", (reason) => console.error(`Unhandled rejection: ${stacks.mapStack(reason instanceof Error ? (reason.stack ?? reason.message) : String(reason))}`));
// Ctrl-C belongs to the front
process.on("SIGINT", () => undefined);
