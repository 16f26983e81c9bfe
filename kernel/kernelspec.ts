/** The kernelspec: its one source, the package's kernel.json, and the places where Jupyter looks for specs. */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { packageRoot } from "./package-root.ts";

const KERNEL_NAME = "ray-ts";

export interface KernelSpec {
  readonly argv: readonly string[];
  readonly display_name: string;
  readonly language: string;
  readonly [field: string]: unknown;
}

/** Where to install: for this user, into the active Python environment, or under a prefix of one's own. */
export type InstallPlace = "user" | "sys-prefix" | { readonly prefix: string };

/** The package's spec with an argv that works from anywhere: this Node and this installation by absolute paths. */
export function absoluteKernelSpec(): KernelSpec {
  const root = packageRoot();
  const spec = JSON.parse(readFileSync(join(root, "kernel.json"), "utf8")) as KernelSpec;
  const [, ...args] = spec.argv;
  return { ...spec, argv: [process.execPath, join(root, "dist", "cli.js"), ...args] };
}

/** The folder of this kernel's spec at a place. */
export function kernelFolder(where: InstallPlace, env: NodeJS.ProcessEnv = process.env): string {
  return join(dataFolder(where, env), "kernels", KERNEL_NAME);
}

/** Where JupyterLab and Notebook 7 look for the extension that draws live views. */
export function extensionFolder(where: InstallPlace, env: NodeJS.ProcessEnv = process.env): string {
  return join(dataFolder(where, env), "labextensions", KERNEL_NAME);
}

function dataFolder(where: InstallPlace, env: NodeJS.ProcessEnv): string {
  if (where === "user") return userDataFolder(env);
  return join(where === "sys-prefix" ? pythonPrefix(env) : resolve(where.prefix), "share", "jupyter");
}

/** As jupyter_core's `jupyter_data_dir`. */
function userDataFolder(env: NodeJS.ProcessEnv): string {
  if (env["JUPYTER_DATA_DIR"]) return resolve(env["JUPYTER_DATA_DIR"]);
  const home = env["HOME"] || homedir();
  if (process.platform === "darwin") return join(home, "Library", "Jupyter");
  if (process.platform === "win32") return join(env["APPDATA"] || join(home, "AppData", "Roaming"), "jupyter");
  return join(env["XDG_DATA_HOME"] || join(home, ".local", "share"), "jupyter");
}

function pythonPrefix(env: NodeJS.ProcessEnv): string {
  for (const variable of ["VIRTUAL_ENV", "CONDA_PREFIX"]) {
    const prefix = env[variable];
    if (prefix && existsSync(prefix)) return prefix;
  }
  for (const python of process.platform === "win32" ? ["python", "py"] : ["python3", "python"]) {
    const asked = spawnSync(python, ["-c", "import sys; print(sys.prefix)"], { env, encoding: "utf8", windowsHide: true });
    if (asked.status === 0 && asked.stdout.trim() !== "") return asked.stdout.trim();
  }
  throw new Error("Cannot install with --sys-prefix: no Python environment is active (VIRTUAL_ENV and CONDA_PREFIX are unset) and neither python3 nor python runs. Activate one, or use --user or --prefix FOLDER.");
}
