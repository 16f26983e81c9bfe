/** Puts the module hooks in place, once a process, when a module is first imported. */
import module from "node:module";
import { configureHooks, loadHook, resolveHook, type HooksConfig } from "./hooks.ts";

interface SynchronousHooks {
  registerHooks(hooks: { resolve: typeof resolveHook; load: typeof loadHook }): void;
}

let isInstalled = false;

export function installHooks(config: HooksConfig): void {
  if (isInstalled) return;
  isInstalled = true;
  if ("registerHooks" in module) {
    configureHooks(config);
    (module as unknown as SynchronousHooks).registerHooks({ resolve: resolveHook, load: loadHook });
  } else {
    // Node 20 runs hooks in a thread of their own: dist/module-hooks-thread.js, built beside every program
    module.register("./module-hooks-thread.js", { parentURL: import.meta.url, data: config });
  }
  // frames of TypeScript modules then name the lines of their sources
  process.setSourceMapsEnabled(true);
}
