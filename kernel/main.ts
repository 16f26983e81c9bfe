/** The kernel process: `ray-ts kernel start CONNECTION_FILE`, as a Jupyter client runs it from the kernelspec. */
import { resolve } from "node:path";
import { createFront } from "../runtime/front/create-front.ts";
import { watchClient } from "./client-watch.ts";
import { History, defaultHistoryFile } from "./history.ts";
import { Kernel } from "./kernel.ts";
import { packageVersion } from "./package-root.ts";
import { typeCheckMode } from "./type-check-mode.ts";
import type { ConnectionInfo } from "./wire/connection-file.ts";
import { readLaunchFile } from "./wire/connection-file.ts";
import { leaveConnectionFile, register } from "./wire/registration.ts";
import { openServer } from "./wire/server.ts";

/** Runs a kernel until it is shut down or its client is gone. Rejects when the connection file or an address cannot be used. */
export async function startKernel(connectionFile: string): Promise<void> {
  const { connection: asked, registration } = readLaunchFile(connectionFile);
  const log = (text: string): void => void process.stderr.write(`[ray-ts kernel] ${text}\n`);
  const ended = endOfKernel();
  const kernel: { current?: Kernel } = {};
  const server = await openServer({ connection: asked, log, onMessage: (channel, message) => kernel.current?.receive(channel, message), onPressure: (isHigh) => kernel.current?.front.holdOutput(isHigh) });
  const { connection } = server;
  void server.publish("status", { execution_state: "starting" }, {});
  let forget = (): void => undefined;
  try {
    kernel.current = newKernel({ connection, connectionFile, server, onShutdown: ended.end, log });
    if (registration !== undefined) {
      await register(registration, connection);
      forget = leaveConnectionFile(connectionFile, registration, connection);
    }
  } catch (error) {
    await server.close();
    throw error;
  }
  const { front } = kernel.current;

  // a fault of the kernel's own must not cost the user's session
  for (const fault of ["uncaughtException", "unhandledRejection"] as const) process.on(fault, (error: unknown) => log(`internal error: ${(error as Error)?.stack ?? String(error)}`));
  process.on("SIGINT", () => front.interrupt());
  process.on("SIGTERM", () => ended.end({ restart: false }));
  process.on("SIGHUP", () => ended.end({ restart: false }));
  const stopWatching = watchClient(process.env, () => ended.end({ restart: false }));
  // a session that cannot start says so in the first cell
  front.start().catch((error: unknown) => { if (!ended.hasEnded()) log(`the session did not start: ${String(error)}`); });

  const { restart } = await ended.promise;
  stopWatching();
  await front.close({ keepCluster: restart });
  forget();
  await server.close();
}

function newKernel(parts: { connection: ConnectionInfo; connectionFile: string; server: Awaited<ReturnType<typeof openServer>>; onShutdown: (end: KernelEnd) => void; log: (text: string) => void }): Kernel {
  return new Kernel({
    wire: parts.server,
    openFront: (callbacks) => createFront({ folder: process.cwd(), takeoverKey: resolve(parts.connectionFile), isPage: true, fillsCells: true, typeCheck: typeCheckMode(process.env, parts.log), ...callbacks }),
    history: new History(defaultHistoryFile(process.env), parts.log),
    connection: parts.connection,
    version: packageVersion(),
    onShutdown: parts.onShutdown,
    log: parts.log,
  });
}

interface KernelEnd {
  readonly restart: boolean;
}

/** The first reason to end counts. */
function endOfKernel(): { promise: Promise<KernelEnd>; end: (how: KernelEnd) => void; hasEnded: () => boolean } {
  let hasEnded = false;
  let resolve: (how: KernelEnd) => void = () => undefined;
  const promise = new Promise<KernelEnd>((resolver) => { resolve = resolver; });
  const end = (how: KernelEnd): void => {
    hasEnded = true;
    resolve(how);
  };
  return { promise, end, hasEnded: () => hasEnded };
}
