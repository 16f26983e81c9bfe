/** Types in a real kernel: errors under cells, completion and inspection as Jupyter's messages carry them. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { typeCheckMode } from "../../kernel/type-check-mode.ts";
import { JupyterClient, type Received } from "../fixtures/jupyter-client.ts";

let client: JupyterClient;
afterEach(async () => {
  expect(await client.close()).toEqual([]);
});

const shownTypes = ({ header, content }: Received): string[] => (header.msg_type === "display_data" ? [String((content["data"] as Record<string, string>)["text/plain"])] : []);

/** Runs a cell and waits until the checker, which starts with the first one, has told what is wrong with it. */
async function warm(): Promise<void> {
  const id = client.startCell("const first: number = 'a'");
  await client.collect(id);
  await client.until((message) => message.parent_header.msg_id === id && shownTypes(message).length > 0);
}

test("type errors are a quiet display of their cell before its idle, late ones too; a cell may forbid itself to run", async () => {
  client = await JupyterClient.start();
  await warm();
  const id = client.startCell("console.log('ran'); const second: string = first; second");
  const cell = await client.collect(id);
  // under a loaded machine it may come after the idle, but never under another cell
  const shown = await client.until((message) => message.parent_header.msg_id === id && shownTypes(message).length > 0);
  expect([cell.reply["status"], cell.text, cell.result]).toEqual(["ok", "ran\n", "'a'"]);
  expect(shownTypes(shown)).toEqual(["In[2]:1:27 TS2322: Type 'number' is not assignable to type 'string'.\n  1 | console.log('ran'); const second: string = first; second\n    |                           ^^^^^^"]);
  expect((shown.content["data"] as Record<string, string>)["text/html"]).toMatch(/^<pre style="[^"]*">In\[2\]:1:27 <span[^>]*>TS2322<\/span>: Type 'number'/);

  const refused = await client.execute("%typecheck error\nglobalThis.ran = true; first.nope");
  expect(refused.reply).toMatchObject({ status: "error", ename: "TypeCheckError" });
  expect(refused.text).toBe("%typecheck error: a cell with type errors does not run\n");
  expect((await client.execute("typeof (globalThis as any).ran")).result).toBe("'undefined'");
});

test("completion has kinds and imports, inspection has markdown and tells what a call takes", async () => {
  client = await JupyterClient.start();
  await warm();
  await client.execute("/** Adds numbers.\n * @param a the first */\nfunction add(a: number, b = 2) { return a + b }\nconst made = { host: 'a', port: 80 };");
  // on a busy machine one of the two that are asked may miss the time in which it is waited for
  const complete = async (code: string): Promise<Record<string, unknown>> => {
    for (;;) {
      const reply = await client.request("complete_request", { code, cursor_pos: [...code].length });
      if ((reply["matches"] as string[]).length > 0) return reply;
    }
  };
  expect(await complete("'😀'; made.po")).toMatchObject({ status: "ok", matches: ["port"], cursor_start: 10, cursor_end: 12, metadata: { _jupyter_types_experimental: [{ text: "port", type: "property", start: 10, end: 12 }] } });
  expect((await complete("const text: string = made.host.toUp"))["matches"]).toEqual(["toUpperCase"]);
  const line = 'import { readFileSync } from "node:fs";\nconst text = readFileSync';
  expect(await complete("1;\nconst text = readFileS")).toMatchObject({ matches: [line], cursor_start: 3, cursor_end: 25, metadata: { _jupyter_types_experimental: [{ text: line, type: "import", start: 3, end: 25 }] } });

  const inspect = async (code: string, detail_level = 0, isWhole = (data: Record<string, string>): boolean => "text/markdown" in data): Promise<Record<string, string>> => {
    for (;;) {
      const data = (await client.request("inspect_request", { code, cursor_pos: code.length, detail_level }))["data"] as Record<string, string>;
      if (isWhole(data)) return data;
    }
  };
  expect(await inspect("add")).toEqual({ "text/plain": "function add(a: number, b?: number): number\n\nAdds numbers.\n\n@param `a` — the first", "text/markdown": "```ts\nfunction add(a: number, b?: number): number\n```\n\nAdds numbers.\n\n@param `a` — the first" });
  expect((await inspect("add(1, "))["text/plain"]).toBe("add(a: number, b?: number): number\n\nparameter 2 of 2: **b**: `number`\n\nAdds numbers.");
  expect((await inspect("add", 1))["text/plain"]).toContain("source (In[2]:3):\nfunction add(a: number, b = 2) { return a + b }");
  expect((await inspect("made", 0, (data) => data["text/plain"]?.includes("value") === true))["text/plain"]).toBe('const made: { host: string; port: number; }\n\nvalue: {host: "a", port: 80}');
});

test("the environment says how types are checked, else the notebook, else there are warnings", async () => {
  client = await JupyterClient.start({ env: { RAY_TS_TYPE_CHECK: "error" } });
  expect((await client.execute("const n: number = 'a'")).reply).toMatchObject({ status: "error", ename: "TypeCheckError" });
  const folder = mkdtempSync(join(tmpdir(), "ray-ts-notebook-"));
  const notebook = join(folder, "a.ipynb");
  const logged: string[] = [];
  const mode = (env: NodeJS.ProcessEnv): string => typeCheckMode(env, (text) => logged.push(text));
  expect(mode({})).toBe("warn");
  expect(mode({ JPY_SESSION_NAME: notebook })).toBe("warn");
  writeFileSync(notebook, JSON.stringify({ metadata: { ray_ts: { typeCheck: "off" } } }));
  expect(mode({ JPY_SESSION_NAME: notebook })).toBe("off");
  expect(mode({ JPY_SESSION_NAME: notebook, RAY_TS_TYPE_CHECK: "error" })).toBe("error");
  expect(logged).toEqual([]);
  writeFileSync(notebook, JSON.stringify({ metadata: { ray_ts: { typeCheck: "loud" } } }));
  expect(mode({ JPY_SESSION_NAME: notebook, RAY_TS_TYPE_CHECK: "maybe" })).toBe("warn");
  expect(logged.join("\n")).toMatch(/RAY_TS_TYPE_CHECK is "maybe"[^]*ray_ts.typeCheck "loud"/);
  rmSync(folder, { recursive: true });
});
