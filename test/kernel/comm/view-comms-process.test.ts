/** Pages that watch views of cells, through the built kernel. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { withChanges, type Json } from "../../../runtime/views/changes.ts";
import { JupyterClient, type Received } from "../../fixtures/jupyter-client.ts";

const MIME = "application/vnd.ray-ts.view+json";
interface Snapshot { readonly id: string; readonly kind: string; readonly isSettled: boolean; readonly view?: object }

let client: JupyterClient;
const folder = mkdtempSync(join(tmpdir(), "ray-ts-views-"));
beforeAll(async () => {
  client = await JupyterClient.start({ transport: "ipc" });
  await client.execute("await ray.init({ numCpus: 2 }); const slow = ray.remote(async function slow(ms: number) { await new Promise((r) => setTimeout(r, ms)); return ms; }); await ray.get(slow.remote(1));");
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
  expect(await client.close()).toEqual([]);
});

/** Of the view that a cell shows; at its end there may be news of earlier ones too. */
function snapshotOf(outputs: readonly Received[]): Snapshot {
  const shown = outputs.filter(({ header }) => header.msg_type === "display_data").map(({ content }) => content["data"] as Record<string, unknown>);
  const bundle = shown.find((data) => MIME in data);
  return bundle?.[MIME] as Snapshot;
}

let pages = 0;
/** A page that watches: what it has been told so far. */
function watch(snapshot: Partial<Snapshot>, look: object = { open: ["rows"] }): { readonly comm: string; shown(): { plain: string; node: unknown; isSettled: boolean } | undefined } {
  const comm = `page-${++pages}`;
  client.send("comm_open", { comm_id: comm, target_name: "ray-ts.view", data: { version: 1, id: snapshot.id, view: snapshot.view, look } });
  const told = (): Record<string, unknown>[] => client.received.filter(({ header, content }) => header.msg_type === "comm_msg" && content["comm_id"] === comm).map(({ content }) => content["data"] as Record<string, unknown>);
  return { comm, shown: () => told().reduce<Json>((now, message) => (message["type"] === "view" ? (message["model"] as Json) : message["type"] === "changes" ? withChanges(now, message["changes"] as never) : now), undefined) as never };
}

const until = async (isTrue: () => boolean): Promise<void> => void (await client.until(isTrue));

test("an output has a snapshot; whoever watches hears how the view goes on, and gets what the notebook should keep", async () => {
  const cell = await client.execute("[20, 300].map((ms) => slow.remote(ms))");
  const snapshot = snapshotOf(cell.outputs);
  expect(snapshot).toMatchObject({ kind: "object-refs", isSettled: false });
  const page = watch(snapshot);
  await until(() => page.shown()?.isSettled === true);
  expect(page.shown()?.plain).toBe("[ObjectRef × 2] 2 ready");
  expect(JSON.stringify(page.shown()?.node)).toContain('"300"');
  const saved = await client.until(({ content }) => content["comm_id"] === page.comm && (content["data"] as { type?: string }).type === "saved");
  expect((saved.content["data"] as { bundle: unknown }).bundle).toMatchObject({ "text/plain": "[ObjectRef × 2] 2 ready", [MIME]: { id: snapshot.id, isSettled: true } });
  expect(await client.request("comm_info_request", { target_name: "ray-ts.view" })).toMatchObject({ comms: { [page.comm]: { target_name: "ray-ts.view" } } });
  client.send("comm_close", { comm_id: page.comm, data: {} });
});

test("a view of nothing that the kernel knows is closed with a reason; one of what outlives sessions is taken up", async () => {
  const unknown = watch({ id: "of another day" });
  const closed = await client.until(({ header, content }) => header.msg_type === "comm_close" && content["comm_id"] === unknown.comm);
  expect(closed.content["data"]).toEqual({ reason: "unknown" });
  const cluster = watch({ id: "of another kernel", view: { kind: "cluster" } });
  await until(() => cluster.shown()?.plain === "Ray cluster: 2 CPU");
  const nobody = watch({ id: "x", view: { kind: "actor", actor: "d0-a1", className: "C" } });
  await client.until(({ header, content }) => header.msg_type === "comm_close" && content["comm_id"] === nobody.comm);
});

let requests = 0;
/** Has something done; gives the answer. */
async function act(comm: string, wanted: object): Promise<{ text: string; isError: boolean }> {
  const request = ++requests;
  client.send("comm_msg", { comm_id: comm, data: { act: wanted, request } });
  const isAnswer = ({ content }: Received): boolean => content["comm_id"] === comm && (content["data"] as { request?: number }).request === request;
  return (await client.until(isAnswer)).content["data"] as { text: string; isError: boolean };
}

