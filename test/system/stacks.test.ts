/** `ray-ts stack` and `ray.state.stacks`: where the code of workers is, while it runs. */
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import { distFolder } from "../fixtures/dist-folder.ts";
import { FrontProcess } from "../fixtures/front-process.ts";
import { Sandbox, type Finished } from "../fixtures/sandbox.ts";

interface StackRow { readonly pid: number; readonly state: string; readonly name?: string; readonly actor?: string; readonly stack: string }

let sandbox: Sandbox;
beforeEach(() => { sandbox = new Sandbox(); });
afterEach(async () => {
  await cli("stop", "--force");
  await sandbox.close();
}, 30_000);

const cli = (...args: string[]): Promise<Finished> => sandbox.start([join(distFolder(), "cli.js"), ...args]).finished;

describe("row 107: ray stack", () => {
  test("a cell's loop, an await and an idle actor are told apart, in terms of cells, and go on as before", async () => {
    const front = new FrontProcess(sandbox);
    await front.cell("await ray.init({ numCpus: 3 }); undefined");
    await front.cell(`
      class Gate { open = new Set<string>(); arrive(name: string) { this.open.add(name); } all() { return [...this.open].sort().join(); } };
      const gate = ray.remote(Gate).remote();
      undefined`);
    const shown = await front.cell(`
      const spin = ray.remote(async (g: typeof gate, until: number) => {
        await ray.get(g.arrive.remote("spin"));
        let n = 0;
        while (Date.now() < until) n++;
        return n > 0;
      });
      const wait = ray.remote(async (g: typeof gate, until: number) => { await ray.get(g.arrive.remote("wait")); await new Promise((r) => setTimeout(r, until - Date.now())); });
      const until = Date.now() + 4000;
      const refs = [spin.remote(gate, until), wait.remote(gate, until)];
      while ((await ray.get(gate.all.remote())) !== "spin,wait") await new Promise((r) => setTimeout(r, 10));
      // an answer may be here before the call was put away
      const once = async (isSo: (rows: Awaited<ReturnType<typeof ray.state.stacks>>) => boolean) => { for (;;) { const rows = await ray.state.stacks(); if (isSo(rows)) return rows; } };
      const first = await once((rows) => rows.some(({ actor, state }) => actor === "Gate" && state === "idle"));
      const again = await ray.state.stacks();
      console.log(JSON.stringify({ first, again, results: await ray.get(refs), last: await once((rows) => rows.every(({ state }) => state === "idle")) }))`);
    expect(shown.error).toBeUndefined();
    const { first, again, results, last } = JSON.parse(shown.stdout) as { first: StackRow[]; again: StackRow[]; results: unknown[]; last: StackRow[] };
    for (const rows of [first, again]) {
      const spinning = rows.find(({ name }) => name === "spin");
      expect(spinning?.state).toBe("running");
      expect(spinning?.stack.split("\n")[0]).toMatch(/^ {4}at .*In\[3\]:5:\d+\)?$/);
      expect(rows.find(({ name }) => name === "wait")).toMatchObject({ state: "waiting", stack: "" });
      expect(rows.find(({ actor }) => actor === "Gate")).toMatchObject({ state: "idle", stack: "" });
    }
    expect(results).toEqual([true, null]);
    expect(last.length).toBeGreaterThan(2);
    await front.close();
  }, 60_000);

  test("ray-ts stack asks the standing cluster, and no worker listens on a port afterwards", async () => {
    await cli("start", "--num-cpus", "1");
    const script = sandbox.startScript(`import ray from "ray-ts";
      const forever = ray.remote(function forever() { console.log("begun"); for (;;) Math.random(); });
      await ray.get(forever.remote());`, { RAY_TS_ADDRESS: "auto" });
    await script.output(/begun/);
    const { stdout, code } = await cli("stack");
    expect(code).toBe(0);
    expect(stdout).toMatch(/^worker w[0-9a-f]{8} \(pid \d+\): runs forever$/m);
    expect(stdout).toMatch(/^ {4}at forever \(.*script-\w+\.mjs:2:\d+\)$/m);
    const row = (JSON.parse((await cli("stack", "--json")).stdout) as StackRow[]).find(({ name }) => name === "forever");
    expect(row).toMatchObject({ state: "running" });
    // over tcp its router is one
    expect(listeningSockets(row?.pid as number)).toHaveLength(process.env["RAY_TS_TRANSPORT"] === "tcp" ? 1 : 0);
    script.kill();
    await cli("stop");
  }, 60_000);
});

/** Inodes of TCP sockets that the process listens on. */
function listeningSockets(pid: number): string[] {
  const listening = ["tcp", "tcp6"].flatMap((table) => readFileSync(`/proc/${pid}/net/${table}`, "utf8").split("\n").slice(1)).map((line) => line.trim().split(/\s+/)).filter((fields) => fields[3] === "0A").map((fields) => fields[9]);
  const own = readdirSync(`/proc/${pid}/fd`).map((fd) => { try { return readlinkSync(`/proc/${pid}/fd/${fd}`); } catch { return ""; } });
  return listening.filter((inode): inode is string => inode !== undefined && own.includes(`socket:[${inode}]`));
}
