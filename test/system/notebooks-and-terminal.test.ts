/**
 * Two notebooks and a terminal on one standing cluster: kernels driven by Jupyter's messages, a prompt at a pseudo-terminal.
 * Each is killed in turn, busy; its own work ends with it, the others and what is detached go on.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { distFolder } from "../fixtures/dist-folder.ts";
import { JupyterClient } from "../fixtures/jupyter-client.ts";
import { Sandbox, type Finished } from "../fixtures/sandbox.ts";
import { hasPseudoTerminal, PseudoTerminal } from "../repl/terminal/pseudo-terminal.ts";

const sandbox = new Sandbox();
const cliFile = join(distFolder(), "cli.js");
const cli = (...args: string[]): Promise<Finished> => sandbox.start([cliFile, ...args]).finished;
/** What ends the fronts that are still there, however the test went. */
const ends: (() => unknown)[] = [];
afterAll(async () => {
  for (const end of ends) await end();
  await cli("stop", "--force");
  await sandbox.close();
}, 30_000);

interface Status {
  readonly actors: { readonly className: string; readonly state: string }[];
  readonly drivers: { readonly namespace: string }[];
}

async function until(holds: (status: Status) => boolean): Promise<Status> {
  for (;;) {
    const now = JSON.parse((await cli("status", "--json")).stdout) as Status;
    if (holds(now)) return now;
  }
}

/** Somebody at work on the cluster. */
interface Front {
  readonly pid: number;
  /** Runs code whose last line prints a value, and gives the value. */
  value(code: string): Promise<unknown>;
  /** Starts what never ends; resolves when it runs. */
  spin(code: string): Promise<void>;
  /** Ends what the test holds of it, after its kill. */
  close(): Promise<unknown>;
}

const JOINED = { RAY_TS_ADDRESS: "auto" };
const shows = (code: string): string => `console.log("VALUE " + JSON.stringify(${code}))`;

async function notebook(): Promise<Front> {
  const client = await JupyterClient.start({ env: { ...sandbox.env, ...JOINED } });
  let closed: Promise<unknown> | undefined;
  const close = (): Promise<unknown> => (closed ??= client.close());
  ends.push(close);
  return {
    pid: client.kernel.pid as number,
    async value(code) {
      const { text, reply } = await client.execute(shows(code));
      const [, value] = /^VALUE (.*)$/m.exec(text) ?? [];
      if (value === undefined) throw new Error(`The cell gave no value: ${JSON.stringify(reply)}\n${text}`);
      return JSON.parse(value);
    },
    async spin(code) {
      client.startCell(`${code}; console.log("SPINS"); for (;;);`);
      await client.until(({ header, content }) => header.msg_type === "stream" && String(content["text"]).includes("SPINS"));
    },
    close,
  };
}

async function terminal(): Promise<Front> {
  const prompt = new PseudoTerminal([process.execPath, cliFile, "repl"], { cwd: sandbox.folder, env: { ...sandbox.env, ...JOINED, NO_COLOR: "1", RAY_TS_REPL_HISTORY: join(sandbox.folder, "history") } });
  ends.push(() => prompt.kill());
  await prompt.until(/> /);
  prompt.type(`console.log("FRONT=" + process.ppid)\r`);
  const [, pid] = /FRONT=(\d+)/.exec(await prompt.until(/FRONT=\d+[\s\S]*?> /)) as RegExpExecArray;
  return {
    pid: Number(pid),
    async value(code) {
      prompt.type(`${shows(code)}\r`);
      const [, value] = /\nVALUE ([^\r\n]*)/.exec(await prompt.until(/\nVALUE [^\n]*\n> /)) ?? [];
      return JSON.parse(value as string);
    },
    async spin(code) {
      prompt.type(`${code}; console.log("SPI" + "NS"); for (;;);\r`);
      await prompt.until(/SPINS/);
    },
    close: () => prompt.exited,
  };
}

