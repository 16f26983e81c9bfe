import { execFileSync } from "node:child_process";
import { constants, mkdtempSync, openSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Bell, Doorbell } from "../../../runtime/wire/doorbell.ts";

const folder = mkdtempSync(join(tmpdir(), "rt-bell-"));
afterAll(() => rmSync(folder, { recursive: true }));

let made = 0;
function pipe(): { readonly listen: () => number; readonly open: () => number } {
  const path = join(folder, `${made++}.bell`);
  execFileSync("mkfifo", ["-m", "600", path]);
  return { listen: () => openSync(path, constants.O_RDWR | constants.O_NONBLOCK), open: () => openSync(path, constants.O_WRONLY | constants.O_NONBLOCK) };
}

(process.platform === "win32" ? describe.skip : describe)("a bell", () => {
  test("wakes the process that listens, once for many rings at a time, and again later", async () => {
    const { listen, open } = pipe();
    let heard: () => void = () => undefined;
    const next = (): Promise<void> => new Promise((resolve) => { heard = resolve; });
    const doorbell = new Doorbell(listen(), () => heard());
    const bell = new Bell(open());
    for (let round = 0; round < 3; round++) {
      const rang = next();
      for (let i = 0; i < 100; i++) bell.ring();
      await rang;
    }
    bell.close();
    doorbell.close();
  });

  test("that nobody listens to for long, or any more, throws nothing", () => {
    const { listen, open } = pipe();
    const reader = new Doorbell(listen(), () => undefined);
    const bell = new Bell(open());
    for (let i = 0; i < 100_000; i++) bell.ring(); // a pipe holds 65,536
    reader.close();
    bell.ring();
    bell.close();
    bell.close();
    bell.ring();
  });
});
