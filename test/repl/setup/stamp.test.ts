import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";

type Key = Readonly<Record<string, unknown>>;
interface Stamps {
  installKey(root: string, machine?: { modules?: string; platform?: string; arch?: string }): Key;
  buildKey(root: string): Key;
  readStamp(path: string): Key | undefined;
  writeStamp(path: string, stamp: Key): void;
  covers(stamp: Key | undefined, key: Key): boolean;
  noteFiles(root: string, files: readonly string[]): readonly (readonly [string, number])[];
  filesAreThere(root: string, files: unknown): boolean;
  isInstalledByNpm(root: string, machine?: { platform?: string; arch?: string }): boolean;
}

const stamps = (await import(resolve("repl/setup/stamp.mjs"))) as Stamps;

let root: string;
beforeEach(() => { root = mkdtempSync(join(tmpdir(), "ray-ts-stamp-")); });
afterEach(() => rmSync(root, { recursive: true }));

function write(path: string, content: unknown): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), typeof content === "string" ? content : JSON.stringify(content));
}

const entry = (version: string, more: object = {}) => ({ version, ...more });

/** A package.json, its lock file and what npm notes in node_modules. */
function install(wanted: Record<string, object>, installed: Record<string, object> = wanted): void {
  write("package-lock.json", { lockfileVersion: 3, packages: { "": {}, ...wanted } });
  write("node_modules/.package-lock.json", { lockfileVersion: 3, packages: installed });
  for (const path of Object.keys(installed)) write(path + "/package.json", {});
}

test("another lock file, Node ABI, platform or processor asks for another installation", () => {
  write("package-lock.json", { a: 1 });
  const machine = { modules: "115", platform: "linux", arch: "x64" };
  const key = stamps.installKey(root, machine);
  expect(stamps.covers({ ...key, more: 1 }, key)).toBe(true);
  for (const other of [{ modules: "127" }, { platform: "darwin" }, { arch: "arm64" }]) expect(stamps.covers(key, stamps.installKey(root, { ...machine, ...other }))).toBe(false);
  write("package-lock.json", { a: 2 });
  expect(stamps.covers(key, stamps.installKey(root, machine))).toBe(false);
  expect(stamps.covers(undefined, key)).toBe(false);
});

test("a changed, new or removed source asks for another build; a touched one does not", () => {
  write("runtime/a.ts", "1");
  write("package.json", {});
  const key = stamps.buildKey(root);
  utimesSync(join(root, "runtime/a.ts"), 1, 1);
  write("README.md", "words");
  expect(stamps.buildKey(root)).toEqual(key);
  write("repl/b.ts", "");
  expect(stamps.buildKey(root)).not.toEqual(key);
  rmSync(join(root, "repl/b.ts"));
  expect(stamps.buildKey(root)).toEqual(key);
  write("runtime/a.ts", "2");
  expect(stamps.buildKey(root)).not.toEqual(key);
});

test("a build counts only while each of its files is there in its size", () => {
  write("dist/a.js", "abc");
  const files = stamps.noteFiles(root, ["dist/a.js"]);
  expect(stamps.filesAreThere(root, files)).toBe(true);
  write("dist/a.js", "ab");
  expect(stamps.filesAreThere(root, files)).toBe(false);
  expect(stamps.filesAreThere(root, [])).toBe(false);
  expect(stamps.filesAreThere(root, undefined)).toBe(false);
});

test("a stamp that was cut off while written is none", () => {
  const path = join(root, ".build", "built.json");
  stamps.writeStamp(path, { a: 1 });
  expect(stamps.readStamp(path)).toEqual({ a: 1 });
  write(".build/built.json", '{"a":');
  expect(stamps.readStamp(path)).toBeUndefined();
});

test("what a plain npm install put there is taken as it is", () => {
  install({ "node_modules/a": entry("1.0.0") });
  expect(stamps.isInstalledByNpm(root)).toBe(true);
  rmSync(join(root, "node_modules/a"), { recursive: true });
  expect(stamps.isInstalledByNpm(root)).toBe(false);
});

test("another version, a package too few or one too many asks for an installation", () => {
  const wanted = { "node_modules/a": entry("1.0.0"), "node_modules/b": entry("1.0.0", { dev: true }) };
  install(wanted, { ...wanted, "node_modules/a": entry("1.0.1") });
  expect(stamps.isInstalledByNpm(root)).toBe(false);
  install(wanted, { "node_modules/a": entry("1.0.0") }); // as NODE_ENV=production leaves it
  expect(stamps.isInstalledByNpm(root)).toBe(false);
  install(wanted, { ...wanted, "node_modules/c": entry("1.0.0") });
  expect(stamps.isInstalledByNpm(root)).toBe(false);
});

test("packages of other platforms may be missing, and node_modules of another platform is refused", () => {
  const wanted = {
    "node_modules/linux": entry("1.0.0", { optional: true, os: ["linux"], cpu: ["x64"] }),
    "node_modules/mac": entry("1.0.0", { optional: true, os: ["darwin"], cpu: ["x64"] }),
    "node_modules/not-win": entry("1.0.0", { optional: true, os: ["!win32"] }),
  };
  install(wanted, { "node_modules/linux": wanted["node_modules/linux"], "node_modules/not-win": wanted["node_modules/not-win"] });
  expect(stamps.isInstalledByNpm(root, { platform: "linux", arch: "x64" })).toBe(true);
  expect(stamps.isInstalledByNpm(root, { platform: "darwin", arch: "x64" })).toBe(false);
});
