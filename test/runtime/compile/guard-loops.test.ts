import { CellHost } from "./cell-host.ts";

const loops = [
  ["for (;;) {}"],
  ["for (;;);"],
  ["while (true);"],
  ["while (true) n++"],
  ["do n++; while (true)"],
  ["do { n++ } while (true)"],
  ["for (const x of endless()) n = x"],
  ["for (const k in { a: 1 }) n = k"],
  ["for await (const x of endless()) n = x"],
  ["for (;;) await null"],
  ["const spin = () => { while (true) { for (;;) {} } }; spin()"],
  ["class A { m() { while (true); } static { new A().m() } }"],
  ["a: for (;;) { for (;;) continue a }"],
  ["[1].forEach(() => { for (;;); })"],
];

describe("loop guards", () => {
  test.each(loops)("stop %s", async (loop) => {
    const host = new CellHost();
    await host.run("let n; function* endless() { for (let i = 0; ; i++) yield i }");
    host.guard[0] = 1;
    await expect(host.run(loop)).rejects.toThrow("interrupted");
    expect(host.guardCount).toBe(1);
  });

  test("stop a loop of a unit, wherever it runs", async () => {
    const host = new CellHost();
    const spin = host.send(await host.run("const spin = () => { for (;;); }; spin")) as () => void;
    host.guard[0] = 1;
    expect(spin).toThrow("interrupted");
  });

  test("change nothing while nobody asks", async () => {
    const host = new CellHost();
    const cell = "const out = []; for (let i = 0; i < 2; i++) out.push(i)\nlet k = 0; do k++; while (k < 3)\nfor (const x of [5]) if (x) out.push(x); else out.push(0)\nwhile (k-- > 0) var last = k\n;[...out, last]";
    expect(await host.run(cell)).toEqual([0, 1, 5, 0]);
    expect(host.guardCount).toBe(0);
  });

  test("keep the state of the cell", async () => {
    const host = new CellHost();
    host.guard[0] = 1;
    await expect(host.run("let done = 1; for (;;) done++")).rejects.toThrow("interrupted");
    host.guard[0] = 0;
    expect(await host.run("done")).toBe(1);
  });

  test("a cell without loops has none", () => {
    expect(new CellHost().compile("[1].map((x) => x)").code).not.toContain("__g");
  });
});
