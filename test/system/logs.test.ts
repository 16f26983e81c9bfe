/** Logs as a user reads them: by the command, from another terminal, and by `ray.state`; and that they go with their cluster. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { distFolder } from "../fixtures/dist-folder.ts";
import { Sandbox, type Finished, type RunningProcess } from "../fixtures/sandbox.ts";

let sandbox: Sandbox;
beforeEach(() => { sandbox = new Sandbox(); });
afterEach(async () => {
  await cli("stop", "--force");
  await sandbox.close();
}, 30_000);

const start = (...args: string[]): RunningProcess => sandbox.start([join(distFolder(), "cli.js"), ...args]);
const cli = (...args: string[]): Promise<Finished> => start(...args).finished;

describe("logs", () => {
  test("what a standing cluster's workers printed is read by actor, task, pid and stream, after its driver has gone, until the cluster goes (rows 105, 107)", async () => {
    expect(await cli("logs")).toMatchObject({ code: 1, stderr: expect.stringContaining("ray-ts start") });
    await cli("start", "--num-cpus", "2");
    await sandbox.script(`import ray from "ray-ts";
      const say = ray.remote(function say(text) { console.log(text); console.error("err " + text); });
      class Keeper { note(text) { console.log("noted " + text); } }
      await ray.get(say.remote("one"));
      const keeper = ray.remote(Keeper, { name: "k", namespace: "n", lifetime: "detached" }).remote();
      await ray.get(keeper.note.remote("two"));`, { RAY_TS_ADDRESS: "auto" });
    expect((await cli("logs", "--task", "say")).stdout.split("\n").sort()).toEqual(["", "err one", "one"]);
    expect((await cli("logs", "--task", "say", "--stream", "stderr")).stdout).toBe("err one\n");
    for (const name of ["k", "Keeper"]) expect((await cli("logs", "--actor", name)).stdout).toBe("noted two\n");
    expect((await cli("logs", "head")).stdout).toMatch(/The head of cluster [0-9a-f]{8} runs: pid \d+/);
    const listed = JSON.parse((await cli("logs", "--json")).stdout) as { log: string; pid?: number; className?: string; folder: string }[];
    const keeper = listed.find(({ className }) => className === "Keeper");
    expect((await cli("logs", String(keeper?.pid), "--tail", "1")).stdout).toBe("noted two\n");
    expect(JSON.parse((await cli("logs", keeper?.log as string, "--json")).stdout)).toMatchObject([{ text: "noted two", name: "Keeper.note", className: "Keeper" }]);
    expect(await cli("logs", "--actor", "Nobody")).toMatchObject({ code: 1, stderr: expect.stringContaining("Nobody") });
    expect(existsSync(keeper?.folder as string)).toBe(true);
    await cli("stop");
    expect(existsSync(keeper?.folder as string)).toBe(false);
  }, 60_000);

  test("--follow gives lines as they are printed, also of a script's own cluster, and ends with it (row 107)", async () => {
    const script = sandbox.startScript(`import ray from "ray-ts";
      const say = ray.remote(function say(text) { console.log(text); });
      await ray.get(say.remote("first"));
      console.log("ready");
      for await (const line of process.stdin) await ray.get(say.remote(String(line).trim()));
      await ray.shutdown();`);
    await script.output(/ready/);
    const following = start("logs", "--task", "say", "--follow");
    await following.output(/^first$/m);
    script.child.stdin?.write("second\n");
    await following.output(/second$/m);
    script.child.stdin?.end();
    expect(await following.finished).toMatchObject({ code: 0 });
    expect(await script.finished).toMatchObject({ code: 0 });
  }, 60_000);

  test("ray.state.getLog and followLog read the same in a script; wrong options are errors (row 109)", async () => {
    expect(await sandbox.scriptValue(`import ray from "ray-ts";
      class Talker { say(n) { for (let i = 0; i < n; i++) console.log("line " + i); return process.pid; } }
      const talker = ray.remote(Talker).remote();
      const pid = await ray.get(talker.say.remote(2000));
      const followed = [];
      for await (const line of ray.state.followLog({ actor: "Talker", tail: 1 })) {
        if (followed.push(line) === 1) talker.say.remote(1);
        else break;
      }
      report({
        usual: (await ray.state.getLog({ id: pid })).split("\\n").length,
        tail: await ray.state.getLog({ actor: "Talker", tail: 2 }),
        listed: (await ray.state.logs()).find((log) => log.className === "Talker")?.pid === pid,
        followed,
        wrong: await ray.state.getLog({ tail: -1 }).catch((error) => error.message),
        unknown: await ray.state.getLog({ actorName: "x" }).catch((error) => error.message),
      });
      process.exit(0);`)).toEqual({
      usual: 1000, tail: "line 1999\nline 0", listed: true, followed: ["line 1999", "line 0"],
      wrong: expect.stringContaining("at least 0"), unknown: expect.stringContaining('no option "actorName"'),
    });
  }, 60_000);
});
