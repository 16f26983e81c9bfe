/** What cells have of the runtime without an import, and what their work is called. */
import { FrontProcess } from "../fixtures/front-process.ts";
import { Sandbox } from "../fixtures/sandbox.ts";

const sandbox = new Sandbox();
const front = new FrontProcess(sandbox);
afterAll(async () => {
  await front.close();
  await sandbox.close();
});

test.each([
  ["a variable", "const square = ray.remote((x: number) => { console.log('hi'); return x; }); await ray.get(square.remote(1))", "square"],
  ["a variable, through options", "const light = ray.remote({ numCpus: 0.5 })((x: number) => { console.log('hi'); return x; }).options({ maxRetries: 0 }); await ray.get(light.remote(1))", "light"],
  ["an object's key", "const tools = { cube: ray.remote((x: number) => { console.log('hi'); return x; }) }; await ray.get(tools.cube.remote(1))", "cube"],
  ["a variable that held the function before", "const plain = (x: number) => { console.log('hi'); return x; }; const far = ray.remote(plain); await ray.get(far.remote(1))", "plain"],
  ["nothing", "await ray.get(ray.remote(() => console.log('hi')).remote())", "In\\[\\d+\\]#0"],
])("a function bound to %s prints under that name (rows 33, 104)", async (_, cell, name) => {
  const { stdout, error } = await front.cell(cell);
  expect(error).toBeUndefined();
  expect(stdout).toMatch(new RegExp(`^\\(${name} pid=\\d+\\) hi$`, "m"));
});

test("an actor class bound to a name is shown by it", async () => {
  const done = await front.cell("const Box = ray.remote(class { v = 1; get() { console.log('in'); return this.v; } }); const box = Box.remote(); [String(Box), await ray.get(box.get.remote())].join()");
  expect(done.text).toBe("'ActorClass(Box),1'");
  expect(done.stdout).toMatch(/^\(Box(\.get)? pid=\d+\) in$/m);
});

test("ObjectRef is there in cells and in tasks without an import", async () => {
  expect(await front.cell(`
    const ref = ray.put(1);
    const look = ray.remote((box: { ref: unknown }) => [box.ref instanceof ObjectRef, typeof (globalThis as any).ObjectRef, ObjectRef.name]);
    [ref instanceof ObjectRef, ({}) instanceof ObjectRef, ...await ray.get(look.remote({ ref }))].join()`)).toMatchObject({ error: undefined, text: "'true,false,true,function,ObjectRef'" });
});

test("a cell may declare an ObjectRef of its own", async () => {
  expect((await front.cell("class ObjectRef { own = true }; new ObjectRef().own")).text).toBe("true");
});

test("what a function captures is read at each submission, also when a later cell changed it (row 39)", async () => {
  await front.cell("let factor = 10; const times = ray.remote((x: number) => x * factor); const before = times.remote(2);");
  expect(await front.cell("factor = 20; await ray.get([before, times.remote(2)])")).toMatchObject({ error: undefined, text: "[ 20, 40 ]" });
  expect(await front.cell("function scale(x: number) { return x + factor; } const scaled = ray.remote((x: number) => scale(x)); await ray.get(scaled.remote(1))")).toMatchObject({ text: "21" });
  expect(await front.cell("function scale(x: number) { return -x; } await ray.get(scaled.remote(1))")).toMatchObject({ error: undefined, text: "-1" });
});
