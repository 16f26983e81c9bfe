/**
 * Who is alive, by a local stream socket that ends when a process does, however that dies (ZeroMQ does not tell). Drivers
 * and fronts connect to the head and keep the connection; workers are the head's children and need none.
 */
import { createServer, connect, type Server, type Socket } from "node:net";
import { chmodSync } from "node:fs";
import { join } from "node:path";
import type { ProcessName } from "../ids.ts";

/** Whoever connects says who it is at once. */
const HELLO_MS = 10_000;
const MOST_LINE_CHARACTERS = 64 * 1024;

const livenessPath = (folder: string): string => (process.platform === "win32" ? `\\\\.\\pipe\\ray-ts-${folder.replace(/[^\w]/g, "-")}` : join(folder, "live"));

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

/** What it hears when it has joined. */
export interface LivenessWelcome {
  /** A driver: what it may hold in shared memory from the beginning. */
  readonly grantedBytes?: number;
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
  readonly onJoin: (hello: LivenessHello) => LivenessWelcome;
  readonly onNote: (name: ProcessName, note: LivenessNote) => void;
  readonly onLeave: (name: ProcessName) => void;
  /** A connection that was ended because of what it said, or because it said nothing. */
  readonly onRefused: (text: string) => void;
}): Promise<LivenessServer> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    let hello: LivenessHello | undefined;
    const refuse = (why: string): void => {
      socket.destroy();
      options.onRefused(`A connection to the liveness socket was refused: ${why}`);
    };
    socket.setTimeout(HELLO_MS, () => refuse(`it said nothing for ${HELLO_MS} ms`));
    onLines(socket, refuse, (message) => {
      if (hello) return isNote(message) ? options.onNote(hello.name, message) : refuse("what it noted is nothing that is known");
      if (!isHello(message)) return refuse("it did not begin with a hello");
      if (message.token !== options.token) return refuse("wrong token");
      socket.setTimeout(0);
      hello = message;
      socket.write(JSON.stringify(options.onJoin(hello)) + "\n");
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
  readonly welcome: LivenessWelcome;
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
  const welcome = await new Promise<LivenessWelcome>((joined, failed) => {
    socket.once("error", failed);
    socket.once("close", () => failed(new Error("the cluster's head refused this process (another token) or is ending")));
    socket.write(JSON.stringify(hello) + "\n");
    onLines(socket, (why) => socket.destroy(new Error(why)), (message) => joined(message as LivenessWelcome));
  });
  socket.on("error", () => socket.destroy());
  return {
    welcome,
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
  const hello = message as Partial<Record<keyof LivenessHello, unknown>> | null;
  return typeof hello === "object" && hello !== null && (["token", "name", "job", "namespace"] as const).every((field) => typeof hello[field] === "string")
    && typeof hello.pid === "number" && typeof hello.isOwner === "boolean" && (hello.kind === "driver" || hello.kind === "front");
}

function isNote(message: unknown): message is LivenessNote {
  const note = message as Partial<Record<"note" | "keepMs", unknown>> | null;
  return typeof note === "object" && note !== null && (note.note === "shutdown" || (note.note === "keep" && typeof note.keepMs === "number"));
}

/** Lines of JSON; what is none, or does not end, goes to `refuse`, and nothing is read after it. */
function onLines(socket: Socket, refuse: (why: string) => void, on: (message: unknown) => void): void {
  let text = "";
  socket.setEncoding("utf8");
  socket.on("data", (chunk: string) => {
    text += chunk;
    for (let end = text.indexOf("\n"); end >= 0 && !socket.destroyed; end = text.indexOf("\n")) {
      const line = text.slice(0, end);
      text = text.slice(end + 1);
      let message: unknown;
      try {
        message = JSON.parse(line);
      } catch {
        return refuse("a line is not JSON");
      }
      on(message);
    }
    if (text.length <= MOST_LINE_CHARACTERS || socket.destroyed) return;
    text = "";
    refuse(`a line of more than ${MOST_LINE_CHARACTERS} characters`);
  });
}
