/** `ray-ts kernel install` and `uninstall`. They need no Jupyter: a spec is a folder with a kernel.json and logos. */
import { copyFileSync, cpSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type InstallPlace, absoluteKernelSpec, extensionFolder, kernelFolder } from "./kernelspec.ts";
import { packageRoot } from "./package-root.ts";

export type { InstallPlace };

export interface InstallOptions {
  readonly where: InstallPlace;
  readonly env?: NodeJS.ProcessEnv;
}

/** Writes the kernelspec and the extension that draws live views, and gives lines that say what was done. */
export function installKernel({ where, env = process.env }: InstallOptions): string[] {
  const folder = kernelFolder(where, env);
  const extension = extensionFolder(where, env);
  const spec = absoluteKernelSpec();
  const program = spec.argv[1] as string;
  if (!existsSync(program)) throw new Error(`Cannot install the kernel: ${program}, which it would run, is not there. Run "npm run build" first.`);
  try {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "kernel.json"), JSON.stringify(spec, undefined, 2) + "\n");
    const logos = join(packageRoot(), "kernel", "logos");
    for (const logo of readdirSync(logos).filter((name) => name.startsWith("logo-"))) copyFileSync(join(logos, logo), join(folder, logo));
    // a file of an earlier version would stay beside the new one
    rmSync(extension, { recursive: true, force: true });
    cpSync(join(packageRoot(), "dist", "labextension"), extension, { recursive: true });
  } catch (cause) {
    throw new Error(`Cannot install the kernel into ${folder}: ${(cause as Error).message}. Choose another place with --user, --sys-prefix or --prefix FOLDER.`, { cause });
  }
  return [`Installed the kernel "${spec.display_name}" into ${folder}`, `It runs ${spec.argv.join(" ")}`, `Installed the extension of JupyterLab and Notebook 7 that draws live views into ${extension}; reload the page if one is open`, ...hints(where)];
}

/** Removes the kernelspec and the extension, and gives lines that say what was done. */
export function uninstallKernel({ where, env = process.env }: InstallOptions): string[] {
  const parts = [["kernel", kernelFolder(where, env)], ["extension", extensionFolder(where, env)]] as const;
  const there = parts.filter(([, folder]) => existsSync(folder));
  if (there.length === 0) return [`No kernel is installed in ${kernelFolder(where, env)}: nothing to remove`];
  for (const [, folder] of there) rmSync(folder, { recursive: true });
  return there.map(([what, folder]) => `Removed the ${what} from ${folder}`);
}

function hints(where: InstallPlace): string[] {
  if (typeof where === "string") return [];
  return [`Jupyter looks there when it runs from that prefix, or with JUPYTER_PATH=${join(where.prefix, "share", "jupyter")}`];
}
