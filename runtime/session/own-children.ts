/**
 * Child processes belong to the execution whose code started them, and an interrupt of it ends them, as Ctrl-C at a terminal would.
 * One that the main thread waits for (`execSync`) is ended by the watch thread, which knows by a word of the guard that there is one.
 */
import childProcess, { ChildProcess } from "node:child_process";
import { syncBuiltinESMExports } from "node:module";
import { interruptTree } from "../worker/interrupt-child.ts";
import { GUARD } from "../worker/watch-commands.ts";
import type { Executions } from "./execution.ts";
import type { Interrupts } from "./interrupts.ts";
import type { OwnedResource } from "./owned-resources.ts";

type Spawn = (this: ChildProcess, ...args: unknown[]) => unknown;
type Wait = (this: unknown, ...args: unknown[]) => unknown;

export function ownChildren(executions: Executions, interrupts: Pick<Interrupts, "check" | "guard">): void {
  const prototype = ChildProcess.prototype as unknown as { spawn: Spawn };
  const spawn = prototype.spawn;
  prototype.spawn = function (...args) {
    const started = spawn.apply(this, args);
    executions.causing?.owned.add(ownedChild(this));
    return started;
  };
  for (const name of ["spawnSync", "execSync", "execFileSync"] as const) {
    const wait = childProcess[name] as Wait;
    const waiting: Wait = function (...args) {
      interrupts.check();
      Atomics.store(interrupts.guard, GUARD.child, 1);
      try {
        return wait.apply(this, args);
      } finally {
        Atomics.store(interrupts.guard, GUARD.child, 0);
        // what became of a child that was interrupted is not the cell's to say
        interrupts.check();
      }
    };
    Object.defineProperty(waiting, "name", { value: name });
    (childProcess as unknown as Record<string, unknown>)[name] = waiting;
  }
  syncBuiltinESMExports();
}

function ownedChild(child: ChildProcess): OwnedResource {
  const isOver = (): boolean => child.exitCode !== null || child.signalCode !== null;
  return {
    stop: () => { if (child.pid !== undefined && !isOver()) interruptTree(child.pid); },
    isOver,
  };
}
