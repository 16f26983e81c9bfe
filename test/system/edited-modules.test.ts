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

test("a task imports from where its cell does: local files, packages, JSON, Node's own, by import and by require", async () => {
  write("data.json", "{ \"n\": 1 }");
  write("old.cjs", "exports.kind = 'cjs';\n");
  mkdirSync(join(sandbox.folder, "node_modules", "near"), { recursive: true });
  writeFileSync(join(sandbox.folder, "node_modules", "near", "package.json"), '{ "name": "near", "type": "module", "exports": "./main.js" }');
  writeFileSync(join(sandbox.folder, "node_modules", "near", "main.js"), "export default 'default'; export const named = 'named';\n");
  const uses = `async () => {
  const [{ factor }, near, { default: json }, { sep }] = await Promise.all([import('./lib/inner'), import('near'), import('./lib/data.json', { with: { type: 'json' } }), import('node:path')]);
  const files = [import.meta.url.endsWith('notebook.mts'), import.meta.dirname === process.cwd(), __dirname === import.meta.dirname];
  return [factor, near.default, near.named, (json as any).n, sep, require('./lib/old.cjs').kind, require('./lib/data.json').n, ...files].join();
}`;
  const expected = "'10,default,named,1,/,cjs,1,true,true,true'";
  expect(await value(`const uses = ${uses};\nawait uses()`)).toBe(expected);
  expect(await value("await ray.get(ray.remote(uses).remote())")).toBe(expected);
  expect(await value("import near, { named } from 'near'; import * as all from 'near'; import data from './lib/data.json' with { type: 'json' }; import old from './lib/old.cjs';\nconst read = () => [near, named, all.named, (data as any).n, (old as any).kind].join();\n[read(), await ray.get(ray.remote(read).remote())]")).toBe("[ 'default,named,named,1,cjs', 'default,named,named,1,cjs' ]");
  // in a task as in a cell, an edit is seen by the next import
  write("data.json", "{ \"n\": 22 }");
  write("old.cjs", "exports.kind = 'edited';\n");
  expect(await value("await ray.get(ray.remote(uses).remote())")).toBe("'10,default,named,22,/,edited,22,true,true,true'");
  expect(await value("await ray.get(ray.remote(async () => import('nowhere-to-be-found' as string)).remote()).catch((error: Error) => error.message)")).toMatch(/Install it there: npm install nowhere-to-be-found/);
});
