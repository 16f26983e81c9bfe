/**
 * The protocol's core: which request goes where, busy and idle around each, cells in order. It knows no socket (`wire/`)
 * and no cell's code (`runtime/front`).
 *
 * Invariants
 * - K1 For every request: busy, then what it puts out, then its reply, then idle.
 * - K2 Cells of a shell run one at a time in order; every other request is answered at once, also while a cell runs.
 * - K3 A handler that throws gives an error reply, and the kernel goes on.
 */
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Debugger } from "../runtime/debug/debugger.ts";
import type { Front, FrontOptions } from "../runtime/front/front.ts";
import { CellOutputs } from "./cell-outputs.ts";
import { Comms } from "./comm/comms.ts";
import type { Handler, KernelContext } from "./context.ts";
import { comm, commInfo } from "./handlers/comm.ts";
import { complete } from "./handlers/complete.ts";
import { connect } from "./handlers/connect.ts";
import { debug } from "./handlers/debug.ts";
import { execute } from "./handlers/execute.ts";
import { history } from "./handlers/history.ts";
import { inspect } from "./handlers/inspect.ts";
import { interrupt } from "./handlers/interrupt.ts";
import { isComplete } from "./handlers/is-complete.ts";
import { kernelInfo } from "./handlers/kernel-info.ts";
import { createSubshell, deleteSubshell, listSubshells } from "./handlers/subshell.ts";
import { usage } from "./handlers/usage.ts";
import type { History } from "./history.ts";
import { InputRequests } from "./input-requests.ts";
import { booleanField } from "./request-fields.ts";
import { type Shell, Shells } from "./shells.ts";
import { Usage } from "./usage.ts";
import type { ConnectionInfo } from "./wire/connection-file.ts";
import type { JsonObject, Message, RequestChannel } from "./wire/message.ts";
import type { KernelWire } from "./wire/server.ts";

export interface KernelOptions {
  readonly wire: KernelWire;
  readonly openFront: (options: Pick<FrontOptions, "onOutput" | "onComm" | "onInput">) => Front;
  readonly history: History;
  readonly connection: ConnectionInfo;
  readonly version: string;
  readonly onShutdown: (options: { restart: boolean }) => void;
  readonly log: (text: string) => void;
}

/** For a request to a subshell that is not there: fails with the reason. */
const refuseShell: Handler = (request, { shells }) => void shells.of(request);

const handlers: Readonly<Record<string, Handler>> = {
  execute_request: refuseShell, // those that have a shell are in its queue
  kernel_info_request: kernelInfo,
  is_complete_request: isComplete,
  complete_request: complete,
  inspect_request: inspect,
  history_request: history,
  connect_request: connect,
  interrupt_request: interrupt,
  usage_request: usage,
  debug_request: debug,
  create_subshell_request: createSubshell,
  delete_subshell_request: deleteSubshell,
  list_subshell_request: listSubshells,
  comm_info_request: commInfo,
  comm_open: comm,
  comm_msg: comm,
  comm_close: comm,
};

export class Kernel {
  readonly front: Front;
  readonly #context: KernelContext;
  readonly #shells = new Shells(afterArrivals);
  readonly #onShutdown: KernelOptions["onShutdown"];
  #isShuttingDown = false;

