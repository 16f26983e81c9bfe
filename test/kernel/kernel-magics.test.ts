/** Magics as Jupyter's messages carry them. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { JupyterClient } from "../fixtures/jupyter-client.ts";

test("%load fills its cell, help is inspection, and magics are complete lines", async () => {
  const folder = mkdtempSync(join(tmpdir(), "ray-ts-magics-"));
  const client = await JupyterClient.start();
  try {
    const file = join(folder, "work.ts");
    writeFileSync(file, "const loaded = 5;\nloaded");
    const filled = await client.execute(`%load ${file}`);
    expect([filled.reply["payload"], filled.result]).toEqual([[{ source: "set_next_input", text: `// %load ${file}\nconst loaded = 5;\nloaded`, replace: true }], undefined]);
    expect((await client.execute("typeof loaded")).result).toBe("'undefined'");
    expect(await client.request("complete_request", { code: "%lo", cursor_pos: 3 })).toMatchObject({ status: "ok", matches: ["%load"], cursor_start: 0, cursor_end: 3 });
    expect((await client.request("inspect_request", { code: "%load x.ts", cursor_pos: 3, detail_level: 0 }))["data"]).toEqual({ "text/plain": expect.stringContaining("%load FILE") as unknown });
    const complete = async (code: string): Promise<unknown> => (await client.request("is_complete_request", { code }))["status"];
    expect([await complete("%time f()"), await complete("!ls -la"), await complete("%%bench"), await complete("%%bench\nf()"), await complete("%time f(")]).toEqual(["complete", "complete", "incomplete", "complete", "incomplete"]);
  } finally {
    expect(await client.close()).toEqual([]);
    rmSync(folder, { recursive: true });
  }
});
