/** How a kernel checks types until a cell says `%typecheck`: as the environment says, else the notebook, else by warnings. */
import { readFileSync } from "node:fs";
import { notebookTypeCheck } from "../runtime/check/notebook-mode.ts";
import { isTypeCheckMode, TYPE_CHECK_MODES, type TypeCheckMode } from "../runtime/check/type-diagnostic.ts";

const DEFAULT: TypeCheckMode = "warn";

/** `log` gets what is wrong with what was said; that keeps no kernel from starting. */
export function typeCheckMode(env: NodeJS.ProcessEnv, log: (text: string) => void): TypeCheckMode {
  const asked = env["RAY_TS_TYPE_CHECK"];
  if (isTypeCheckMode(asked)) return asked;
  if (asked) log(`RAY_TS_TYPE_CHECK is "${asked}": it must be one of ${TYPE_CHECK_MODES.join(", ")}`);
  // Jupyter Server names the notebook that the kernel was started for; other clients do not
  const notebook = env["JPY_SESSION_NAME"];
  if (!notebook?.endsWith(".ipynb")) return DEFAULT;
  try {
    return notebookTypeCheck((JSON.parse(readFileSync(notebook, "utf8")) as { metadata?: unknown }).metadata) ?? DEFAULT;
  } catch (error) {
    // a notebook that was not saved yet is none
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") log(`${notebook}: ${(error as Error).message}`);
    return DEFAULT;
  }
}
