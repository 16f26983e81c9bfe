/**
 * The kernel's five sockets. It owns sockets, signatures and the order of sends; what messages mean is `kernel.ts`.
 *
 * Invariants
 * - S1 Messages of one socket leave in the order in which they were given (`SendQueue`).
 * - S2 iopub is bounded and drops nothing for who reads (`Publisher`); while much waits, `onPressure` has said so.
 * - S3 A message that fails its check gets no answer and disturbs nothing.
 */
import { randomUUID } from "node:crypto";
import { userInfo } from "node:os";
import { Reply, Router, XPublisher, context } from "zeromq";
import { MessageRejectedError, decodeMessage, encodeMessage, newHeader } from "./codec.ts";
import type { ConnectionInfo } from "./connection-file.ts";
import { endpoint } from "./connection-file.ts";
import type { JsonObject, Message, MessageHeader, RequestChannel } from "./message.ts";
import { IOPUB_HIGH_WATER_MARK, Publisher } from "./publisher.ts";
import { createReplayGuard } from "./replay-guard.ts";
import { SendQueue } from "./send-queue.ts";
import { createSigner } from "./signature.ts";

/** What the protocol core needs of a transport. */
export interface KernelWire {
  /** Answers `request`, or asks its sender on stdin. Resolves with the message's header when ZeroMQ has it. */
  send(channel: RequestChannel, request: Message, type: string, content: JsonObject, metadata?: JsonObject): Promise<MessageHeader>;
  /** Broadcasts. Resolves when ZeroMQ has the message. */
  publish(type: string, content: JsonObject, parent: MessageHeader | JsonObject, metadata?: JsonObject, buffers?: readonly Uint8Array[]): Promise<void>;
}

export interface KernelServer extends KernelWire {
  /** Where it listens, with the ports that it chose itself. */
  readonly connection: ConnectionInfo;
  /** Sends what waits (for at most a second after this resolves) and takes nothing more. */
  close(): Promise<void>;
}

export interface ServerOptions {
  readonly connection: ConnectionInfo;
  readonly onMessage: (channel: RequestChannel, message: Message) => void;
  /** Subscribers of iopub are slower than what is published, or have caught up. */
  readonly onPressure?: (isHigh: boolean) => void;
  readonly log: (text: string) => void;
}

const LINGER_MS = 1000;
const socketOptions = { linger: LINGER_MS, sendHighWaterMark: 0, receiveHighWaterMark: 0 };

export async function openServer({ connection, onMessage, onPressure, log }: ServerOptions): Promise<KernelServer> {
  // exit must not wait for ever for a client that reads nothing: each socket's own linger bounds it
  context.blocky = false;
  const signer = createSigner(connection.signature_scheme, connection.key);
  const isNew = createReplayGuard();
  const session = randomUUID();
  const username = nameOfUser();
  const routers = { shell: new Router(socketOptions), control: new Router(socketOptions), stdin: new Router(socketOptions) };
  const iopub = new XPublisher({ ...socketOptions, sendHighWaterMark: IOPUB_HIGH_WATER_MARK, noDrop: true, verbosity: "allSubs" });
  const heartbeat = new Reply(socketOptions);

  const closeAll = (): void => { for (const socket of [...Object.values(routers), iopub, heartbeat]) socket.close(); };
  const bound = await bindAll(connection, { ...routers, iopub, heartbeat }).catch((error: unknown) => {
    closeAll();
    throw error;
  });

  const sendError = (socket: string) => (error: unknown) => log(`cannot send on ${socket}: ${String(error)}`);
  const publisher = new Publisher(iopub, { now: () => performance.now(), after: (delayMs, run) => setTimeout(run, delayMs) }, log);
  const queueOf = (name: keyof typeof routers) => new SendQueue({ send: (frames) => routers[name].send(frames), onError: sendError(name) });
  const iopubQueue = new SendQueue({ send: (frames) => publisher.send(frames), onError: sendError("iopub"), ...(onPressure && { onPressure }) });
  const queues = { shell: queueOf("shell"), control: queueOf("control"), stdin: queueOf("stdin"), iopub: iopubQueue };

  const receive = (channel: RequestChannel, frames: Uint8Array[]): void => {
    let message: Message;
    try {
      message = decodeMessage(frames, signer);
      if (!isNew(signatureOf(frames, message))) throw new MessageRejectedError("its signature was used before");
    } catch (error) {
      if (!(error instanceof MessageRejectedError)) throw error;
      log(`dropped a message on ${channel}: ${error.message}`);
      return;
    }
    onMessage(channel, message);
  };
  const welcome = (frame: Uint8Array | undefined): void => {
    if (frame?.[0] !== 1) return; // 0 is an unsubscription
    const subscription = Buffer.from(frame.subarray(1)).toString("utf8");
    const message = { identities: subscription === "" ? [] : [frame.subarray(1)], header: newHeader("iopub_welcome", session, username), parentHeader: {}, metadata: {}, content: { subscription }, buffers: [] };
    void queues.iopub.push(encodeMessage(message, signer));
  };

  for (const channel of ["shell", "control", "stdin"] as const) void receiveAll(routers[channel], (frames) => receive(channel, frames), log);
  void receiveAll(iopub, ([frame]) => welcome(frame), log);
  void echoAll(heartbeat, log);

  return {
    connection: bound,
    async send(channel, request, type, content, metadata = {}) {
      const header = newHeader(type, session, username);
      await queues[channel].push(encodeMessage({ identities: request.identities, header, parentHeader: request.header, metadata, content, buffers: [] }, signer));
      return header;
    },
    publish(type, content, parentHeader, metadata = {}, buffers = []) {
      const topic = Buffer.from(`kernel.${session}.${type}`);
      return queues.iopub.push(encodeMessage({ identities: [topic], header: newHeader(type, session, username), parentHeader, metadata, content, buffers }, signer));
    },
    async close() {
      publisher.hurry();
      await Promise.all(Object.values(queues).map((queue) => queue.drained()));
      closeAll();
    },
  };
}

