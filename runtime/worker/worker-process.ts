/**
 * What every worker has, whatever it runs: its engine, its executor and its actor host, put together. `main.ts` gives it the
 * code shipper and the public face.
 */
import { encodeError, encodeSystemError } from "../serialize/encode-error.ts";
import { preview } from "../serialize/preview.ts";
import type { ValueCodec } from "../serialize/codec.ts";
import type { ShippedCode } from "../engine/engine.ts";
import type { JobId } from "../ids.ts";
import type { WorkerBoot } from "../head/boot.ts";
import { LocalEngine } from "../local/local-engine.ts";
import { flushByGuard } from "../wire/outbox.ts";
import { ActorHost } from "./actor-host.ts";
import { Executor } from "./executor.ts";

export interface WorkerParts {
  readonly engine: LocalEngine;
  readonly executor: Executor;
}

export interface WorkerProcessOptions {
  readonly boot: WorkerBoot;
  readonly guard: Int32Array;
  readonly codec: ValueCodec;
  readonly mapStack: (text: string) => string;
  /** Rebuilds shipped code. */
  readonly receive: (code: ShippedCode) => Function | Promise<Function>;
  /** The next work is of drivers of this folder. */
  readonly enter: (folder: string | undefined) => void;
  readonly folder: () => string;
}

export function createWorker(options: WorkerProcessOptions): WorkerParts {
  const { boot, guard, codec } = options;
  flushByGuard(guard);
  const executor = new Executor({
    self: boot.name,
    guard,
    engine: () => engine,
    encode: (value, label) => codec.encode(value, label),
    encodeTaskError: (error, { taskName, pid }) => encodeError(codec, error, { taskName, pid }),
    decode: (value) => codec.decode(value),
    receive: options.receive,
    enter: options.enter,
  });
  const actorHost = new ActorHost({
    engine: () => engine,
    executor,
    decode: (value) => codec.decode(value),
    receive: options.receive,
    enter: options.enter,
    encodeFailure: (error, taskName) => encodeError(codec, error, { taskName, pid: process.pid, mapStack: options.mapStack }),
    describeError: (error) => describeError(error, options.mapStack),
  });
  const engine: LocalEngine = new LocalEngine({
    kind: "worker",
    process: boot.name,
    job: () => (executor.label()?.job ?? actorHost.job ?? "") as JobId,
    namespace: () => executor.context()?.namespace ?? actorHost.namespace,
    folder: () => options.folder(),
    runtimeEnv: boot.env,
    connect: () => Promise.resolve(boot.address),
    encodeError: (error) => encodeSystemError(codec, error),
    decode: (value) => codec.decode(value),
    preview: () => undefined,
    notice: (text) => console.error(text),
    onEnded: () => process.kill(process.pid, "SIGKILL"),
    viewScope: () => executor.scope(),
    submitter: () => executor.scope(),
    executor: {
      onRecord: (from, type, reader) => executor.onRecord(from, type, reader),
      onMessage: (from, message, parts) => executor.onMessage(from, message) || actorHost.onMessage(message, parts),
      beginWait: () => executor.beginWait(),
      ownAnswered: () => executor.ownAnswered(),
      processDied: (process) => executor.processDied(process),
    },
  });
  engine.connection.sayToHead({ type: "worker-ready", pid: process.pid });
  return { engine, executor };
}

function stackOf(error: unknown, mapStack: (text: string) => string): string | undefined {
  const stack = typeof error === "object" && error !== null ? (error as { stack?: unknown }).stack : undefined;
  return typeof stack === "string" ? mapStack(stack) : undefined;
}

const describeError = (error: unknown, mapStack: (text: string) => string): string => stackOf(error, mapStack) ?? preview(error);