describe("from a view", () => {
  test("an actor is called and killed while a cell spins; what it prints goes to the view's cell", async () => {
    const cell = client.startCell(`
      class Counter { n = 0; add(by: number) { console.log("adds " + by); if (by < 0) throw new RangeError("negative"); return { n: (this.n += by) }; } }
      const counter = ray.remote(Counter).remote(); counter`);
    const { actor } = (snapshotOf((await client.collect(cell)).outputs).view ?? {}) as { actor: string };
    const page = watch(snapshotOf(client.outputsOf(cell)));
    await until(() => /alive/.test(page.shown()?.plain ?? ""));
    const spinning = client.startCell("console.log('spins'); for (;;);");
    await client.until(({ header, content }) => header.msg_type === "stream" && content["text"] === "spins\n");
    expect(await act(page.comm, { do: "call", actor, method: "add", args: [5] })).toMatchObject({ text: "→ {n: 5}", isError: false });
    expect(await act(page.comm, { do: "call", actor, method: "add", args: [-1] })).toMatchObject({ text: "RangeError: negative", isError: true });
    const print = await client.until(({ header, content }) => header.msg_type === "stream" && /adds 5/.test(String(content["text"])));
    expect(print.parent_header.msg_id).toBe(cell);
    for (const wanted of [{ do: "call", actor, method: "constructor", args: [] }, { do: "kill", actor: "d0-a1" }, { do: "cancel-everything" }, null]) {
      expect(await act(page.comm, wanted as object)).toMatchObject({ text: "This view shows nothing to do that with", isError: true });
    }
    expect(await act(page.comm, { do: "kill", actor })).toMatchObject({ text: "killed", isError: false });
    await until(() => page.shown()?.isSettled === true);
    expect(page.shown()?.plain).toMatch(/dead: it was killed/);
    client.send("interrupt_request", {}, { channel: "control" });
    await client.collect(spinning);
  });

  test("what has not ended is cancelled", async () => {
    const cell = await client.execute("[1, 60_000, 60_000].map((ms) => slow.remote(ms))");
    const page = watch(snapshotOf(cell.outputs));
    await until(() => /1 ready/.test(page.shown()?.plain ?? ""));
    expect(await act(page.comm, { do: "cancel-rest" })).toMatchObject({ text: "cancelled", isError: false });
    await until(() => page.shown()?.isSettled === true);
    expect(page.shown()?.plain).toMatch(/1 ready, 2 error: TaskCancelledError/);
  });
});

describe("while a cell spins", () => {
  const SPIN = "console.log('spins'); for (;;);";
  async function spin(code: string): Promise<string> {
    const cell = client.startCell(code + SPIN);
    await client.until(({ header, content, parent_header }) => header.msg_type === "stream" && parent_header.msg_id === cell && String(content["text"]).includes("spins"));
    return cell;
  }
  async function stop(cell: string): Promise<void> {
    client.send("interrupt_request", {}, { channel: "control" });
    await client.collect(cell);
  }

  test("an actor that counts is seen counting: its fields, its calls, what it prints", async () => {
    const cell = await client.execute("class Ticker { n = 0; inner = { last: '' }; tick() { console.log('tick ' + ++this.n); this.inner.last = 'tick ' + this.n; } }\nconst ticker = ray.remote(Ticker).remote(); await ray.get(ticker.tick.remote()); ticker");
    const page = watch(snapshotOf(cell.outputs), { open: ["fields", "prints"] });
    const spinning = await spin("for (let i = 0; i < 41; i++) ticker.tick.remote();");
    await until(() => /"name":"n","text":"42"/.test(JSON.stringify(page.shown()?.node)));
    const node = JSON.stringify(page.shown()?.node);
    expect(node).toContain("42 done");
    expect(node).toContain(`"name":"inner","text":"{last: \\"tick 42\\"}","of":[{"is":"tree","name":"last"`);
    await until(() => /tick 42/.test(JSON.stringify(page.shown()?.node)) && /printed 42 lines/.test(JSON.stringify(page.shown()?.node)));
    await stop(spinning);
  });

  test("refs whose results the session cannot read are seen to run, to end and to fail", async () => {
    await client.execute("class Half { async of(ms: number) { await new Promise((r) => setTimeout(r, ms)); if (ms === 30) throw new RangeError('thirty'); return ms / 2; } }\nconst half = ray.remote(Half).remote(); await ray.get(half.of.remote(1));");
    const flag = join(folder, "enough");
    const spinning = client.startCell(`const { existsSync } = await import("node:fs"); const halves = [10, 30, 60_000].map((ms) => half.of.remote(ms)); ray.display(halves); ray.progress(halves); console.log('spins'); while (!existsSync(${JSON.stringify(flag)}));`);
    await client.until(({ header, content, parent_header }) => header.msg_type === "stream" && parent_header.msg_id === spinning && String(content["text"]).includes("spins"));
    const shown = client.outputsOf(spinning).filter(({ header }) => header.msg_type === "display_data").map((message) => snapshotOf([message]));
    expect(shown.map(({ kind }) => kind)).toEqual(["object-refs", "progress"]);
    const [refs, progress] = shown.map((snapshot) => watch(snapshot));
    await until(() => refs?.shown()?.plain === "[ObjectRef × 3] 1 ready, 1 error, 1 running: RangeError: thirty");
    await until(() => /^Half.of .* 1 of 3 done, 1 failed, 1 running/.test(progress?.shown()?.plain ?? ""));
    writeFileSync(flag, "");
    await client.collect(spinning);
    // what it has sent is read before the news of its death
    await client.execute("await ray.wait(halves, { numReturns: 2 }); ray.kill(half)");
    await until(() => refs?.shown()?.isSettled === true);
    expect(JSON.stringify(refs?.shown()?.node)).toContain('"text":"5"'); // what the session knows once it can read
  });
});