  constructor({ wire, openFront, history, connection, version, onShutdown, log }: KernelOptions) {
    const outputs = new CellOutputs(wire);
    const input = new InputRequests(wire);
    const comms = new Comms({ wire, front: () => this.front, log });
    const onComm: FrontOptions["onComm"] = (message, cell) => {
      comms.fromSession(message);
      outputs.comm(message, cell);
    };
    this.front = openFront({ onOutput: (output, cell) => outputs.put(output, cell), onComm, onInput: ({ prompt, password }, cell) => this.#ask(cell, prompt, password) });
    const adapter = new Debugger({
      openInspector: this.front.openInspector,
      onEvent: (event) => void wire.publish("debug_event", { ...event }, this.#context.debugParent),
      cellPrefix: join(tmpdir(), `ray-ts_${process.pid}`, "/"),
      log,
    });
    this.#context = { front: this.front, wire, outputs, comms, history, shells: this.#shells, input, usage: new Usage(), debugger: adapter, debugParent: {}, connection, version, log };
    this.#onShutdown = onShutdown;
  }

  receive(channel: RequestChannel, message: Message): void {
    const type = message.header.msg_type;
    if (channel === "stdin") this.#context.input.answer(message);
    else if (this.#isShuttingDown) this.#context.log(`passed over a ${type}: the kernel is shutting down`);
    else if (type === "execute_request" && this.#hasShell(channel, message)) this.#enqueue(channel, message, this.#shells.of(message));
    else if (type === "shutdown_request") void this.#shutdown(channel, message);
    else void this.#answer(channel, message);
  }

  async #answer(channel: RequestChannel, request: Message): Promise<void> {
    const { wire, log } = this.#context;
    const type = request.header.msg_type;
    const known = Object.hasOwn(handlers, type) ? handlers[type] : undefined;
    const handler = known === undefined || this.#hasShell(channel, request) ? known : refuseShell;
    if (handler === undefined) log(`passed over a message of the unknown type "${type}"`);
    this.#publishState("busy", request);
    const content = handler && (await settle(handler, request, this.#context));
    if (content !== undefined && type.endsWith("_request")) await wire.send(channel, request, replyType(type), content);
    const idle = this.#publishState("idle", request);
    // front ends show the last state they heard, whichever request it was about. Asked before the send has ended: a cell that
    // begins meanwhile says its busy after this idle by itself
    if (this.#shells.main.running !== undefined) this.#publishState("busy", this.#shells.main.running);
    await idle;
  }

  #enqueue(channel: RequestChannel, request: Message, shell: Shell): void {
    const { wire } = this.#context;
    let content: JsonObject = {};
    const reply = async (): Promise<void> => {
      await wire.send(channel, request, "execute_reply", content);
      await this.#publishState("idle", request);
    };
    shell.queue.add({
      run: async () => {
        shell.running = request;
        this.#publishState("busy", request);
        content = (await settle(execute, request, this.#context)) ?? {};
        return content["status"] === "error" && booleanField(request.content, "stop_on_error", true);
      },
      answer: async () => {
        shell.running = undefined;
        if (!this.#shells.isBusy) this.#context.debugger.cellsEnded();
        await reply();
      },
      abort: async () => {
        this.#publishState("busy", request);
        content = { status: "aborted", execution_count: shell.executionCount };
        await reply();
      },
    });
  }

  async #shutdown(channel: RequestChannel, request: Message): Promise<void> {
    this.#isShuttingDown = true;
    const restart = booleanField(request.content, "restart", false);
    const content = { status: "ok", restart };
    this.#publishState("busy", request);
    // clients that did not ask learn it from iopub
    void this.#context.wire.publish("shutdown_reply", content, request.header);
    await this.#context.wire.send(channel, request, "shutdown_reply", content);
    await this.#publishState("idle", request);
    this.#onShutdown({ restart });
  }

  #ask(cell: number, prompt: string, password: boolean): Promise<string | undefined> {
    // what the cell printed before its question is to be read before it
    void this.#context.outputs.flush();
    return this.#context.input.ask(cell, prompt, password);
  }

  /** Comms are heard in the session whichever shell they are sent to; a cell has a shell on whatever channel it comes. */
  #hasShell(channel: RequestChannel, { header }: Message): boolean {
    const isOfShell = channel === "shell" || header.msg_type === "execute_request";
    return !isOfShell || header.msg_type.startsWith("comm_") || header.subshell_id === undefined || header.subshell_id === null || this.#shells.ids.includes(header.subshell_id as string);
  }

  #publishState(state: "busy" | "idle", request: Message): Promise<void> {
    return this.#context.wire.publish("status", { execution_state: state }, request.header);
  }
}

async function settle(handler: Handler, request: Message, context: KernelContext): Promise<JsonObject | undefined> {
  try {
    return await handler(request, context);
  } catch (error) {
    const { name, message, stack } = error as Error;
    context.log(`a ${request.header.msg_type} failed: ${stack ?? message}`);
    return { status: "error", ename: name, evalue: message, traceback: [`${name}: ${message}`] };
  }
}

const replyType = (requestType: string): string => requestType.replace(/_request$/, "_reply");

/** Two turns of the event loop: the sockets have been read once since. */
async function afterArrivals(): Promise<void> {
  for (let turn = 0; turn < 2; turn += 1) await new Promise<void>((resolve) => { setImmediate(resolve); });
}
