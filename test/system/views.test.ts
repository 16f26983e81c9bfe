/** What a shown ref becomes when nothing but its view holds it. */
import { FrontProcess } from "../fixtures/front-process.ts";
import { Sandbox } from "../fixtures/sandbox.ts";

const sandbox = new Sandbox();
afterAll(() => sandbox.close());

test("a pending ref that only its view holds ends with its value, its worker and its pid (row 49)", async () => {
  const front = new FrontProcess(sandbox);
  await front.cell(`const slow = ray.remote(async (ms: number) => { await new Promise((r) => setTimeout(r, ms)); return "made"; });`);
  await front.cell("slow.remote(300)");
  // the front's lines are JSON, so the quotes around the value are escaped
  const [line] = await front.process.output(/^.*ready \\"made\\".*$/m);
  expect(line).toMatch(/"update":true/);
  expect(line).toMatch(/pid \d+/);
  await front.close();
});
