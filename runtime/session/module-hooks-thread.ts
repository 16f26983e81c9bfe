/** The entry of Node 20's hooks thread (built to dist/module-hooks-thread.js). The hooks themselves are in `modules/hooks.ts`. */
import { configureHooks, loadHook, resolveHook, type HooksConfig } from "../modules/hooks.ts";

export function initialize(config: HooksConfig): void {
  configureHooks(config);
}

export { loadHook as load, resolveHook as resolve };
