/** Comms between a client and the code of cells, through the built kernel. */
import { JupyterClient, type Received } from "../../fixtures/jupyter-client.ts";

let client: JupyterClient;
beforeAll(async () => { client = await JupyterClient.start({ transport: "ipc" }); });
afterAll(async () => { expect(await client.close()).toEqual([]); });

const onComm = (type: string, comm: string, isWanted: (content: Received["content"]) => boolean = () => true) => ({ header, content }: Received): boolean => header.msg_type === type && content["comm_id"] === comm && isWanted(content);
const said = (comm: string, data: unknown) => client.until(onComm("comm_msg", comm, (content) => JSON.stringify(content["data"]) === JSON.stringify(data)));
const printed = (text: string) => client.until(({ header, content }) => header.msg_type === "stream" && String(content["text"]).includes(text));

test("a cell's comm is opened in its place among the cell's outputs, and listed until it is closed", async () => {
  const cell = await client.execute("console.log('before'); const comm = ray.comm.open('plot', { points: [1] }); console.log('after'); comm.id");
  expect(JupyterClient.story(cell.outputs)).toEqual(["busy", "execute_input", "stream", "comm_open", "stream", "execute_result", "idle"]);
  const opened = cell.outputs.find(({ header }) => header.msg_type === "comm_open") as Received;
  expect(opened.content).toMatchObject({ target_name: "plot", data: { points: [1] } });
  const id = String(opened.content["comm_id"]);
  expect(await client.request("comm_info_request", { target_name: "plot" })).toEqual({ status: "ok", comms: { [id]: { target_name: "plot" } } });
  expect(await client.request("comm_info_request", { target_name: "other" })).toEqual({ status: "ok", comms: {} });
  await client.execute("comm.close()");
  expect(await client.request("comm_info_request", {})).toEqual({ status: "ok", comms: {} });
});

test("what a client opens for a registered target is heard while the kernel is idle and while a cell awaits; output goes to the cell that registered", async () => {
  const cell = client.startCell("ray.comm.register('form', (comm, { data }) => { console.log('opened by', data.name); comm.onMsg(({ data, buffers }) => comm.send({ got: data, bytes: buffers.map((b) => [...b]) }, { buffers })); }); 0");
  await client.collect(cell);
  client.send("comm_open", { comm_id: "c1", target_name: "form", data: { name: "Ada" } });
  expect((await printed("opened by Ada")).parent_header.msg_id).toBe(cell);
  client.send("comm_msg", { comm_id: "c1", data: { n: 1 } }, { buffers: [Buffer.from([1, 2]).toString("base64")] });
  expect((await said("c1", { got: { n: 1 }, bytes: [[1, 2]] })).buffers).toEqual([Buffer.from([1, 2]).toString("base64")]);
  const waiting = client.startCell("let go; console.log('waits'); await new Promise((r) => { go = r; }); 'went'");
  await printed("waits");
  client.send("comm_msg", { comm_id: "c1", data: { n: 2 } });
  await said("c1", { got: { n: 2 }, bytes: [] });
  client.send("comm_open", { comm_id: "c2", target_name: "nobody", data: {} });
  await client.until(onComm("comm_close", "c2"));
  expect(await client.request("comm_info_request", { target_name: "form" })).toMatchObject({ comms: { c1: { target_name: "form" } } });
  client.send("interrupt_request", {}, { channel: "control" });
  await client.collect(waiting);
});

test("an error in a comm's code is printed in the cell that it belongs to, and later messages are heard", async () => {
  const cell = client.startCell("let times = 0; ray.comm.register('bad', (comm) => comm.onMsg(() => { times++; if (times === 1) throw new RangeError('no good'); comm.send({ times }); })); 0");
  await client.collect(cell);
  client.send("comm_open", { comm_id: "c3", target_name: "bad", data: {} });
  for (let i = 0; i < 2; i++) client.send("comm_msg", { comm_id: "c3", data: {} });
  await said("c3", { times: 2 });
  const error = await printed("RangeError: no good");
  expect(error.parent_header.msg_id).toBe(cell);
  expect(error.content["text"]).toMatch(/In\[\d+\]:1/);
});

test("an interrupt stops a comm's code that spins, and the comm goes on", async () => {
  await client.execute("ray.comm.register('spin', (comm) => comm.onMsg(({ data }) => { if (data.what === 'spin') { console.log('spins'); for (;;); } comm.send({ alive: true }); })); 0");
  client.send("comm_open", { comm_id: "c4", target_name: "spin", data: {} });
  client.send("comm_msg", { comm_id: "c4", data: { what: "spin" } });
  await printed("spins");
  await client.request("interrupt_request", {}, "control");
  client.send("comm_msg", { comm_id: "c4", data: { what: "then" } });
  await said("c4", { alive: true });
  expect((await client.execute("1 + 1")).result).toBe("2");
});

test("a page that was reloaded gets the states of widgets while a cell spins", async () => {
  const cell = client.startCell(`
    const bar = ray.comm.open("jupyter.widget", { state: { _model_name: "FloatProgressModel", _model_module: "@jupyter-widgets/controls", _model_module_version: "2.0.0", value: 1 }, buffer_paths: [] }, { metadata: { version: "2.1.0" } });
    bar.send({ method: "update", state: { value: 2 }, buffer_paths: [] });
    console.log("the bar is " + bar.id); for (;;);`);
  const [, id] = /the bar is (\S+)/.exec(String((await printed("the bar is")).content["text"])) as RegExpExecArray;
  const opened = await client.until(onComm("comm_open", id as string));
  expect((opened as unknown as { metadata: unknown }).metadata).toEqual({ version: "2.1.0" });
  client.send("comm_open", { comm_id: "control", target_name: "jupyter.widget.control", data: {} });
  client.send("comm_msg", { comm_id: "control", data: { method: "request_states" } });
  const { content } = await client.until(onComm("comm_msg", "control"));
  expect(content["data"]).toMatchObject({ method: "update_states", states: { [id as string]: { model_name: "FloatProgressModel", state: { value: 2 } } } });
  client.send("interrupt_request", {}, { channel: "control" });
  await client.collect(cell);
});

test("with the session its comms are closed", async () => {
  const cell = await client.execute("const last = ray.comm.open('last'); console.log('id ' + last.id); process.kill(process.pid, 'SIGKILL'); await new Promise(() => {})");
  const [, id] = /id (\S+)/.exec(cell.text) as RegExpExecArray;
  await client.until(onComm("comm_close", id as string));
  expect(await client.request("comm_info_request", {})).toMatchObject({ comms: expect.not.objectContaining({ [id as string]: expect.anything() }) });
});
