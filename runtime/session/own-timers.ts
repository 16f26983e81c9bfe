/**
 * Timers and servers belong to the execution whose code made them, and an interrupt of it ends them. What code of no cell
 * makes (the runtime's own) is not recorded.
 */
import { Server } from "node:net";
import type { Executions } from "./execution.ts";
import type { Interrupts } from "./interrupts.ts";
import type { OwnedResource } from "./owned-resources.ts";

type Schedule = (callback: unknown, ...rest: unknown[]) => object;
type Clear = (timer: object) => void;

/** Replaces the global timer functions by ones that record what they make. */
export function ownTimers(executions: Executions, interrupts: Pick<Interrupts, "check">): void {
  for (const [name, clear] of [["setTimeout", clearTimeout], ["setInterval", clearInterval], ["setImmediate", clearImmediate]] as const) {
    const original = globalThis[name] as unknown as Schedule;
    const schedule: Schedule = (callback, ...rest) => {
      const execution = executions.causing;
      if (execution === undefined) return original(callback, ...rest);
      interrupts.check();
      const timer = original(callback, ...rest);
      execution.owned.add(ownedTimer(timer, clear as Clear));
      return timer;
    };
    // util.promisify(setTimeout) reads a property of the function
    Object.defineProperties(schedule, Object.getOwnPropertyDescriptors(original));
    (globalThis as unknown as Record<string, unknown>)[name] = schedule;
  }
}

function ownedTimer(timer: object, clear: Clear): OwnedResource {
  // Node holds a timer that will fire; one that fired or was cleared is not to live on here
  const weak = new WeakRef(timer);
  return {
    stop() {
      const live = weak.deref();
      if (live !== undefined) clear(live);
    },
    isOver: () => (weak.deref() as { _destroyed?: boolean } | undefined)?._destroyed !== false,
  };
}

/** Records each server (http, https and net alike) when it begins to listen. */
export function ownServers(executions: Executions): void {
  const listen = Server.prototype.listen as (this: Server, ...args: unknown[]) => Server;
  Server.prototype.listen = function (this: Server, ...args: unknown[]): Server {
    executions.causing?.owned.add(ownedServer(this));
    return listen.apply(this, args);
  } as typeof Server.prototype.listen;
}

function ownedServer(server: Server): OwnedResource {
  return {
    stop() {
      server.close();
      (server as { closeAllConnections?: () => void }).closeAllConnections?.();
    },
    isOver: () => !server.listening,
  };
}