/** Where a machine has no util-linux, the same prompt through a pipe. */
async function pipe(): Promise<Front> {
  const prompt = sandbox.start([cliFile, "repl"], JOINED);
  ends.push(() => prompt.kill());
  let read = 0;
  const until = async (pattern: RegExp): Promise<string> => {
    for (;;) {
      const match = pattern.exec(prompt.stdout.slice(read));
      if (match) { read += match.index + match[0].length; return match[1] ?? ""; }
      await prompt.output(new RegExp(`^[\\s\\S]{${prompt.stdout.length}}[\\s\\S]`));
    }
  };
  return {
    pid: prompt.pid,
    async value(code) {
      prompt.child.stdin?.write(`${shows(code)}\n`);
      return JSON.parse(await until(/VALUE (.*)\n/));
    },
    async spin(code) {
      prompt.child.stdin?.write(`${code}; console.log("SPINS"); for (;;);\n`);
      await until(/SPINS/);
    },
    close: () => prompt.finished,
  };
}

const isAlive = (pid: number): boolean => {
  try {
    return !readFileSync(`/proc/${pid}/stat`, "utf8").includes(") Z ");
  } catch {
    return false; // it has ended
  }
};

const makeShared = `(globalThis as any).counter = ray.remote(class Shared { i = 0; incr() { return ++this.i; } }, { name: "shared", lifetime: "detached", numCpus: 0 }).remote();`;
const shared = `(await ray.get((await ray.getActor("shared", { namespace: "lab" })).incr.remote()))`;

test("two notebooks and a terminal on one cluster: each killed in turn while it is busy, the others and the detached actor go on (rows 1, 10, 68, 106)", async () => {
  expect(await cli("start", "--num-cpus", "6")).toMatchObject({ code: 0 });
  const fronts: Record<"Left" | "Right" | "Typed", Front> = { Left: await notebook(), Right: await notebook(), Typed: await (hasPseudoTerminal ? terminal() : pipe()) };
  const names = Object.keys(fronts) as (keyof typeof fronts)[];
  for (const name of names) {
    // an actor of its own, found by all under one namespace, and a task that never ends
    const made = await fronts[name].value(`await (async () => {
      await ray.init({ namespace: "lab" });
      const own = (globalThis as any).own = ray.remote(class ${name} { pid() { return process.pid; } }, { name: "${name}" }).remote();
      (globalThis as any).forever = ray.remote(() => { for (;;); }, { name: "forever", numCpus: 0.5 }).remote();
      ${name === "Left" ? makeShared : ""}
      return typeof (await ray.get(own.pid.remote()));
    })()`.replaceAll(/\n\s*/g, " "));
    expect(made).toBe("number");
  }
  const pids = new Map<string, number>();
  for (const name of names) pids.set(name, (await fronts.Typed.value(`await ray.get((await ray.getActor("${name}")).pid.remote())`)) as number);
  for (const name of names) expect(await fronts[name].value(`(await ray.util.listNamedActors()).sort()`)).toEqual(["Left", "Right", "Typed", "shared"]);
  expect((await until(({ drivers }) => drivers.length === 3)).drivers.map(({ namespace }) => namespace)).toEqual(["lab", "lab", "lab"]);

  let count = 0;
  const alive = new Set(names);
  for (const victim of ["Left", "Typed", "Right"] as const) {
    for (const name of alive) expect(await fronts[name].value(shared)).toBe(++count);
    await fronts[victim].spin("1");
    process.kill(fronts[victim].pid, "SIGKILL");
    alive.delete(victim);
    // its actor and its endless task end with it
    const left = await until(({ drivers, actors }) => drivers.length === alive.size && actors.every(({ className, state }) => className !== victim || state === "dead"));
    expect(left.actors.filter(({ state }) => state === "alive").map(({ className }) => className).sort()).toEqual([...alive, "Shared"].sort());
    while (isAlive(pids.get(victim) as number)) await new Promise((turn) => setTimeout(turn, 10));
    await fronts[victim].close();
    for (const name of alive) {
      expect(await fronts[name].value(`await ray.get((await ray.getActor("${name}")).pid.remote())`)).toBe(pids.get(name));
      expect(await fronts[name].value(`await ray.getActor("${victim}").catch((error) => error.name)`)).toBe("ActorNotFoundError");
    }
  }

  const late = await notebook();
  expect(await late.value(shared)).toBe(++count);
  expect(await late.value(`await ray.get(ray.remote((x: number) => x + 1).remote(1))`)).toBe(2);
  await late.close();
  expect(await cli("stop")).toMatchObject({ code: 0 });
  expect(await sandbox.leftovers(5000)).toEqual({ processes: [], files: [] });
}, 180_000);
