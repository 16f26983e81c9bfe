/** What a person types wrong, in cells: each gives an error that says what to do, and the session goes on. */
import { FrontProcess } from "../fixtures/front-process.ts";
import { Sandbox } from "../fixtures/sandbox.ts";

const sandbox = new Sandbox();
let front: FrontProcess;
beforeAll(async () => {
  front = new FrontProcess(sandbox);
  await front.cell(`await ray.init({ numCpus: 2 }); const square = ray.remote((x: number) => x * x); class Counter { n = 0; incr() { return ++this.n; } } const counter = ray.remote(Counter).remote();`);
});
afterAll(async () => {
  await front.close();
  await sandbox.close();
});

test.each([
  ["a remote function called directly (row 16)", "square(2)", /TypeError: Remote function "square" cannot be called directly: write square\.remote\(2\)/],
  ["a class made remote and constructed directly (row 62)", "const C = ray.remote(Counter); new C()", /TypeError: .*C(ounter)?\.remote\(/],
  ["a method that does not exist (row 62)", "counter.incrr.remote()", /TypeError: Counter has no method "incrr".*"incr"/],
  ["a method called without remote (row 62)", "counter.incr()", /TypeError: .*incr\.remote\(/],
  ["a get of what is no ref (row 44)", "await ray.get(5)", /TypeError: ray\.get wants an ObjectRef.*5/],
  ["a put of a ref (row 43)", "ray.put(ray.put(1))", /TypeError: ray\.put got .*ref/i],
  ["a second init with other options", "await ray.init({ numCpus: 3 })", /numCpus.*ray\.shutdown\(\)/s],
  ["an option that there is not (row 20)", "ray.remote(() => 1, { numCpu: 1 })", /numCpu.*numCpus/],
  ["a function that captures a socket (row 41)", `import net from "node:net"; const db = new net.Socket(); const helper = () => db.write("x"); const send = ray.remote(() => helper()); send.remote()`, /CaptureError: Cannot send send → helper → db: .*Socket.*actor/s],
  ["an argument that cannot be sent (row 41)", "square.remote(new WeakMap() as never)", /SerializationError: .*WeakMap/],
  ["a generator passed on (row 27)", "const count = ray.remote(function* () { yield 1; }); square.remote(count.remote() as never)", /SerializationError: .*an ObjectRefGenerator gives its refs to its caller only; take its refs and send those/],
  ["a generator that a function returns (row 26)", "const inner = function* () { yield 1; }; await ray.get(ray.remote(() => inner()).remote() as any)", /returned a generator, which cannot be sent\. Write it as a generator itself/],
  ["a get of a generator (row 27)", "await ray.get(ray.remote(function* () { yield 1; }).remote() as never)", /TypeError: ray\.get wants an ObjectRef.*for await \(const ref of generator\)/],
  ["a syntax error", "const = 5", /SyntaxError: .*\(In\[\d+\]:1:7\)/],
  ["an unknown name inside a task", "await ray.get(ray.remote(() => notThere + 1).remote())", /RayTaskError\(ReferenceError\): notThere is not defined/],
  ["an unknown actor", `await ray.getActor("nobody")`, /ActorNotFoundError: There is no actor named "nobody"/],
  ["a missing package", `import x from "no-such-package"; x`, /npm install no-such-package/],
])("%s", async (_what, code, message) => {
  const done = await front.cell(code);
  expect(done.status).toBe("error");
  expect(done.error).toMatch(message);
  expect((await front.cell("await ray.get(square.remote(3))")).text).toBe("9");
});
