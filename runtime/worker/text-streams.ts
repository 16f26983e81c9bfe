/**
 * A process's stdout and stderr that write at once and synchronously: a crash loses nothing, a flood waits at the pipe and not
 * in memory, and text keeps its order with what child processes write to the same pipe. Node's own streams do neither on a
 * pipe, and make it non-blocking for children too: they are never opened.
 */
import { writeSync } from "node:fs";
import { Writable } from "node:stream";

export const STDOUT_FD = 1;
export const STDERR_FD = 2;
const PAUSE = new Int32Array(new SharedArrayBuffer(4));

export function textStream(fd: number, write: (text: string | Uint8Array) => void): Writable {
  const writable = new Writable({
    decodeStrings: false,
    // it never ends: who waits for that is content with `finish` (see endOfText)
    emitClose: false,
    autoDestroy: false,
    write(chunk: string | Uint8Array, encoding: BufferEncoding, done) {
      write(typeof chunk === "string" && encoding !== "utf8" && encoding !== "utf-8" ? Buffer.from(chunk, encoding) : chunk);
      done();
    },
  });
  // what programs look at: `stdio: [0, process.stdout, 2]` needs the number
  return Object.assign(writable, { fd, isTTY: false as const, _type: "pipe", end: endOfText, destroy: () => writable });
}

/** As `write`: code that ends its stdout must not close the process's. Who waits for the end (`pipeline`) is told of one. */
function endOfText(this: Writable, ...args: unknown[]): Writable {
  const done = args.at(-1);
  if (typeof args[0] === "string" || args[0] instanceof Uint8Array) this.write(args[0], typeof args[1] === "string" ? (args[1] as BufferEncoding) : "utf8");
  process.nextTick(() => {
    this.emit("finish");
    if (typeof done === "function") (done as () => void)();
  });
  return this;
}

/** Puts the streams in place of the process's own. Node's console looks them up when it first prints. */
export function installTextStreams({ stdout, stderr }: { readonly stdout: Writable; readonly stderr: Writable }): void {
  Object.defineProperty(process, "stdout", { value: stdout, configurable: true, enumerable: true });
  Object.defineProperty(process, "stderr", { value: stderr, configurable: true, enumerable: true });
}

/** Writes all of `bytes`, waiting while the pipe is full: a child may have made it non-blocking. */
export function writeWhole(fd: number, bytes: string | Uint8Array): void {
  let rest = typeof bytes === "string" ? Buffer.from(bytes) : bytes;
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(fd, rest));
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code;
      // whoever reads is gone and the watch thread is about to end this process: there is no one to tell
      if (code === "EPIPE" || code === "EBADF" || code === "ECONNRESET") return;
      if (code !== "EAGAIN") throw error;
      Atomics.wait(PAUSE, 0, 0, 1);
    }
  }
}
