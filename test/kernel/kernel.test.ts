import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { CellRequest, CellResult, Front, FrontOptions } from "../../runtime/front/front.ts";
import { History } from "../../kernel/history.ts";
import { Kernel } from "../../kernel/kernel.ts";
import type { JsonObject, Message, MessageHeader, RequestChannel } from "../../kernel/wire/message.ts";
import type { KernelWire } from "../../kernel/wire/server.ts";
import { messageFaults } from "./message-spec.ts";

interface Sent {
  readonly channel: RequestChannel | "iopub";
  readonly type: string;
  readonly content: JsonObject;
  readonly parent: string;
}

/** The kernel's sockets as a list of what was sent; every message is held against the protocol. */
class RecordingWire implements KernelWire {
  readonly sent: Sent[] = [];
  /** Sends of these are in the socket's order, but are reported as done only when this resolves. */
  slow: { readonly is: (sent: Sent) => boolean; readonly done: Promise<void> } | undefined;
  #waiting: { readonly isThere: (sent: Sent) => boolean; readonly resolve: () => void }[] = [];

  async send(channel: RequestChannel, request: Message, type: string, content: JsonObject): Promise<MessageHeader> {
    const sent = header(`sent-${this.sent.length}`, type);
    await this.#record({ channel, type, content, parent: request.header.msg_id });
    return sent;
  }

  publish(type: string, content: JsonObject, parent: MessageHeader | JsonObject): Promise<void> {
    return this.#record({ channel: "iopub", type, content, parent: String(parent["msg_id" as keyof typeof parent]) });
  }

  /** Resolves when a message as described has been sent, at once if it was. */
  until(isThere: (sent: Sent) => boolean): Promise<void> {
    return new Promise((resolve) => {
      if (this.sent.some(isThere)) resolve();
      else this.#waiting.push({ isThere, resolve });
    });
  }

  /** Resolves when the request is answered and what follows from that has been done. */
  async idle(parent: string): Promise<void> {
    await this.until((sent) => sent.parent === parent && sent.content["execution_state"] === "idle");
    await new Promise((resolve) => { setImmediate(resolve); });
  }

  async #record(sent: Sent): Promise<void> {
    expect(messageFaults({ header: { ...header("x", sent.type), msg_type: sent.type }, content: sent.content })).toEqual([]);
    this.sent.push(sent);
    for (const { resolve } of this.#waiting.filter(({ isThere }) => isThere(sent))) resolve();
    if (this.slow?.is(sent)) await this.slow.done;
  }
}

type Cell = (put: (output: Parameters<FrontOptions["onOutput"]>[0]) => void, options: { interrupted: Promise<void>; input: (prompt: string) => Promise<string | undefined>; cell: number }) => Promise<Partial<CellResult>> | Partial<CellResult>;

/** A front whose cells are functions by their text. */
class ScriptedFront implements Front {
  readonly sessionPid = undefined;
  readonly headPid = undefined;
  readonly requests: CellRequest[] = [];
  readonly closed: boolean[] = [];
  readonly #cells: Readonly<Record<string, Cell>>;
  readonly #options: Pick<FrontOptions, "onOutput" | "onInput">;
  #interrupts: (() => void)[] = [];
  #count = 0;

  constructor(cells: Readonly<Record<string, Cell>>, options: Pick<FrontOptions, "onOutput" | "onInput">) {
    this.#cells = cells;
    this.#options = options;
  }

  async start(): Promise<void> {}

  async typesSettled(): Promise<void> {}

