/** `!command` and `%npm`: a child of the cell by the shell, whose output is the cell's as it comes. An interrupt of the cell ends it. */
import { spawn } from "node:child_process";
import { performance } from "node:perf_hooks";
import { setImmediate as nextTurn, setTimeout as elapsed } from "node:timers/promises";
import type { Readable } from "node:stream";

export interface Command {
  /** As the cell has it. */
  readonly shown: string;
  readonly command: string;
  readonly folder: string;
}

export class CommandError extends Error {
  override readonly name = "CommandError";
}

/** Resolves when it has ended well. */
export async function runCommand({ shown, command, folder }: Command): Promise<void> {
  if (command === "") throw new CommandError("! needs a command behind it: !git status");
  // with pipes its output keeps its cell also when another one begins; colours are for who asks for them
  const child = spawn(command, { cwd: folder, shell: true, stdio: ["ignore", "pipe", "pipe"] });
  let heardAt = 0;
  const passOn = (from: Readable, to: NodeJS.WritableStream): Promise<void> => {
    // bytes, not text: a character may come in two halves
    from.on("data", (chunk: Buffer) => {
      heardAt = performance.now();
      to.write(chunk);
    });
    return new Promise((resolve) => { from.once("end", resolve); });
  };
  const read = [passOn(child.stdout, process.stdout), passOn(child.stderr, process.stderr)];
  const { code, signal } = await new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve, reject) => {
    child.once("error", (error) => reject(new CommandError(`${shown} did not start: ${error.message}`)));
    child.once("exit", (code, signal) => resolve({ code, signal }));
  });
  // what it left running in the background may hold its pipes
  await Promise.race([Promise.all(read), quiet(() => heardAt)]);
  if (signal !== null) throw new CommandError(`${shown} was ended by ${signal}`);
  if (code !== 0) throw new CommandError(`${shown} ended with exit code ${code}${code === 127 ? " (there is no such command)" : ""}`);
}

const QUIET_MS = 200;

/** Resolves when nothing has been heard for a while; what lies in the pipe is read first. */
async function quiet(heardAt: () => number): Promise<void> {
  do {
    await elapsed(QUIET_MS);
    await nextTurn();
  } while (performance.now() - heardAt() < QUIET_MS);
}
