import { resolve } from "node:path";

interface Steps {
  runQuietly(command: string, args: readonly string[], options: { cwd: string; advice: string }): Promise<string>;
}
interface Prepare {
  checkNode(version: string): void;
}

const { runQuietly } = (await import(resolve("repl/setup/step.mjs"))) as Steps;
const { checkNode } = (await import(resolve("repl/setup/prepare.mjs"))) as Prepare;
const options = { cwd: process.cwd(), advice: "Try again." };

test("a command's output is kept back, and given", async () => {
  expect(await runQuietly(process.execPath, ["-e", "console.log(1); console.error(2)"], options)).toMatch(/1[^]*2|2[^]*1/);
});

test("a failed command shows its output, what was run and what to do", async () => {
  const failed = runQuietly(process.execPath, ["-e", "console.log('the cause'); process.exit(3)"], options);
  await expect(failed).rejects.toThrow(/^the cause\n`.+ -e .+` ended with exit code 3\. Try again\.$/);
});

test("a command that is not there is said", async () => {
  await expect(runQuietly("ray-ts-no-such-program", [], options)).rejects.toThrow("Could not start `ray-ts-no-such-program`");
});

test.each(["18.20.0", "20.18.3", "12.0.0"])("Node %s is refused, and the message says what to get", (version) => {
  expect(() => checkNode(version)).toThrow(`ray-ts needs Node 20.19 or newer, and this is Node ${version}`);
});

test.each(["20.19.0", "22.0.0", "26.1.0"])("Node %s will do", (version) => {
  expect(() => checkNode(version)).not.toThrow();
});