describe("what ray.ui makes", () => {
  const SLIDER = /"is":"control","key":"([^"]+)","control":"slider"/;
  const keyOf = (page: ReturnType<typeof watch>, pattern: RegExp): string => pattern.exec(JSON.stringify(page.shown()?.node))?.[1] ?? "";

  test("calls back into the session, where it can print, set other controls and fail; an interrupt ends it", async () => {
    const cell = await client.execute(`
      const sum = ray.ui.text({ label: "sum" });
      let total = 0;
      const speed = ray.ui.slider({ label: "speed", max: 10 }, (value) => {
        if (value === 9) throw new RangeError("too fast");
        if (value === 10) { console.log("spins on"); for (;;); }
        console.log("speed is " + value);
        sum.value = String(total += value);
      });
      ray.ui.column(speed, sum)`);
    const page = watch(snapshotOf(cell.outputs));
    await until(() => SLIDER.test(JSON.stringify(page.shown()?.node)));
    const id = keyOf(page, SLIDER);
    for (const value of [3, 4]) expect(await act(page.comm, { do: "control", id, value })).toMatchObject({ text: "", isError: false });
    await until(() => /"label":"sum","placeholder":"","value":"7"/.test(JSON.stringify(page.shown()?.node)));
    expect(page.shown()?.plain).toBe('Widget(column: slider "speed": 4, text "sum": "7")');
    const print = await client.until(({ header, content }) => header.msg_type === "stream" && /speed is 4/.test(String(content["text"])));
    expect(print.parent_header.msg_id).toBe(cell.outputs[0]?.parent_header.msg_id);
    await act(page.comm, { do: "control", id, value: 9 });
    await client.until(({ content }) => /too fast/.test(String(content["text"] ?? content["evalue"])));
    expect(await act(page.comm, { do: "control", id, value: 11 })).toMatchObject({ text: "That control cannot be set to that", isError: true });
    const spun = act(page.comm, { do: "control", id, value: 10 });
    await client.until(({ header, content }) => header.msg_type === "stream" && /spins on/.test(String(content["text"])));
    client.send("interrupt_request", {}, { channel: "control" });
    await spun;
    expect(await client.execute("[speed.value, total].join()")).toMatchObject({ result: "'10,7'" });
  });

  test("bound to an actor moves it, and charts its field, while a cell spins", async () => {
    const cell = await client.execute(`
      class Motor { speed = 0; set(speed: number) { if (speed > 90) throw new RangeError("breaks"); this.speed = speed; return "set"; } read() { return this.speed; } }
      const motor = ray.remote(Motor).remote(); await ray.get(motor.read.remote());
      ray.ui.row(ray.ui.slider({ label: "speed" }, motor.set), ray.ui.button("read", motor.read), ray.ui.chart({ label: "speed", field: [motor, "speed"] }))`);
    const page = watch(snapshotOf(cell.outputs));
    await until(() => SLIDER.test(JSON.stringify(page.shown()?.node)));
    const id = keyOf(page, SLIDER);
    const spinning = client.startCell("console.log('spins'); for (;;);");
    await client.until(({ header, content, parent_header }) => header.msg_type === "stream" && parent_header.msg_id === spinning && content["text"] === "spins\n");
    expect(await act(page.comm, { do: "control", id, value: 42 })).toMatchObject({ text: "", isError: false });
    expect(await act(page.comm, { do: "control", id: keyOf(page, /"is":"control","key":"([^"]+)","control":"button"/), value: null })).toMatchObject({ text: "→ 42", isError: false });
    await until(() => /"is":"chart","label":"speed","values":\[(\d+,)*42[,\]]/.test(JSON.stringify(page.shown()?.node)));
    expect(await act(page.comm, { do: "control", id, value: 95 })).toMatchObject({ text: "RangeError: breaks", isError: true });
    client.send("interrupt_request", {}, { channel: "control" });
    await client.collect(spinning);
  });
});

test("with its session what it made and had not ended is lost, and its views say so", async () => {
  const cell = await client.execute("slow.remote(60_000)");
  const page = watch(snapshotOf(cell.outputs), {});
  const control = watch(snapshotOf((await client.execute('ray.ui.button("go")')).outputs), {});
  await until(() => /running/.test(page.shown()?.plain ?? "") && /"control":"button"/.test(JSON.stringify(control.shown()?.node)));
  await client.execute("process.kill(process.pid, 'SIGKILL'); await new Promise(() => {})");
  await until(() => page.shown()?.isSettled === true);
  expect(page.shown()?.plain).toMatch(/^ObjectRef\(\S+\) lost OwnerDiedError: the session that made it ended/);
  await until(() => control.shown()?.isSettled === true);
  expect(JSON.stringify(control.shown()?.node)).toContain("its session has ended");
});
