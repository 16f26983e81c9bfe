/** Notebooks that were written for tslab: its display API shows here what it shows in tslab's own kernel, message by message. */
import { join } from "node:path";
import { repository } from "../fixtures/dist-folder.ts";
import { JupyterClient, type CellRun } from "../fixtures/jupyter-client.ts";

let ours: JupyterClient;
let theirs: JupyterClient;
beforeAll(async () => {
  const program = [join(repository, "node_modules", "tslab", "bin", "tslab"), "kernel", "--config-path"];
  [ours, theirs] = await Promise.all([JupyterClient.start({ env: { RAY_TS_TYPE_CHECK: "error" } }), JupyterClient.start({ program })]);
  await Promise.all([ours, theirs].map((client) => client.execute('import * as tslab from "tslab";')));
}, 60_000);
afterAll(async () => {
  await theirs.close();
  expect(await ours.close()).toEqual([]);
});

interface Shown {
  readonly type: string;
  readonly data: unknown;
  readonly metadata: unknown;
  /** Which of the ids of its cell: they are random. */
  readonly id: number | undefined;
}

function shownIn({ outputs }: CellRun): Shown[] {
  const ids: string[] = [];
  return outputs.flatMap(({ header, content }) => {
    if (!/display_data$/.test(header.msg_type)) return [];
    const id = (content["transient"] as { display_id?: string }).display_id;
    if (id !== undefined && !ids.includes(id)) ids.push(id);
    return [{ type: header.msg_type, data: content["data"], metadata: content["metadata"], id: id === undefined ? undefined : ids.indexOf(id) }];
  });
}

test.each([
  'tslab.display.html("<b>html</b>")',
  'tslab.display.markdown("**markdown**")',
  'tslab.display.latex("$x^2$")',
  'tslab.display.javascript("1 + 1")',
  'tslab.display.svg("<svg></svg>")',
  'tslab.display.text("text")',
  "tslab.display.png(new Uint8Array([137, 80, 78, 71]))",
  "tslab.display.jpeg(Buffer.from([255, 216, 255]))",
  'tslab.display.gif(Buffer.from("GIF89a").subarray(1, 4))',
  'tslab.display.pdf(new TextEncoder().encode("%PDF-1.4"))',
  'tslab.display.raw("application/json", "{}")',
  'tslab.display.raw("application/octet-stream", new Uint8Array(new Uint8Array([1, 2, 3]).buffer, 1, 1))',
  'tslab.display.html("one"); tslab.display.html("two")',
  'const first = tslab.newDisplay(); first.text("0%"); first.html("<b>50%</b>"); first.text("100%")',
  'const [a, b] = [tslab.newDisplay(), tslab.newDisplay()]; a.text("a"); b.markdown("b"); a.png(new Uint8Array([1]))',
  'for (const show of [tslab.display.html, tslab.display.text]) show.call(tslab.display, "called")',
])("%s", async (code) => {
  const [here, there] = await Promise.all([ours.execute(code), theirs.execute(code)]);
  expect([here.reply["status"], there.reply["status"]]).toEqual(["ok", "ok"]);
  expect(shownIn(there).length).toBeGreaterThan(0);
  expect(shownIn(here)).toEqual(shownIn(there));
});

test("every function of tslab's display is held against it", async () => {
  const code = "console.log(Object.getOwnPropertyNames(Object.getPrototypeOf(tslab.display)).concat(Object.keys(tslab.display)).filter((name) => typeof (tslab.display as any)[name] === 'function' && name !== 'constructor').sort().join())";
  const [here, there] = await Promise.all([ours.execute(code), theirs.execute(code)]);
  const named = (text: string): string[] => text.trim().split(",").filter((name) => !/^_|^(has|is|prop|toL|toS|val)/.test(name));
  expect(named(here.text)).toEqual(named(there.text));
  expect(named(here.text)).toEqual(["gif", "html", "javascript", "jpeg", "latex", "markdown", "pdf", "png", "raw", "svg", "text"]);
});

test("its types are the package's own, and it can be imported in every way", async () => {
  const wrong = await ours.execute("tslab.display.html(5)");
  expect(wrong.reply).toMatchObject({ status: "error", ename: "TypeCheckError", evalue: expect.stringContaining("Argument of type 'number' is not assignable to parameter of type 'string'") as unknown });
  expect((await ours.execute('import { display, newDisplay, versions } from "tslab"; [typeof display.html, typeof newDisplay, versions.tslab, versions.node === process.version].join()')).result).toMatch(/^'function,function,\d+\.\d+\.\d+,true'$/);
  expect((await ours.execute('const required = require("tslab"); required.display === tslab.display')).result).toBe("true");
});

test("a cell may be a module, which other cells and tasks import", async () => {
  expect((await ours.execute("/**\n * Areas.\n * @module shapes\n */\nexport const PI: number = 3;\nexport function area(r: number): number { return PI * r ** 2 }")).reply["status"]).toBe("ok");
  expect((await ours.execute("/** @module solids */\nimport { area } from './shapes';\nimport { sep } from 'node:path';\nexport const volume = (r: number, h: number): number => area(r) * h * sep.length;")).reply["status"]).toBe("ok");
  expect((await ours.execute('import { volume } from "./solids"; import { area } from "./shapes"; volume(1, 2) + area(1)')).result).toBe("9");
  expect((await ours.execute("typeof PI")).result).toBe("'undefined'");
  expect((await ours.execute("area('a')")).reply).toMatchObject({ evalue: expect.stringContaining("'string' is not assignable to parameter of type 'number'") as unknown });
  expect((await ours.execute("await ray.get([ray.remote(() => volume(1, 1) + area(2)).remote(), ray.remote(area).remote(3)])")).result).toBe("[ 15, 27 ]");
  await ours.execute("/** @module shapes */\nexport function area(r: number): number { if (r < 0) throw new RangeError('negative'); return 10 * r }");
  expect((await ours.execute('import { volume } from "./solids"; import { area } from "./shapes"; volume(1, 2) + area(1)')).result).toBe("30");
  expect((await ours.execute("await ray.get(ray.remote(() => area(2)).remote())")).result).toBe("20");
  const failed = await ours.execute("area(-1)");
  expect((failed.reply["traceback"] as string[]).join("\n")).toMatch(/RangeError: negative\n {4}at area \(\S*shapes\.ts:2:\d+\)\n {4}at In\[\d+\]:1:1$/);
  expect((await ours.execute("/** @module broken */\nexport const x = ;")).reply["ename"]).toBe("SyntaxError");
}, 60_000);
