/** Starts test/fixtures/store/peer.ts as a process of its own, built as the product is. */
import { type ChildProcess, fork, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import type { Deeds, PeerOptions } from "../../fixtures/store/peer.ts";
import { newProcessName } from "../../../runtime/ids.ts";

type Answer<Deed extends keyof Deeds> = Promise<Awaited<ReturnType<Deeds[Deed]>>>;
type Waiting = { resolve(answer: unknown): void; reject(error: Error): void };

const outfile = join(process.cwd(), ".build/store/peer.mjs");
const running = new Set<StorePeer>();
const folders: string[] = [];
const mounts: string[] = [];

export async function buildPeer(): Promise<void> {
  await build({ entryPoints: ["test/fixtures/store/peer.ts"], absWorkingDir: process.cwd(), outfile, bundle: true, platform: "node", format: "esm", target: "node20.19", external: ["koffi"], logLevel: "warning" });
}

export class StorePeer {
  readonly name = newProcessName("worker");
  readonly process: ChildProcess;
  readonly #waiting = new Map<number, Waiting>();
  #asked = 0;

  constructor(env: NodeJS.ProcessEnv = {}) {
    this.process = fork(outfile, { execArgv: ["--expose-gc"], serialization: "advanced", env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "inherit", "ipc"] });
    this.process.on("message", ({ id, answer, error }: { id: number; answer: unknown; error?: { message: string; code: string } }) => {
      const waiting = this.#waiting.get(id);
      this.#waiting.delete(id);
      if (error === undefined) waiting?.resolve(answer);
      else waiting?.reject(Object.assign(new Error(error.message), { code: error.code }));
    });
    this.process.on("exit", (code, signal) => {
      for (const { reject } of this.#waiting.values()) reject(new Error(`the peer ended with ${signal ?? code}`));
    });
    running.add(this);
  }

  ask<Deed extends keyof Deeds>(deed: Deed, ...given: Parameters<Deeds[Deed]>): Answer<Deed> {
    const id = this.#asked++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve: resolve as Waiting["resolve"], reject });
      this.process.send({ id, deed, given });
    });
  }

  /** With a fresh arena in fresh folders, or in those given. */
  async open(options: Partial<PeerOptions> = {}): Promise<PeerOptions> {
    const whole = { process: this.name, sharedMemoryFolder: newFolder("/dev/shm"), diskFolder: newFolder(), grantBytes: 2 ** 32, ...options };
    await this.ask("open", whole);
    return whole;
  }

  async end(signal: NodeJS.Signals = "SIGTERM"): Promise<void> {
    running.delete(this);
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    const ended = new Promise((resolve) => this.process.once("exit", resolve));
    this.process.kill(signal);
    await ended;
  }
}

export function newFolder(parent = tmpdir()): string {
  const folder = mkdtempSync(join(parent, "ray-ts-test-"));
  folders.push(folder);
  return folder;
}

/** A file system in memory of its own, or undefined where this user may not mount one. */
export function mountSmallMemory(size: string): string | undefined {
  const folder = newFolder();
  if (spawnSync("mount", ["-t", "tmpfs", "-o", `size=${size},mode=700`, "tmpfs", folder]).status !== 0) return undefined;
  mounts.push(folder);
  mkdirSync(join(folder, "files"), { mode: 0o700 });
  return join(folder, "files");
}

/** Ends what a test started and removes what it made. */
export async function cleanUp(): Promise<void> {
  for (const peer of running) await peer.end();
  for (const folder of mounts.splice(0)) spawnSync("umount", [folder]);
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
}
