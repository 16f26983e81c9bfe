/**
 * Messages that nobody should send, by seeded chance, on every socket of a real kernel: it never dies, never hangs, keeps the session's
 * state, answers each signed request once (or passes over it, as the protocol says), and has no fault of its own to report.
 * RAY_TS_FUZZ multiplies the rounds, RAY_TS_FUZZ_SEED is the first seed.
 */
import { createHmac, randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { JupyterClient } from "../fixtures/jupyter-client.ts";
import { seededRandom } from "../fixtures/seeded-random.ts";
import { brokenCell } from "./broken-cells.ts";

const rounds = 3 * Number(process.env["RAY_TS_FUZZ"] ?? 1);
const firstSeed = Number(process.env["RAY_TS_FUZZ_SEED"] ?? 1);
const DELIMITER = Buffer.from("<IDS|MSG>");
const requests = ["kernel_info", "is_complete", "complete", "inspect", "history", "connect", "usage", "debug", "create_subshell", "delete_subshell", "list_subshell", "comm_info", "execute", "interrupt"].map((name) => `${name}_request`);
const others = ["comm_open", "comm_msg", "comm_close", "no_such_request", "input_reply", "constructor", "__proto__", "_request", "", "toString_request", "kernel_info_reply"];
const fields = ["code", "cursor_pos", "detail_level", "silent", "store_history", "user_expressions", "allow_stdin", "stop_on_error", "hist_access_type", "n", "session", "start", "stop", "pattern", "unique", "output", "raw", "target_name", "comm_id", "data", "subshell_id", "restart", "type", "command", "seq", "arguments", "value"];
const commands = ["attach", "initialize", "setBreakpoints", "evaluate", "variables", "inspectVariables", "richInspectVariables", "debugInfo", "dumpCell", "source", "stackTrace", "scopes", "threads", "continue", "next", "stepIn", "modules", "copyToGlobals", "no such command", "configurationDone"];

let client: JupyterClient;
afterEach(async () => { await client.close(); });

class Hostile {
  readonly random: (below: number) => number;

  constructor(seed: number) {
    this.random = seededRandom(seed);
  }

  pick<T>(choices: readonly T[]): T {
    return choices[this.random(choices.length)]!;
  }

  noise(most: number): Buffer {
    return Buffer.from(Array.from({ length: this.random(most) }, () => this.random(256)));
  }

  value(depth = 0): unknown {
    return this.pick<() => unknown>([
      () => null, () => true, () => -1, () => 0, () => 1e308, () => 2 ** 53, () => 0.5, () => "", () => "\ud800", () => "x".repeat(this.pick([1, 1000, 100_000])), () => "\0\u2028", () => "__proto__",
      () => this.pick(commands), () => brokenCell(this.random), () => brokenCell(this.random), () => "*a".repeat(200), () => "(".repeat(30_000), () => this.pick(["tail", "range", "search"]),
      () => (depth > 3 ? [] : Array.from({ length: this.random(4) }, () => this.value(depth + 1))),
      () => (depth > 3 ? {} : this.content(depth + 1)),
    ])();
  }

  content(depth = 0): Record<string, unknown> {
    const names = Array.from({ length: this.random(7) }, () => this.pick(fields));
    return Object.fromEntries(names.map((name) => [name, this.value(depth)]));
  }

  /** What the type asks for, with a field or two replaced. */
  request(type: string): Record<string, unknown> {
    const usual: Record<string, unknown> = {
      code: brokenCell(this.random), cursor_pos: this.random(20), detail_level: 0, hist_access_type: this.pick(["tail", "range", "search"]), n: this.random(5), pattern: this.pick(["*", "k?pt*", "[", "*".repeat(500) + "x"]),
      session: -this.random(3), start: 0, stop: this.random(50), target_name: "t", comm_id: this.pick(["a", "b"]), data: {}, type: "request", command: this.pick(commands), seq: this.random(100), arguments: this.content(3),
    };
    const content = type === "debug_request" ? { type: usual["type"], command: usual["command"], seq: usual["seq"], arguments: usual["arguments"] } : usual;
    return this.random(3) === 0 ? { ...content, ...this.content() } : content;
  }

  /** Frames of a message with something wrong. */
  frames(key: string): Uint8Array[] {
    const header = { msg_id: randomUUID(), msg_type: this.pick([...requests, ...others]), username: "u", session: "s", date: "", version: "5.3", ...(this.random(4) === 0 ? this.content() : {}) };
    const parts: Uint8Array[] = [header, {}, {}, this.content()].map((part) => Buffer.from(JSON.stringify(part)));
    const sign = (signed: readonly Uint8Array[]): Uint8Array => {
      const hmac = createHmac("sha256", key);
      for (const part of signed) hmac.update(part);
      return Buffer.from(hmac.digest("hex"));
    };
    const deep = (open: string, close: string): Uint8Array => Buffer.from(`{"msg_id":"deep","msg_type":"execute_request","x":${open.repeat(50_000)}1${close.repeat(50_000)}}`);
    const spoil = this.pick<() => Uint8Array[]>([
      () => [DELIMITER, Buffer.from("0".repeat(64)), ...parts],
      () => [DELIMITER, Buffer.alloc(0), ...parts],
      () => [DELIMITER, this.noise(200), ...parts],
      () => [sign(parts), ...parts],
      () => [DELIMITER],
      () => [DELIMITER, sign(parts), ...parts.slice(0, this.random(4))],
      () => [DELIMITER, DELIMITER, sign(parts), ...parts],
      () => Array.from({ length: this.random(9) + 1 }, () => this.noise(300)),
      () => Array.from({ length: 500 }, () => Buffer.alloc(1)),
      () => [Buffer.alloc(2_000_000, 65)],
      () => { const bad = parts.with(this.random(4), Buffer.from(this.pick(["", "{", "null", "[]", "1", "\"x\"", "{}", "\xff", "{\"msg_type\":5,\"msg_id\":1}"]))); return [DELIMITER, sign(bad), ...bad]; },
      () => { const bad = parts.with(0, deep(...this.pick<[string, string]>([["[", "]"], ["{\"a\":", "}"]]))); return [DELIMITER, sign(bad), ...bad]; },
      () => { const bad = parts.with(this.random(4), this.noise(100)); return [DELIMITER, sign(bad), ...bad]; },
    ])();
    return this.random(3) === 0 ? [this.noise(20), Buffer.alloc(0), ...spoil] : spoil;
  }
}

async function isWell(): Promise<void> {
  const [info, cell, beat] = await Promise.all([client.request("kernel_info_request"), client.execute("kept"), client.heartbeat(randomUUID())]);
  expect(info).toMatchObject({ status: "ok", protocol_version: "5.5" });
  expect(await client.request("list_subshell_request", {}, "control")).toMatchObject({ status: "ok" });
  expect([cell.reply["status"], cell.result, beat.length]).toEqual(["ok", "42", 36]);
  expect(/.*(?:internal error|cannot handle a message)[^]{0,900}/.exec(client.log)?.[0]).toBeUndefined();
  client.received.length = 0;
}

test("a heartbeat goes on behind frames that its socket cannot take, and a cell of an unknown subshell is refused on control too", async () => {
  client = await JupyterClient.start();
  client.sendRaw("hb", [Buffer.alloc(0)]);
  client.sendRaw("hb", [Buffer.from("x"), Buffer.alloc(0)]);
  expect(await client.heartbeat("still here")).toBe("still here");
  const refused = client.sendAny("execute_request", { code: "1" }, "control", { subshell_id: "none" });
  expect(await client.reply(refused)).toMatchObject({ status: "error", ename: "UnknownSubshellError" });
});

test("code that is nested for ever is invalid, and ends neither kernel nor session", async () => {
  client = await JupyterClient.start();
  await client.execute("let kept = 42");
  const code = "(".repeat(100_000);
  expect(await client.request("is_complete_request", { code })).toMatchObject({ status: "invalid" });
  expect((await client.execute(code)).reply).toMatchObject({ status: "error", ename: "SyntaxError", evalue: expect.stringMatching(/nested too deep/) });
  await isWell();
});

test(`garbage and signed nonsense on every socket, ${rounds} rounds from seed ${firstSeed}`, async () => {
  client = await JupyterClient.start();
  await client.execute("let kept = 42");
  const { key } = JSON.parse(readFileSync(client.connectionFile, "utf8")) as { key: string };
  for (let seed = firstSeed; seed < firstSeed + rounds; seed++) {
    const hostile = new Hostile(seed);
    for (let i = 0; i < 30; i++) client.sendRaw(hostile.pick(["shell", "control", "stdin"]), hostile.frames(key));
    for (let i = 0; i < 10; i++) {
      client.sendRaw("hb", hostile.pick([[Buffer.alloc(0), hostile.noise(100)], [hostile.noise(50)], [hostile.noise(5), hostile.noise(5), Buffer.alloc(0)], [Buffer.alloc(0)]]));
      client.sendRaw("iopub", [hostile.pick([Buffer.from([1]), Buffer.from([0]), Buffer.from([0, 65, 66]), Buffer.concat([Buffer.from([1]), hostile.noise(300)]), hostile.noise(50), Buffer.alloc(0), Buffer.alloc(100_000, 1)])]);
    }
    for (const channel of ["shell", "control", "stdin", "iopub", "hb"] as const) {
      client.sendBytes(channel, hostile.pick([hostile.noise(500), Buffer.from("GET / HTTP/1.1\r\nHost: x\r\n\r\n"), Buffer.from([0xff, 0, 0, 0, 0, 0, 0, 0, 1, 0x7f]), Buffer.alloc(200_000, 0xff), Buffer.from("ff00000000000000017f03004e554c4c", "hex")]));
    }
    const answered = Array.from({ length: 40 }, () => {
      const type = hostile.pick(requests);
      const channel = type === "interrupt_request" ? "control" : hostile.pick(["shell", "shell", "shell", "control"] as const);
      return { type, channel, id: client.sendAny(type, hostile.request(type), channel, hostile.random(8) === 0 ? { subshell_id: hostile.value(3) } : {}) };
    });
    for (let i = 0; i < 10; i++) client.sendAny(hostile.pick(others), hostile.request("comm"), hostile.pick(["shell", "control", "stdin"]));
    for (const { type, channel, id } of answered) {
      const reply = await client.until((message) => message.channel === channel && message.parent_header.msg_id === id);
      await client.until((message) => message.channel === "iopub" && message.parent_header.msg_id === id && message.content["execution_state"] === "idle");
      expect([seed, type, reply.header.msg_type]).toEqual([seed, type, type.replace("_request", "_reply")]);
      const replies = client.received.filter((message) => message.channel !== "iopub" && message.channel !== "stdin" && message.parent_header.msg_id === id);
      expect([seed, type, replies.length]).toEqual([seed, type, 1]);
    }
    await isWell();
  }
}, 60_000 + rounds * 10_000);