  async execute(request: CellRequest, started?: (cell: number) => void): Promise<CellResult> {
    const cell = ++this.#count;
    this.requests.push(request);
    started?.(cell);
    const run = this.#cells[request.code];
    if (run === undefined) throw new Error(`no cell ${request.code}`);
    const interrupted = new Promise<void>((resolve) => { this.#interrupts.push(resolve); });
    const input = async (prompt: string): Promise<string | undefined> => this.#options.onInput?.({ prompt, password: false }, cell);
    const result = await run((output) => this.#options.onOutput(output, cell), { interrupted, input, cell });
    return { status: "ok", interrupted: false, sessionDied: false, ...result };
  }

  readonly comms = new Map<string, { target: string }>();
  hearComm(): boolean { return false; }
  async watchView(): Promise<undefined> { return undefined; }
  interrupt(): void { for (const interrupt of this.#interrupts.splice(0)) interrupt(); }
  holdOutput(): void {}
  openInspector(): never { throw new Error("no session to debug"); }
  async complete(_code: string, cursor: number): ReturnType<Front["complete"]> { return { matches: [{ text: "value", type: "variable" }], start: cursor - 1, end: cursor, statement: 0 }; }
  async inspect(): ReturnType<Front["inspect"]> { return { found: true, data: { "text/plain": "number" } }; }
  isComplete(code: string): ReturnType<Front["isComplete"]> { return code.endsWith("{") ? { status: "incomplete", indent: "  " } : { status: "complete" }; }
  async close({ keepCluster }: { keepCluster: boolean }): Promise<void> { this.closed.push(keepCluster); }
}

const text = (value: string): { type: "stream"; name: "stdout"; text: string } => ({ type: "stream", name: "stdout", text: value });
const result = (plain: string): { type: "result"; data: Record<string, string>; metadata: Record<string, never> } => ({ type: "result", data: { "text/plain": plain }, metadata: {} });
const failure = { ename: "RangeError", evalue: "bad", traceback: ["RangeError: bad"] };

const cells: Record<string, Cell> = {
  "1+1": (put) => { put(result("2")); return {}; },
  print: (put) => { put(text("a\n")); put(text("b\n")); put(result("3")); return {}; },
  fail: (put) => { put(text("before\n")); return { status: "error", error: failure }; },
  wait: async (_put, { interrupted }) => { await interrupted; return { status: "error", interrupted: true, error: { ename: "InterruptedError", evalue: "Interrupted", traceback: [] } }; },
  ask: async (put, { input }) => { put(text("?\n")); put(result(String(await input("name: ").catch((error: Error) => error.message)))); return {}; },
  askTwice: async (put, { input }) => { put(result((await Promise.all([input("a"), input("b")])).join())); return {}; },
  askLate: (put, { input }) => { setImmediate(() => void input("late: ").catch((error: Error) => put(text(error.message)))); return {}; },
  display: (put) => {
    put({ type: "display", data: { "text/plain": "0 %" }, metadata: {}, displayId: "d", update: false });
    put({ type: "display", data: { "text/plain": "100 %" }, metadata: {}, displayId: "d", update: true });
    put({ type: "clear", wait: true });
    return {};
  },
  live: (put) => {
    put({ ...result("pending"), displayId: "v" });
    setImmediate(() => put({ type: "display", data: { "text/plain": "ready" }, metadata: {}, displayId: "v", update: true }));
    return {};
  },
  late: (put) => { setImmediate(() => put(text("late\n"))); return {}; },
};

let folder: string;
beforeEach(() => { folder = mkdtempSync(join(tmpdir(), "ray-ts-kernel-")); });
afterEach(() => rmSync(folder, { recursive: true }));

const header = (id: string, type: string): MessageHeader => ({ msg_id: id, msg_type: type, username: "u", session: "s", date: new Date().toISOString(), version: "5.5" });

interface Bench {
  readonly wire: RecordingWire;
  readonly front: ScriptedFront;
  readonly shutdowns: boolean[];
  readonly logged: string[];
  ask(type: string, content?: JsonObject, channel?: RequestChannel, more?: { readonly subshell?: string; readonly parent?: string }): string;
  /** Types of what was sent for a request, in order; status messages by their state. */
  story(id: string): string[];
  sent(id: string, type: string): JsonObject;
}

function newBench(): Bench {
  const wire = new RecordingWire();
  const shutdowns: boolean[] = [];
  const logged: string[] = [];
  let front: ScriptedFront | undefined;
  const kernel = new Kernel({
    wire,
    openFront: (options) => (front = new ScriptedFront(cells, options)),
    history: new History(join(folder, "history"), (line) => logged.push(line)),
    connection: { transport: "tcp", ip: "127.0.0.1", shell_port: 1, control_port: 2, stdin_port: 3, iopub_port: 4, hb_port: 5, key: "", signature_scheme: "hmac-sha256" },
    version: "1.2.3",
    onShutdown: ({ restart }) => shutdowns.push(restart),
    log: (line) => logged.push(line),
  });
  let asked = 0;
  return {
    wire, front: front as unknown as ScriptedFront, shutdowns, logged,
    ask(type, content = {}, channel = "shell", { subshell, parent } = {}) {
      const id = `${type}-${++asked}`;
      const sentHeader = { ...header(id, type), ...(subshell === undefined ? {} : { subshell_id: subshell }) };
      kernel.receive(channel, { identities: [Buffer.from("client")], header: sentHeader, parentHeader: parent === undefined ? {} : { msg_id: parent }, metadata: {}, content, buffers: [] });
      return id;
    },
    story: (id) => wire.sent.filter(({ parent }) => parent === id).map(({ type, content }) => (type === "status" ? String(content["execution_state"]) : type)),
    sent: (id, type) => wire.sent.find((sent) => sent.parent === id && sent.type === type)?.content ?? {},
  };
}

describe("execute_request", () => {
  test("gives busy, input, outputs, reply, idle in this order, and streams as one message", async () => {
    const bench = newBench();
    const id = bench.ask("execute_request", { code: "print" });
    await bench.wire.idle(id);
    expect(bench.story(id)).toEqual(["busy", "execute_input", "stream", "execute_result", "execute_reply", "idle"]);
    expect(bench.sent(id, "stream")).toEqual({ name: "stdout", text: "a\nb\n" });
    expect(bench.sent(id, "execute_result")).toEqual({ execution_count: 1, data: { "text/plain": "3" }, metadata: {}, transient: {} });
    expect(bench.front.requests[0]).toMatchObject({ name: "In[1]", silent: false });
  });

  test("a value that changes later is a display, the only thing that JupyterLab updates", async () => {
    const bench = newBench();
    const id = bench.ask("execute_request", { code: "live" });
    await bench.wire.until(({ type }) => type === "update_display_data");
    expect(bench.sent(id, "display_data")).toEqual({ data: { "text/plain": "pending" }, metadata: {}, transient: { display_id: "v" } });
    expect(bench.sent(id, "update_display_data")).toEqual({ data: { "text/plain": "ready" }, metadata: {}, transient: { display_id: "v" } });
    expect(bench.sent(id, "execute_result")).toEqual({});
  });

  test("an error comes on iopub and in the reply", async () => {
    const bench = newBench();
    const id = bench.ask("execute_request", { code: "fail" });
    await bench.wire.idle(id);
    expect(bench.story(id)).toEqual(["busy", "execute_input", "stream", "error", "execute_reply", "idle"]);
    expect(bench.sent(id, "error")).toEqual(failure);
    expect(bench.sent(id, "execute_reply")).toMatchObject({ status: "error", ...failure, execution_count: 1 });
  });

  test("a failed cell aborts those that wait behind it, and those that come later run", async () => {
    const bench = newBench();
    const ids = ["fail", "1+1", "print"].map((code) => bench.ask("execute_request", { code }));
    await Promise.all(ids.map((id) => bench.wire.idle(id)));
    expect(ids.slice(1).map((id) => bench.story(id))).toEqual([["busy", "execute_reply", "idle"], ["busy", "execute_reply", "idle"]]);
    expect(bench.sent(ids[1] as string, "execute_reply")["status"]).toBe("aborted");
    const next = bench.ask("execute_request", { code: "1+1" });
    await bench.wire.idle(next);
    expect(bench.sent(next, "execute_result")).toMatchObject({ execution_count: 2 });
  });

  test("with stop_on_error false those behind a failed cell run", async () => {
    const bench = newBench();
    bench.ask("execute_request", { code: "fail", stop_on_error: false });
    const id = bench.ask("execute_request", { code: "1+1" });
    await bench.wire.idle(id);
    expect(bench.sent(id, "execute_reply")["status"]).toBe("ok");
  });

  test("a silent one publishes nothing but its state and does not count", async () => {
    const bench = newBench();
    const id = bench.ask("execute_request", { code: "print", silent: true });
    const failed = bench.ask("execute_request", { code: "fail", silent: true });
    await bench.wire.idle(failed);
    expect(bench.story(id)).toEqual(["busy", "execute_reply", "idle"]);
    expect(bench.story(failed)).toEqual(["busy", "execute_reply", "idle"]);
    expect(bench.sent(id, "execute_reply")["execution_count"]).toBe(0);
    const next = bench.ask("execute_request", { code: "1+1" });
    await bench.wire.idle(next);
    expect(bench.sent(next, "execute_reply")["execution_count"]).toBe(1);
  });

  test("without store_history the count stays and the history is not told", async () => {
    const bench = newBench();
    await bench.wire.idle(bench.ask("execute_request", { code: "1+1" }));
    const id = bench.ask("execute_request", { code: "print", store_history: false });
    await bench.wire.idle(id);
    expect(bench.sent(id, "execute_result")["execution_count"]).toBe(1);
    const asked = bench.ask("history_request", { hist_access_type: "tail", n: 5, output: true, raw: true });
    await bench.wire.idle(asked);
    expect(bench.sent(asked, "history_reply")["history"]).toEqual([[1, 1, ["1+1", "2"]]]);
  });

  test("display, update and clear are messages of their own", async () => {
    const bench = newBench();
    const id = bench.ask("execute_request", { code: "display" });
    await bench.wire.idle(id);
    expect(bench.story(id)).toEqual(["busy", "execute_input", "display_data", "update_display_data", "clear_output", "execute_reply", "idle"]);
    expect(bench.sent(id, "update_display_data")["transient"]).toEqual({ display_id: "d" });
  });

  test("output after the end goes to the cell that caused it, also while another runs", async () => {
    const bench = newBench();
    const late = bench.ask("execute_request", { code: "late" });
    const waiting = bench.ask("execute_request", { code: "wait" });
    await bench.wire.until(({ type }) => type === "stream");
    expect(bench.sent(late, "stream")).toEqual({ name: "stdout", text: "late\n" });
    bench.ask("interrupt_request", {}, "control");
    await bench.wire.idle(waiting);
    expect(bench.story(waiting)).not.toContain("stream");
  });

  test("when the front itself fails the cell has an error and the next one runs", async () => {
    const bench = newBench();
    const id = bench.ask("execute_request", { code: "unknown" });
    await bench.wire.idle(id);
    expect(bench.sent(id, "error")).toMatchObject({ ename: "Error", evalue: "no cell unknown" });
    const next = bench.ask("execute_request", { code: "1+1" });
    await bench.wire.idle(next);
    expect(bench.sent(next, "execute_reply")["status"]).toBe("ok");
  });
});

describe("while a cell runs", () => {
  test("completion, inspection, kernel_info and the interrupt are answered at once", async () => {
    const bench = newBench();
    const cell = bench.ask("execute_request", { code: "wait" });
    for (const [type, channel] of [["complete_request", "shell"], ["inspect_request", "shell"], ["kernel_info_request", "shell"], ["is_complete_request", "shell"], ["kernel_info_request", "control"]] as const) {
      await bench.wire.idle(bench.ask(type, { code: "v", cursor_pos: 1, detail_level: 0 }, channel));
    }
    expect(bench.story(cell)).not.toContain("idle");
    const interrupt = bench.ask("interrupt_request", {}, "control");
    await bench.wire.idle(cell);
    expect(bench.story(interrupt)).toEqual(["busy", "interrupt_reply", "idle"]);
    expect(bench.sent(cell, "execute_reply")).toMatchObject({ status: "error", ename: "InterruptedError" });
  });

  test("a cell that begins while another request's idle is being sent is busy once", async () => {
    const bench = newBench();
    let sendEnded = (): void => undefined;
    bench.wire.slow = { is: ({ content, parent }) => parent.startsWith("kernel_info") && content["execution_state"] === "idle", done: new Promise((resolve) => { sendEnded = resolve; }) };
    const info = bench.ask("kernel_info_request");
    await bench.wire.until(({ parent, content }) => parent === info && content["execution_state"] === "idle");
    const cell = bench.ask("execute_request", { code: "wait" });
    await bench.wire.until(({ parent, type }) => parent === cell && type === "execute_input");
    sendEnded();
    await new Promise((resolve) => { setImmediate(resolve); });
    bench.ask("interrupt_request", {}, "control");
    await bench.wire.idle(cell);
    expect(bench.wire.sent.filter(({ parent }) => parent === info || parent === cell).map(({ content, parent }) => content["execution_state"] && `${parent === info ? "info" : "cell"} ${String(content["execution_state"])}`).filter(Boolean).slice(0, 3)).toEqual(["info busy", "info idle", "cell busy"]);
    // the interrupt is answered while the cell runs, so its busy comes again after that idle, and only then
    expect(bench.story(cell).filter((state) => state === "busy")).toHaveLength(2);
  });

  test("a front end that shows the last state sees busy until the cell's end", async () => {
    const bench = newBench();
    const cell = bench.ask("execute_request", { code: "wait" });
    await bench.wire.idle(bench.ask("complete_request", { code: "v", cursor_pos: 1 }));
    expect(bench.wire.sent.at(-1)).toMatchObject({ content: { execution_state: "busy" }, parent: cell });
    bench.ask("interrupt_request", {}, "control");
    await bench.wire.idle(cell);
    expect(bench.wire.sent.filter(({ type }) => type === "status").at(-1)?.content).toEqual({ execution_state: "idle" });
  });

  test("its question goes to stdin after what it printed, and the answer comes back", async () => {
    const bench = newBench();
    const id = bench.ask("execute_request", { code: "ask", allow_stdin: true });
    await bench.wire.until(({ type }) => type === "input_request");
    expect(bench.story(id)).toEqual(["busy", "execute_input", "stream", "input_request"]);
    bench.ask("input_reply", { value: "Ada" }, "stdin");
    await bench.wire.idle(id);
    expect(bench.sent(id, "execute_result")["data"]).toEqual({ "text/plain": "Ada" });
  });

  test("a client that allows no stdin is not asked: the cell is told why", async () => {
    const bench = newBench();
    const id = bench.ask("execute_request", { code: "ask", allow_stdin: false });
    await bench.wire.idle(id);
    expect(bench.story(id)).not.toContain("input_request");
    expect(String((bench.sent(id, "execute_result")["data"] as Record<string, string>)["text/plain"])).toMatch(/takes no input \(allow_stdin is false\)/);
  });

  test("an answer that names its question is that one's, others are taken in order", async () => {
    const bench = newBench();
    const id = bench.ask("execute_request", { code: "askTwice", allow_stdin: true });
    await bench.wire.until(({ type, content }) => type === "input_request" && content["prompt"] === "b");
    const second = bench.wire.sent.findIndex(({ type, content }) => type === "input_request" && content["prompt"] === "b");
    await new Promise((resolve) => { setImmediate(resolve); });
    bench.ask("input_reply", { value: "of b" }, "stdin", { parent: `sent-${second}` });
    bench.ask("input_reply", { value: "of a" }, "stdin");
    await bench.wire.idle(id);
    expect(bench.sent(id, "execute_result")["data"]).toEqual({ "text/plain": "of a,of b" });
  });

  test("code of a cell that has ended cannot ask, and is told so", async () => {
    const bench = newBench();
    const id = bench.ask("execute_request", { code: "askLate", allow_stdin: true });
    await bench.wire.until(({ type }) => type === "stream");
    expect(bench.sent(id, "stream")["text"]).toMatch(/the cell has ended/);
  });

  test("an interrupt ends a question without an answer", async () => {
    const bench = newBench();
    const id = bench.ask("execute_request", { code: "ask", allow_stdin: true });
    await bench.wire.until(({ type }) => type === "input_request");
    bench.ask("interrupt_request", {}, "control");
    await bench.wire.idle(id);
    expect(bench.sent(id, "execute_result")["data"]).toEqual({ "text/plain": "undefined" });
  });
});

describe("subshells", () => {
  const created = async (bench: Bench): Promise<string> => {
    const id = bench.ask("create_subshell_request", {}, "control");
    await bench.wire.idle(id);
    return String(bench.sent(id, "create_subshell_reply")["subshell_id"]);
  };

  test("run cells beside the main one's, each in order, with counts and a history of their own", async () => {
    const bench = newBench();
    const subshell = await created(bench);
    const main = bench.ask("execute_request", { code: "wait" });
    const first = bench.ask("execute_request", { code: "1+1" }, "shell", { subshell });
    const second = bench.ask("execute_request", { code: "print" }, "shell", { subshell });
    await bench.wire.idle(second);
    expect(bench.story(main)).not.toContain("idle");
    expect([first, second].map((id) => bench.sent(id, "execute_reply")["execution_count"])).toEqual([1, 2]);
    expect(bench.front.requests.map(({ name, lane }) => [name, lane])).toEqual([["In[1]", undefined], ["In[s1.1]", subshell], ["In[s1.2]", subshell]]);
    const asked = bench.ask("history_request", { hist_access_type: "range", session: 0, start: 1 }, "shell", { subshell });
    await bench.wire.idle(asked);
    expect(bench.sent(asked, "history_reply")["history"]).toEqual([[0, 1, "1+1"], [0, 2, "print"]]);
    bench.ask("interrupt_request", {}, "control");
    await bench.wire.idle(main);
  });

  test("an error aborts what waits in the same subshell only", async () => {
    const bench = newBench();
    const subshell = await created(bench);
    const ids = [bench.ask("execute_request", { code: "fail" }, "shell", { subshell }), bench.ask("execute_request", { code: "1+1" }, "shell", { subshell }), bench.ask("execute_request", { code: "1+1" })];
    await Promise.all(ids.map((id) => bench.wire.idle(id)));
    expect(ids.map((id) => bench.sent(id, "execute_reply")["status"])).toEqual(["error", "aborted", "ok"]);
  });

  test("are listed; a deleted one aborts what waits in it and takes no more", async () => {
    const bench = newBench();
    const [subshell, other] = [await created(bench), await created(bench)];
    const [running, waiting] = [bench.ask("execute_request", { code: "wait" }, "shell", { subshell }), bench.ask("execute_request", { code: "1+1" }, "shell", { subshell })];
    const deleted = bench.ask("delete_subshell_request", { subshell_id: subshell }, "control");
    await Promise.all([bench.wire.idle(deleted), bench.wire.idle(waiting)]);
    expect(bench.sent(deleted, "delete_subshell_reply")).toEqual({ status: "ok" });
    expect(bench.sent(waiting, "execute_reply")["status"]).toBe("aborted");
    bench.ask("interrupt_request", {}, "control");
    await bench.wire.idle(running);
    const listed = bench.ask("list_subshell_request", {}, "control");
    await bench.wire.idle(listed);
    expect(bench.sent(listed, "list_subshell_reply")).toEqual({ status: "ok", subshell_id: [other] });
  });

  test.each([["execute_request", { code: "1+1" }], ["complete_request", { code: "v", cursor_pos: 1 }]])("a %s to one that is not there fails", async (type: string, content: JsonObject) => {
    const bench = newBench();
    const id = bench.ask(type, content, "shell", { subshell: "nobody" });
    await bench.wire.idle(id);
    expect(bench.story(id)).toEqual(["busy", type.replace("_request", "_reply"), "idle"]);
    expect(bench.sent(id, type.replace("_request", "_reply"))).toMatchObject({ status: "error", ename: "UnknownSubshellError", evalue: expect.stringContaining('"nobody"') });
    const unknown = bench.ask("delete_subshell_request", { subshell_id: "nobody" }, "control");
    await bench.wire.idle(unknown);
    expect(bench.sent(unknown, "delete_subshell_reply")).toMatchObject({ status: "error", ename: "UnknownSubshellError" });
  });
});

describe("other requests", () => {
  const answer = async (type: string, content: JsonObject = {}): Promise<JsonObject> => {
    const bench = newBench();
    const id = bench.ask(type, content);
    await bench.wire.idle(id);
    expect(bench.story(id)).toEqual(["busy", type.replace("_request", "_reply"), "idle"]);
    return bench.sent(id, type.replace("_request", "_reply"));
  };

  test("kernel_info says protocol 5.5 and TypeScript", async () => {
    expect(await answer("kernel_info_request")).toMatchObject({ protocol_version: "5.5", implementation: "ray-ts", implementation_version: "1.2.3", language_info: { name: "typescript", file_extension: ".ts" }, debugger: true, supported_features: ["debugger", "kernel subshells"] });
  });

  test("usage says what kernel, session and cluster take", async () => {
    expect(await answer("usage_request")).toMatchObject({ pid: process.pid, session_memory: 0, cluster_memory: 0 });
  });

  test("complete counts characters, not UTF-16 units", async () => {
    expect(await answer("complete_request", { code: "'😀'.le", cursor_pos: 6 })).toMatchObject({ matches: ["value"], cursor_start: 5, cursor_end: 6, metadata: { _jupyter_types_experimental: [{ text: "value", type: "variable", start: 5, end: 6 }] } });
  });

  test("inspect, is_complete, comm_info and connect", async () => {
    expect(await answer("inspect_request", { code: "x", cursor_pos: 1, detail_level: 0 })).toMatchObject({ found: true, data: { "text/plain": "number" } });
    expect(await answer("is_complete_request", { code: "if (x) {" })).toEqual({ status: "incomplete", indent: "  " });
    expect(await answer("is_complete_request", { code: "x" })).toEqual({ status: "complete" });
    expect(await answer("comm_info_request")).toEqual({ status: "ok", comms: {} });
    expect(await answer("connect_request")).toMatchObject({ shell_port: 1, control_port: 2 });
  });

  test("fields of a wrong type are no crash", async () => {
    expect(await answer("complete_request", { code: 7, cursor_pos: "x" })).toMatchObject({ status: "ok" });
    expect(await answer("history_request", { hist_access_type: "none" })).toMatchObject({ history: [] });
  });

  test("a comm of an unknown target is closed on iopub", async () => {
    const bench = newBench();
    const id = bench.ask("comm_open", { comm_id: "c", target_name: "nobody", data: {} });
    await bench.wire.idle(id);
    expect(bench.story(id)).toEqual(["busy", "comm_close", "idle"]);
  });

  test.each(["constructor", "no_such_request"])("a message of the unknown type %s is logged and passed over", async (type: string) => {
    const bench = newBench();
    const id = bench.ask(type);
    await bench.wire.idle(id);
    expect(bench.story(id)).toEqual(["busy", "idle"]);
    expect(bench.logged.join()).toContain(`"${type}"`);
  });
});

test.each([true, false])("shutdown_request with restart %s is answered on control and iopub, then nothing runs any more", async (restart: boolean) => {
  const bench = newBench();
  const id = bench.ask("shutdown_request", { restart }, "control");
  await bench.wire.idle(id);
  expect(bench.story(id)).toEqual(["busy", "shutdown_reply", "shutdown_reply", "idle"]);
  expect(bench.sent(id, "shutdown_reply")).toEqual({ status: "ok", restart });
  const late = bench.ask("execute_request", { code: "1+1" });
  expect(bench.shutdowns).toEqual([restart]);
  expect(bench.story(late)).toEqual([]);
});
