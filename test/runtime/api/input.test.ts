import { memoryRay } from "../../fixtures/memory-host.ts";
import { Sandbox } from "../../fixtures/sandbox.ts";

test("ray.input asks by its host, and says what is wrong with a question", async () => {
  const { ray, host } = memoryRay();
  const asked: unknown[] = [];
  Object.assign(host, { ask: async (...question: unknown[]) => { asked.push(question); return "Ada"; } });
  expect(await ray.input("name? ")).toBe("Ada");
  expect(await ray.input("token? ", { password: true })).toBe("Ada");
  expect(asked).toEqual([["name? ", false], ["token? ", true]]);
  await expect(ray.input(7 as never)).rejects.toThrow("ray.input wants the question as a string; got 7");
  await expect(ray.input("x", { hidden: true } as never)).rejects.toThrow(/hidden/);
});

test("in a task nobody can be asked, and the way out is said", async () => {
  const { ray } = memoryRay();
  await expect(ray.input("name? ")).rejects.toMatchObject({ name: "InputUnavailableError", code: "INPUT_UNAVAILABLE", message: expect.stringMatching(/Cannot ask "name\? " in a task.*pass the answer as an argument/) });
});

describe("in a script", () => {
  const sandbox = new Sandbox();
  afterAll(() => sandbox.close());

  test("the lines of its stdin are the answers, also those that came early; the end of stdin is said", async () => {
    const script = sandbox.startScript(`import ray from "ray-ts";
      console.log(await ray.input("a? "));
      console.log(await Promise.all([ray.input("b? "), ray.input("c? ")]));
      await ray.input("d? ").catch((error) => console.log(error.message));`);
    script.child.stdin?.end("one\ntwo\nthree");
    const { stdout, stderr, code } = await script.finished;
    expect(stdout).toBe(`one\n[ 'two', 'three' ]\nCannot ask "d? ": stdin has ended. Give the script its answers, a line each, or run it at a terminal\n`);
    expect([stderr, code]).toEqual(["a? b? c? d? ", 0]);
  });

  test("an open stdin does not keep a script from ending that has its answer", async () => {
    const script = sandbox.startScript(`import ray from "ray-ts";\nconsole.log(await ray.input());`);
    script.child.stdin?.write("answer\n");
    expect((await script.finished).stdout).toBe("answer\n");
  });
});
