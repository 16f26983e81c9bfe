import { CellHost } from "./cell-host.ts";
import { StackMapper, cleanMessage } from "../../../runtime/compile/stack-map.ts";

async function stackOf(host: CellHost, source: string): Promise<string> {
  try {
    await host.run(source);
  } catch (error) {
    return host.stacks.mapStack((error as Error).stack!);
  }
  throw new Error(`It did not throw: ${source}`);
}

const frames = (stack: string): string[] => stack.split("\n").filter((line) => line.trim().startsWith("at ")).map((line) => line.trim());

describe("stacks of cells", () => {
  test("name the function, the cell, the line and the column", async () => {
    const host = new CellHost();
    const stack = await stackOf(host, "type T = {\n  a: number\n}\nfunction fail(x: T): never {\n  throw new Error('no ' + x.a)\n}\nfail({ a: 1 })");
    expect(frames(stack).slice(0, 2)).toEqual(["at fail (In[1]:5:9)", "at In[1]:7:1"]);
  });

  test("lead from cell to cell", async () => {
    const host = new CellHost();
    await host.run("function inner() {\n  null!.x\n}");
    await host.run("\nconst middle = () => inner()");
    expect(frames(await stackOf(host, "class A { m() { middle() } }\nnew A().m()")).slice(0, 4)).toEqual([
      "at inner (In[1]:2:9)",
      "at middle (In[2]:2:22)",
      "at A.m (In[3]:1:17)",
      "at In[3]:2:9",
    ]);
  });

  test("are right after an await, with imports and in cells that esbuild lowers", async () => {
    const host = new CellHost();
    const source = "import { sep } from 'node:path'\nconst d = (f: any, c: any) => f\nclass A {\n  @d async m() {\n    await null\n    throw new Error('late' + sep)\n  }\n}\nawait new A().m()";
    expect(frames(await stackOf(host, source))[0]).toMatch(/In\[1\]:6:11/);
  });

  test("are right in an object literal cell and after characters outside of the basic plane", async () => {
    const host = new CellHost();
    expect(frames(await stackOf(host, "{ a: '𝒳', b: missing }"))[0]).toBe("at In[1]:1:15");
  });

  test("have no frames of ours nor of Node", async () => {
    const host = new CellHost();
    const stack = await stackOf(host, "const c = 1; c = 2");
    expect(frames(stack)[0]).toBe("at In[1]:1:14");
    expect(stack).not.toMatch(/node:|cell-host/);
  });

  test("do not change when mapped again", async () => {
    const host = new CellHost();
    const once = await stackOf(host, "\n\nnope()");
    expect(host.stacks.mapStack(once)).toBe(once);
  });

  test("give the first position and its line", async () => {
    const host = new CellHost();
    const stack = await stackOf(host, "const a = 1\nconst b = a.c.d");
    expect(host.stacks.firstPosition(stack)).toEqual({ cell: "In[1]", line: 2, column: 15 });
    expect(host.stacks.excerpt({ cell: "In[1]", line: 2, column: 15 })).toBe("2 | const b = a.c.d\n  |               ^");
    expect(host.stacks.firstPosition("Error: x\n    at somewhere (/a/b.js:1:2)")).toBeUndefined();
  });

  test("find the first position of a raw stack too", async () => {
    const host = new CellHost();
    let raw = "";
    await host.run("\n  nope").catch((error: Error) => (raw = error.stack!));
    expect(raw).toContain("ray-ts:In[1]~");
    expect(host.stacks.firstPosition(raw)).toEqual({ cell: "In[1]", line: 2, column: 3 });
  });
});

describe("StackMapper", () => {
  const map = { version: 3 as const, sources: ["In[2]"], sourcesContent: ["one\ntwo"], names: [], mappings: "AACA" };

  test("takes the source from the map when it has none, and minds lines put in front", () => {
    const stacks = new StackMapper();
    stacks.register("In[2]#0~aa", { cell: "In[2]", map, lineOffset: 3 });
    const mapped = stacks.mapStack("Error: x\n    at async f (In[2]#0~aa:4:1)\n    at process.processTicksAndRejections (node:internal/process/task_queues:95:5)");
    expect(mapped).toBe("Error: x\n    at async f (In[2]:2:1)");
    expect(stacks.excerpt({ cell: "In[2]", line: 2, column: 1 })).toBe("2 | two\n  | ^");
  });

  test("leaves out frames in our folders only", () => {
    const stacks = new StackMapper({ ownFolders: ["/opt/ray-ts/dist/"] });
    const stack = "Error: in /opt/ray-ts/dist/ of ours\n    at a (/opt/ray-ts/dist/session.js:1:1)\n    at b (/home/me/dist/x.js:1:1)";
    expect(stacks.mapStack(stack)).toBe("Error: in /opt/ray-ts/dist/ of ours\n    at b (/home/me/dist/x.js:1:1)");
  });

  test("forgets a script", () => {
    const stacks = new StackMapper();
    stacks.register("s", { cell: "In[2]", map });
    stacks.unregister("s");
    expect(stacks.mapStack("    at s:1:1")).toBe("    at s:1:1");
  });

  test("maps the head of V8's own syntax errors", () => {
    const stacks = new StackMapper();
    stacks.register("ray-ts:In[2]~aa", { cell: "In[2]", map });
    expect(stacks.mapStack("ray-ts:In[2]~aa:1\nfoo\n^^^\n\nSyntaxError: bad")).toBe("In[2]:2\nfoo\n^^^\n\nSyntaxError: bad");
  });
});

test.each([
  ["(0 , __$.f) is not a function", "f is not a function"],
  ["__$.a.b is not a function", "a.b is not a function"],
  ["__rt.require(...).x is not a function", "require(...).x is not a function"],
  ["my __init__ text", "my __init__ text"],
])("cleanMessage(%j) is %j", (message, cleaned) => {
  expect(cleanMessage(message)).toBe(cleaned);
});
