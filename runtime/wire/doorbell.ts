/**
 * The bell of one process: a named pipe on which its event loop sleeps, and a byte in it wakes it. A third of what ZeroMQ's
 * threads need for that. What the byte is about is to be found in the rings.
 */
import { closeSync, writeSync } from "node:fs";
import { Socket, type OnReadOpts, type SocketConstructorOpts } from "node:net";

/** Bytes that are read at once: many rings are one. */
const MOST_RINGS = 256;
const ONE = Buffer.alloc(1, 1);

/** Listens on a pipe that was opened to be read; closes it in the end. */
export class Doorbell {
  private readonly socket: Socket;

  constructor(fd: number, onRing: () => void) {
    // `onread`: nothing is allocated for a ring (the declarations have it for connections alone)
    const options: SocketConstructorOpts & { onread: OnReadOpts } = { fd, readable: true, writable: false, onread: { buffer: Buffer.alloc(MOST_RINGS), callback: () => { onRing(); return true; } } };
    this.socket = new Socket(options);
    // it must not keep a finished script alive
    this.socket.unref();
  }

  close(): void {
    this.socket.destroy();
  }
}

/** A peer's bell, opened to be written. */
export class Bell {
  private readonly fd: number;
  private isClosed = false;

  constructor(fd: number) {
    this.fd = fd;
  }

  ring(): void {
    if (this.isClosed) return;
    try {
      writeSync(this.fd, ONE);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === "EAGAIN") return; // it has not heard the rings before
      if (code !== "EPIPE") throw error; // it died: the head tells everybody, with the reason
      this.close();
    }
  }

  close(): void {
    if (!this.isClosed) closeSync(this.fd);
    this.isClosed = true;
  }
}
