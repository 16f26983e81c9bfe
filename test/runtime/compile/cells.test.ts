import { CellHost } from "./cell-host.ts";
test("x", async () => {
  const h = new CellHost();
  const src = process.env.CELL ?? "1+1";
  for (const c of src.split("\n---\n")) { try { console.log(await h.run(c)); } catch (e) { console.log("ERR", h.stacks.mapStack((e as Error).stack!)); } if (h.cells.at(-1)) console.log(h.cells.at(-1)!.code, h.cells.at(-1)!.units); }
});
