/**
 * Who is alive, by a local stream socket that ends when a process does, however that dies (ZeroMQ does not tell). Drivers
 * and fronts connect to the head and keep the connection; workers are the head's children and need none.
 */
import { createServer, connect, type Server, type Socket } from "node:net";
import { chmodSync } from "node:fs";
import type { ProcessName } from "../ids.ts";
import { livenessPath } from "./address.ts";

export interface LivenessHello {
  readonly token: string;
  readonly name: ProcessName;
  readonly kind: "driver" | "front";
  readonly job: string;
  readonly namespace: string;
  readonly pid: number;
  /** A front or script whose end is the cluster's end. */
  readonly isOwner: boolean;
}

/** What a live process may say later on its connection. */
export type LivenessNote =
  | { readonly note: "keep"; readonly keepMs: number }
  | { readonly note: "shutdown" };

export interface LivenessServer {
  close(): void;
}

export async function serveLiveness(options: {
  readonly folder: string;
  readonly token: string;
  readonly onJoin: (hello: LivenessHello) => void;
  readonly onNote: (name: ProcessName, note: LivenessNote) => void;
  readonly onLeave: (name: ProcessName) => void;
}): Promise<LivenessServer> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    let hello: LivenessHello | undefined;
    onLines(socket, (line) => {
      const message: unknown = JSON.parse(line);
      if (hello) return options.onNote(hello.name, message as LivenessNote);
      if (!isHello(message) || message.token !== options.token) return void socket.destroy();
      hello = message;
      options.onJoin(hello);
      socket.write(JSON.stringify({ joined: true }) + "\n");
    });
    // a reset is an end like any other: "close" follows
    socket.on("error", () => socket.destroy());
    socket.on("close", () => {
      sockets.delete(socket);
      if (hello) options.onLeave(hello.name);
    });
  });
  const path = livenessPath(options.folder);
  await new Promise<void>((listening, failed) => {
    server.once("error", failed);
    server.listen(path, listening);
  });
  if (process.platform !== "win32") chmodSync(path, 0o600);
  return {
    close() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

export interface LivenessLink {
  note(note: LivenessNote): void;
  /** Resolves when the other side is gone. */
  readonly ended: Promise<void>;
  /** Lets the process end although the connection is open, or not. */
  ref(isHeld: boolean): void;
  close(): void;
  /** Closes after what was noted has been sent. */
  finish(): Promise<void>;
}

/** Joins a cluster. Rejects when nobody listens there or the token is wrong. */
export async function joinLiveness(folder: string, hello: LivenessHello): Promise<LivenessLink> {
  const socket = connect(livenessPath(folder));
  const ended = new Promise<void>((end) => socket.on("close", () => end()));
  await new Promise<void>((joined, failed) => {
    socket.once("error", failed);
    socket.once("close", () => failed(new Error("the cluster's head refused this process (another token) or is ending")));
    socket.write(JSON.stringify(hello) + "\n");
    onLines(socket, () => joined());
  });
  socket.on("error", () => socket.destroy());
  return {
    note: (note) => void socket.write(JSON.stringify(note) + "\n"),
    ended,
    ref: (isHeld) => void (isHeld ? socket.ref() : socket.unref()),
    close: () => void socket.destroy(),
    finish: () =>
      new Promise((done) => {
        socket.once("close", () => done());
        socket.end(() => socket.destroy());
      }),
  };
}

function isHello(message: unknown): message is LivenessHello {
  const hello = message as Partial<LivenessHello> | null;
  return typeof hello === "object" && hello !== null && typeof hello.token === "string" && typeof hello.name === "string" && (hello.kind === "driver" || hello.kind === "front");
}

function onLines(socket: Socket, on: (line: string) => void): void {
  let text = "";
  socket.setEncoding("utf8");
  socket.on("data", (chunk: string) => {
    text += chunk;
    for (let end = text.indexOf("\n"); end >= 0; end = text.indexOf("\n")) {
      const line = text.slice(0, end);
      text = text.slice(end + 1);
      try {
        on(line);
      } catch (error) {
        socket.destroy(error as Error);
        return;
      }
    }
  });
}
