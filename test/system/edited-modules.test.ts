/** Local modules that are edited while tasks and actors use them. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { FrontProcess } from "../fixtures/front-process.ts";
import { Sandbox } from "../fixtures/sandbox.ts";

let sandbox: Sandbox;
let front: FrontProcess;
beforeAll(() => {
  sandbox = new Sandbox();
  front = new FrontProcess(sandbox);
});
afterAll(async () => {
  await front.close();
  await sandbox.close();
});

const write = (name: string, text: string): void => {
  mkdirSync(join(sandbox.folder, "lib"), { recursive: true });
  writeFileSync(join(sandbox.folder, "lib", name), text);
};
const value = async (code: string): Promise<string | undefined> => {
  const { text, error } = await front.cell(code);
  return error ?? text;
};

test("functions that use an edited module run with the new one on workers that had the old one", async () => {
  write("inner.ts", "export const factor: number = 2;\n");
  write("index.ts", "import { factor } from './inner';\nexport function scale(x: number): number { return factor * x }\nexport class Scaler { scale(x: number) { return factor * x } }\n");
  const cell = "import { scale, Scaler } from './lib'\nimport * as lib from './lib'\n";
  await front.cell("await ray.init({ numCpus: 1 })");
  const uses = `const twice = ray.remote((x: number) => scale(scale(x)));
const whole = ray.remote((x: number) => lib.scale(x));
const exported = ray.remote(scale);
const actor = ray.remote(Scaler).remote();
await ray.get([twice.remote(1), whole.remote(1), exported.remote(1), actor.scale.remote(1)])`;
  expect(await value(cell + uses)).toBe("[ 4, 2, 2, 2 ]");
  write("inner.ts", "export const factor: number = 10;\n");
  // what was made before sees what its names are bound to when it is called
  expect(await value("await ray.get([twice.remote(1), whole.remote(1), exported.remote(1), actor.scale.remote(1)])")).toBe("[ 4, 2, 2, 2 ]");
  expect(await value(cell + "await ray.get([twice.remote(1), whole.remote(1)])")).toBe("[ 100, 10 ]");
  expect(await value(uses)).toBe("[ 100, 10, 10, 10 ]");
  write("index.ts", "export function scale(x: number): number { return x + 1 }\nexport class Scaler { scale(x: number) { return x - 1 } }\n");
  expect(await value(cell + uses)).toBe("[ 3, 2, 2, 0 ]");
}, 60_000);

test("an error of a task in an edited module names the file's line as it is now", async () => {
  write("fails.ts", "export function fail(): never { throw new Error('old') }\n");
  expect(await value("import { fail } from './lib/fails'; await ray.get(ray.remote(() => fail()).remote())")).toContain("old");
  write("fails.ts", "type Unused = 1;\n\nexport function fail(): never { throw new RangeError('new') }\n");
  const failed = await front.cell("import { fail } from './lib/fails'; try { await ray.get(ray.remote(() => fail()).remote()) } catch (e) { console.log((e as Error).stack) }");
  expect(failed.stdout).toMatch(/RangeError: new[^]*at fail \([^?\n]*lib\/fails\.ts:3:39\)/);
});