async function bindAll(connection: ConnectionInfo, sockets: { shell: Router; control: Router; stdin: Router; iopub: XPublisher; heartbeat: Reply }): Promise<ConnectionInfo> {
  const { shell, control, stdin, iopub, heartbeat } = sockets;
  const places = [[shell, "shell_port"], [control, "control_port"], [stdin, "stdin_port"], [iopub, "iopub_port"], [heartbeat, "hb_port"]] as const;
  let bound = connection;
  for (const [socket, port] of places) {
    const at = endpoint(connection, port);
    try {
      await socket.bind(at);
      if (connection[port] === 0) bound = { ...bound, [port]: Number(socket.lastEndpoint?.split(":").at(-1)) };
    } catch (cause) {
      throw new Error(`Cannot listen on ${at} (${port}): ${(cause as Error).message}. Another program may hold the address; start the kernel again.`, { cause });
    }
  }
  return bound;
}

async function receiveAll(socket: Router | XPublisher, handle: (frames: Uint8Array[]) => void, log: (text: string) => void): Promise<void> {
  for await (const frames of messagesOf(socket, log)) {
    try {
      handle(frames);
    } catch (error) {
      log(`cannot handle a message: ${(error as Error).stack ?? String(error)}`);
    }
  }
}

async function echoAll(heartbeat: Reply, log: (text: string) => void): Promise<void> {
  for await (const frames of messagesOf(heartbeat, log)) {
    await heartbeat.send(frames).catch((error: unknown) => log(`cannot answer a heartbeat: ${String(error)}`));
  }
}

/** Until the socket is closed. A socket's own iterator ends for ever at the first message that libzmq cannot take (on Reply: one empty frame). */
async function* messagesOf(socket: Router | XPublisher | Reply, log: (text: string) => void): AsyncGenerator<Uint8Array[]> {
  while (!socket.closed) {
    try {
      yield (await socket.receive()) as Uint8Array[];
    } catch (error) {
      if (socket.closed) return;
      log(`passed over what ${socket.lastEndpoint ?? "a socket"} cannot receive: ${String(error)}`);
      await new Promise((resolve) => { setImmediate(resolve); });
    }
  }
}

function signatureOf(frames: readonly Uint8Array[], message: Message): Uint8Array {
  return frames[message.identities.length + 1] as Uint8Array;
}

function nameOfUser(): string {
  try {
    return userInfo().username;
  } catch {
    // a container may run under a uid without a name; the field is for people only
    return "ray-ts";
  }
}
