import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, isAbsolute, join } from "node:path";
import { installKernel, uninstallKernel } from "../../kernel/install.ts";
import { kernelFolder } from "../../kernel/kernelspec.ts";
import { repository } from "../fixtures/dist-folder.ts";

let folder: string;
beforeEach(() => { folder = mkdtempSync(join(tmpdir(), "ray-ts-install-")); });
afterEach(() => rmSync(folder, { recursive: true }));

const source = JSON.parse(readFileSync(join(repository, "kernel.json"), "utf8")) as Record<string, unknown>;

test("installing under a prefix writes the package's spec with absolute paths, and logos", () => {
  const lines = installKernel({ where: { prefix: folder } });
  const target = join(folder, "share", "jupyter", "kernels", "ray-ts");
  const { argv, ...rest } = JSON.parse(readFileSync(join(target, "kernel.json"), "utf8")) as { argv: string[] };
  const { argv: named, ...sourceRest } = source;
  expect(rest).toEqual(sourceRest);
  expect(argv).toEqual([process.execPath, join(repository, "dist", "cli.js"), ...(named as string[]).slice(1)]);
  expect(argv.slice(0, 2).every((path) => isAbsolute(path) && existsSync(path))).toBe(true);
  expect(readdirSync(target).sort()).toEqual(["kernel.json", "logo-32x32.png", "logo-64x64.png", "logo-svg.svg"]);
  expect(lines.join("\n")).toContain(target);
});

test("the extension that draws views is installed beside the kernel: what JupyterLab loads, and nothing of an earlier version", () => {
  const target = join(folder, "share", "jupyter", "labextensions", "ray-ts");
  mkdirSync(target, { recursive: true });
  writeFileSync(join(target, "remoteEntry.old.js"), "");
  installKernel({ where: { prefix: folder } });
  const { name, jupyterlab } = JSON.parse(readFileSync(join(target, "package.json"), "utf8")) as { name: string; jupyterlab: { extension: boolean; _build: { load: string; extension: string } } };
  expect([name, jupyterlab.extension, jupyterlab._build.extension]).toEqual(["ray-ts", true, "./extension"]);
  expect(readFileSync(join(target, jupyterlab._build.load), "utf8")).toContain("application/vnd.ray-ts.view+json");
  expect(readdirSync(target).sort()).toEqual(["package.json", "static"]);
  expect(readdirSync(join(target, "static"))).toHaveLength(1);
  expect(uninstallKernel({ where: { prefix: folder } })).toEqual([expect.stringMatching(/^Removed the kernel from /), `Removed the extension from ${target}`]);
  expect(existsSync(target)).toBe(false);
});

test("the package's own spec works as it is after npm install -g", () => {
  expect(source).toMatchObject({ argv: ["ray-ts", "kernel", "start", "{connection_file}"], language: "typescript", interrupt_mode: "message", metadata: { debugger: true } });
});

test("installing again replaces, uninstalling removes and says so, also when nothing is there", () => {
  const options = { where: "user", env: { JUPYTER_DATA_DIR: folder } } as const;
  installKernel(options);
  writeFileSync(join(kernelFolder("user", options.env), "kernel.json"), "old");
  installKernel(options);
  expect(readFileSync(join(folder, "kernels", "ray-ts", "kernel.json"), "utf8")).toContain("TypeScript (ray-ts)");
  expect(uninstallKernel(options)[0]).toBe(`Removed the kernel from ${join(folder, "kernels", "ray-ts")}`);
  expect(existsSync(join(folder, "kernels", "ray-ts"))).toBe(false);
  expect(uninstallKernel(options)[0]).toMatch(/nothing to remove/);
});

describe("the place", () => {
  test("of --user is JUPYTER_DATA_DIR, else Jupyter's data folder of this platform", () => {
    expect(kernelFolder("user", { JUPYTER_DATA_DIR: "/data" })).toBe(join("/data", "kernels", "ray-ts"));
    const expected = { linux: [".local", "share", "jupyter"], darwin: ["Library", "Jupyter"], win32: ["AppData", "Roaming", "jupyter"] }[process.platform as "linux"];
    expect(kernelFolder("user", { HOME: folder })).toBe(join(folder, ...expected, "kernels", "ray-ts"));
  });

  test("of --sys-prefix is the active virtual environment", () => {
    expect(kernelFolder("sys-prefix", { VIRTUAL_ENV: folder })).toBe(join(folder, "share", "jupyter", "kernels", "ray-ts"));
    expect(kernelFolder("sys-prefix", { CONDA_PREFIX: folder })).toBe(join(folder, "share", "jupyter", "kernels", "ray-ts"));
  });

  test("of --sys-prefix is what python3 says where no environment is active", () => {
    const bin = join(folder, "bin");
    mkdirSync(bin);
    writeFileSync(join(bin, "python3"), `#!/bin/sh\necho ${folder}\n`);
    chmodSync(join(bin, "python3"), 0o755);
    expect(kernelFolder("sys-prefix", { PATH: [bin, "/bin", "/usr/bin"].join(delimiter) })).toBe(join(folder, "share", "jupyter", "kernels", "ray-ts"));
  });

  test("of --sys-prefix without any Python is an error with the ways out", () => {
    expect(() => kernelFolder("sys-prefix", { PATH: folder })).toThrow(/no Python environment is active .*--user or --prefix/);
  });
});

test("a place that cannot be written is an error that names it", () => {
  writeFileSync(join(folder, "share"), "a file in the way");
  expect(() => installKernel({ where: { prefix: folder } })).toThrow(/Cannot install the kernel into .*kernels\/ray-ts.*--prefix/);
});
