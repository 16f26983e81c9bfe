#!/usr/bin/env node
/** `ray-ts`: the commands and their words. What a command does is loaded when it is called. */
import { Argument, Command, CommanderError, InvalidArgumentError, Option } from "commander";
import { TYPE_CHECK_MODES, type TypeCheckMode } from "../runtime/check/type-diagnostic.ts";
import { parseCondition } from "../runtime/engine/select-rows.ts";
import type { StateCondition } from "../runtime/engine/state.ts";
import { packageVersion } from "../kernel/package-root.ts";

const MISUSE = 2;

const program = new Command("ray-ts")
  .description("Ray Core's model (tasks, actors, objects) for TypeScript: a Jupyter kernel, a REPL, notebooks as tests.")
  .version(packageVersion(), "-V, --version")
  .showHelpAfterError("(ray-ts --help lists the commands)")
  .exitOverride()
  .enablePositionalOptions()
  .addHelpText("after", "\nExamples:\n  $ ray-ts repl\n  $ ray-ts kernel install --user\n  $ ray-ts test notebooks/");

command(program, "repl")
  .description("TypeScript at a prompt, with `ray` at hand; through a pipe it runs what it reads")
  .addOption(typeCheckOption("warn at a terminal, off through a pipe"))
  .addHelpText(
    "after",
    `
At a terminal: Tab completes, Ctrl-C stops the running line and keeps every variable, Ctrl-D leaves, .help tells more.
Through a pipe: the exit code is 1 when a line failed.

Environment:
  RAY_TS_REPL_HISTORY  the history's file (empty: no history is kept)
  NO_COLOR             no colour

Examples:
  $ ray-ts repl
  $ echo 'await ray.get(ray.put(42))' | ray-ts repl`,
  )
  .action(async (options: { typeCheck?: TypeCheckMode }) => finish((await import("./terminal/repl-command.ts")).startRepl(options)));

command(program, "run")
  .description("run a TypeScript file in a session, or a notebook with every cell shown")
  .argument("<file>", "a .ts or .js file, or a notebook (.ipynb)")
  .argument("[args...]", "what the file finds in process.argv")
  .option("-i, --interactive", "stay in the REPL afterwards, on the same session", false)
  .addOption(typeCheckOption("off, or what a notebook's metadata say"))
  .passThroughOptions()
  .addHelpText(
    "after",
    `
The file is run as a cell is: top-level await, \`ray\` without an import, imports from the file's folder. It ends with its
last statement; await what it starts. Exit code: what it gave to process.exit, 1 when it failed, 130 when it was interrupted.

Examples:
  $ ray-ts run pi.ts 1000000
  $ ray-ts run --interactive notebooks/01-ray-core.ipynb`,
  )
  .action(async (file: string, args: string[], options: { interactive: boolean; typeCheck?: TypeCheckMode }) => {
    await finish((await import("./terminal/run-command.ts")).runFile(file, args, options));
  });

command(program, "test")
  .description("run notebooks as tests: a test a cell, its output held against the stored one")
  .argument("[paths...]", "notebooks, and folders to search for them", ["."])
  .option("--timeout <ms>", "a cell's time limit: then an interrupt, 2 s later the end of its session", positive, 60_000)
  .option("-u, --update", "store this run's outputs where they differ", false)
  .option("--junit <file>", "also write the results as JUnit XML")
  .option("--jobs <n>", "notebooks run side by side (default: half the cores, at most 4)", positive)
  .option("--json", "print the results as JSON", false)
  .addOption(typeCheckOption("error, or what a notebook's metadata say"))
  .addHelpText(
    "after",
    `
Compared are text/plain of results and displays, the joined standard output and error, and an error's name and message.
Ids, pids, durations, rates, dates, addresses and paths are made stable first; a notebook adds rules of its own in its
metadata: "ray_ts": { "sanitize": [{ "pattern": "run \\\\d+", "replace": "run N" }] }

A cell with type errors does not run, unless --type-check or the metadata ("ray_ts": { "typeCheck": "off" }) say otherwise.

Tags of a cell:
  raises-exception      it must fail; without the tag an error fails it and the rest is not run
  skip-execution        it does not run (also nbval-skip)
  nbval-ignore-output   its output is not compared
  timeout=5000          its own time limit in milliseconds

Exit codes:
  0  everything passed        2  wrong use, or a notebook that cannot be read
  1  a cell failed            3  a cell ran into its time limit

Under GITHUB_ACTIONS=true failures are also printed as annotations.

Examples:
  $ ray-ts test notebooks/
  $ ray-ts test --update notebooks/01-ray-core.ipynb
  $ ray-ts test --jobs 2 --junit results.xml notebooks/`,
  )
  .action(async (paths: string[], { timeout, ...options }: { timeout: number; update: boolean; junit?: string; jobs?: number; json: boolean; typeCheck?: TypeCheckMode }) => {
    await finish((await import("./notebook-tests/test-command.ts")).testNotebooks(paths, { timeoutMs: timeout, ...options }));
  });

command(program, "check")
  .description("check the types of TypeScript files and notebooks, without running them")
  .argument("<paths...>", "files (.ts, .tsx, .ipynb), and folders to search for them")
  .option("--json", "print what is wrong as JSON", false)
  .addHelpText(
    "after",
    `
Told is what a cell shows under it in a notebook: TypeScript's errors across cells, with the types of npm packages and of local files
and the folder's tsconfig.json, and RAY1001, an ObjectRef that is awaited or given to Promise.all. What only lacks types is no error.
Files are taken as \`ray-ts run\` takes them: \`ray\` is there without an import.
Cells tagged skip-execution are passed over; those tagged raises-exception may be wrong.

Exit codes:
  0  no type errors        1  type errors        2  wrong use, or a notebook that cannot be read

Examples:
  $ ray-ts check notebooks/
  $ ray-ts check --json pi.ts`,
  )
  .action(async (paths: string[], options: { json: boolean }) => finish((await import("./check/check-command.ts")).checkSources(paths, options)));

command(program, "start")
  .description("start a cluster that outlives its drivers, one a user")
  .option("--num-cpus <n>", "its CPUs (default: those of this machine or container)", amount)
  .option("--num-gpus <n>", "its GPUs, which are counted and not assigned (default: none)", amount)
  .option("--memory <bytes>", "what the memory option of tasks and actors is counted against (default: that of this machine or container)", positive)
  .option("--resources <json>", "custom resources by name: '{\"database\": 1}'", resources)
  .option("--metrics-export-port <port>", "serve metrics for Prometheus at http://127.0.0.1:PORT/metrics, to every user of this machine", portNumber)
  .option("--object-store-memory <bytes>", "its shared memory for objects (default: 30% of the memory)", positive)
  .option("--object-store-disk <bytes>", "what objects may take on disk when memory is used up (default: what the disk has)", amount)
  .option("--object-spilling-directory <folder>", "where objects go when memory is used up (default: in the temp folder)")
  .addHelpText(
    "after",
    `
Sessions and scripts join it with ray.init({ address: "auto" }), or with RAY_TS_ADDRESS=auto in their environment. What a
driver made ends with it, but for actors of lifetime "detached".

Examples:
  $ ray-ts start --num-cpus 8
  $ RAY_TS_ADDRESS=auto ray-ts repl
  $ ray-ts stop`,
  )
  .action(async (options: { numCpus?: number; numGpus?: number; memory?: number; resources?: Record<string, number>; objectStoreMemory?: number; objectStoreDisk?: number; objectSpillingDirectory?: string; metricsExportPort?: number }) => {
    await finish((await import("./cluster/standing-commands.ts")).start(options));
  });

command(program, "stop")
  .description("end the cluster that `ray-ts start` made, and wait until its processes and files are gone")
  .option("-f, --force", "kill it without asking", false)
  .addHelpText("after", "\nExamples:\n  $ ray-ts stop\n  $ ray-ts stop --force")
  .action(async ({ force }: { force: boolean }) => finish((await import("./cluster/standing-commands.ts")).stop({ isForced: force })));

command(program, "status")
  .description("show the cluster that `ray-ts start` made: CPUs, memory, workers, actors, drivers")
  .option("--json", "print it as JSON", false)
  .addHelpText("after", "\nExit code: 1 when there is none.\n\nExamples:\n  $ ray-ts status\n  $ ray-ts status --json")
  .action(async ({ json }: { json: boolean }) => finish((await import("./cluster/standing-commands.ts")).status({ isJson: json })));

const onStanding = "\nOf the cluster that `ray-ts start` made. In a session or script: ray.state.tasks() and its like, ray.timeline(file).\n";

const COUNTED_TABLES = ["tasks", "actors", "objects", "workers"] as const;
const TABLES = [...COUNTED_TABLES, "nodes", "drivers"] as const;

command(program, "list")
  .description("list tasks, actors, objects, workers, nodes or drivers of the standing cluster")
  .addArgument(new Argument("<table>").choices(TABLES))
  .option("--filter <condition...>", "only rows with field=value, or with !=, <, <=, >, >= between the two; all must hold", condition, [])
  .option("--limit <n>", "the newest so many, 10,000 at the most", positive, 100)
  .option("--json", "print the rows as JSON", false)
  .addHelpText("after", `${onStanding}\nExamples:\n  $ ray-ts list tasks --filter state=failed\n  $ ray-ts list objects --filter 'sizeBytes>=1000000' --filter place!=disk\n  $ ray-ts list actors --json`)
  .action(async (table: (typeof TABLES)[number], { json, filter, limit }: { filter: StateCondition[]; limit: number; json: boolean }) => {
    await finish((await import("./cluster/state-commands.ts")).list(table, { where: filter, limit, isJson: json }));
  });

command(program, "get")
  .description("show one row of the standing cluster's tables, whole, as JSON")
  .addArgument(new Argument("<table>").choices(TABLES))
  .argument("<id>", "the id as `ray-ts list` shows it; a worker's or driver's pid")
  .addHelpText("after", `${onStanding}\nExit code: 1 when there is none.\n\nExamples:\n  $ ray-ts get tasks d3fa9c1d2-t1`)
  .action(async (table: (typeof TABLES)[number], id: string) => finish((await import("./cluster/state-commands.ts")).get(table, id)));

command(program, "summary")
  .description("count the newest 10,000 tasks, actors, objects or workers of the standing cluster by name and state")
  .addArgument(new Argument("<table>").choices(COUNTED_TABLES))
  .option("--json", "print it as JSON", false)
  .addHelpText("after", `${onStanding}\nExamples:\n  $ ray-ts summary tasks\n  $ ray-ts summary objects`)
  .action(async (table: (typeof COUNTED_TABLES)[number], { json }: { json: boolean }) => finish((await import("./cluster/state-commands.ts")).summary(table, { isJson: json })));

command(program, "memory")
  .description("show the standing cluster's object store and the objects in it, the largest first")
  .option("--json", "print it as JSON", false)
  .addHelpText("after", `${onStanding}\nExamples:\n  $ ray-ts memory`)
  .action(async ({ json }: { json: boolean }) => finish((await import("./cluster/state-commands.ts")).memory({ isJson: json })));

command(program, "timeline")
  .description("write the standing cluster's newest 10,000 tasks as a Chrome trace")
  .argument("[file]", "the file to write", "timeline.json")
  .addHelpText("after", `${onStanding}\nExamples:\n  $ ray-ts timeline trace.json`)
  .action(async (file: string) => finish((await import("./cluster/state-commands.ts")).timeline(file)));

command(program, "stack")
  .description("show where the code of every worker of the standing cluster is now, in terms of cells and files")
  .option("--json", "print it as JSON", false)
  .addHelpText(
    "after",
    `
Each worker is stopped for some milliseconds, also in a synchronous loop; no port is opened. A worker in native code (a
sort, a regular expression) shows no JavaScript until that ends. In a session or script: ray.state.stacks().

Examples:
  $ ray-ts stack`,
  )
  .action(async ({ json }: { json: boolean }) => finish((await import("./cluster/state-commands.ts")).stack({ isJson: json })));

command(program, "metrics")
  .description("print the standing cluster's metrics in Prometheus' text format: those of ray.util.metrics and its own")
  .option("--json", "print them as JSON", false)
  .addHelpText("after", "\nOver HTTP: ray-ts start --metrics-export-port 8080. In a session or script: ray.state.metrics().\n\nExamples:\n  $ ray-ts metrics")
  .action(async ({ json }: { json: boolean }) => finish((await import("./cluster/state-commands.ts")).metrics({ isJson: json })));

command(program, "logs")
  .description("show what tasks, actors and the head have printed; without a choice list the logs")
  .argument("[id]", "a worker's name or pid, an actor's or a task's id, or: head")
  .option("--actor <name>", "of an actor, by its name, id or class")
  .option("--task <name>", "of a task, by its name or id")
  .addOption(new Option("--stream <name>", "one of the two").choices(["stdout", "stderr"]))
  .option("-f, --follow", "go on with what comes after, until Ctrl-C or the cluster's end", false)
  .option("--tail <n>", "the newest so many lines", positive, 1000)
  .option("--all", "every line that is kept: the newest 64 MiB of each worker", false)
  .option("--address <where>", "the cluster's folder, or auto: the one that `ray-ts start` made")
  .option("--json", "print the logs, or the lines with who printed them, as JSON", false)
  .addHelpText(
    "after",
    `
Looked through is the cluster of \`ray-ts start\`, then those of your running notebooks and scripts. Logs go with their
cluster. In a session or script: ray.state.getLog({ actor: "Counter" }), ray.state.followLog({ id: pid }).

Environment:
  RAY_TS_LOG_BYTES  how much of each worker is kept (where the cluster is started)

Examples:
  $ ray-ts logs
  $ ray-ts logs w3fa9c1d2 --tail 50
  $ ray-ts logs --actor Counter --follow`,
  )
  .action(async (id: string | undefined, { all, json, tail, ...options }: { actor?: string; task?: string; stream?: "stdout" | "stderr"; follow: boolean; tail: number; all: boolean; address?: string; json: boolean }) => {
    await finish((await import("./cluster/log-command.ts")).logs({ ...options, ...(id === undefined ? {} : { id }), ...(all ? {} : { tail }), isJson: json }));
  });

const kernel = command(program, "kernel").description("the Jupyter kernel: install it, remove it, start it");

interface PlaceOptions {
  readonly user: boolean;
  readonly sysPrefix: boolean;
  readonly prefix?: string;
}

for (const [name, description] of [
  ["install", "make Jupyter list the kernel; Jupyter need not be there yet"],
  ["uninstall", "remove what install wrote"],
] as const) {
  command(kernel, name)
    .description(description)
    .option("--user", "for this user (what happens without any of these)", false)
    .option("--sys-prefix", "in the active Python environment", false)
    .option("--prefix <folder>", "under FOLDER/share/jupyter")
    .addHelpText("after", `\nExamples:\n  $ ray-ts kernel ${name}\n  $ ray-ts kernel ${name} --sys-prefix`)
    .action(async (options: PlaceOptions, self: Command) => {
      const where = placeOf(options, self);
      const { installKernel, uninstallKernel } = await import("../kernel/install.ts");
      for (const line of name === "install" ? installKernel({ where }) : uninstallKernel({ where })) console.log(line);
    });
}

command(kernel, "start")
  .description("run a kernel; Jupyter does this")
  .argument("<connection-file>", "the file that Jupyter wrote for this kernel")
  .addHelpText("after", "\nExamples:\n  $ ray-ts kernel start kernel-4f1c.json")
  .action(async (file: string) => {
    await (await import("../kernel/main.ts")).startKernel(file);
  });

process.stdout.on("error", endQuietlyWithoutReader);
await main();

async function main(): Promise<void> {
  try {
    await program.parseAsync();
  } catch (error) {
    // commander has said what is wrong, or has shown the help that was asked for
    if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : MISUSE;
    else {
      console.error(messageOf(error));
      process.exitCode = 1;
    }
  }
}

function command(parent: Command, name: string): Command {
  return parent.command(name).showHelpAfterError(`(${[parent.name(), name].join(" ").replace(/^(?!ray-ts)/, "ray-ts ")} --help says how it is used)`).exitOverride();
}

async function finish(running: Promise<number>): Promise<void> {
  process.exitCode = await running;
}

function placeOf({ user, sysPrefix, prefix }: PlaceOptions, self: Command): "user" | "sys-prefix" | { prefix: string } {
  if (Number(user) + Number(sysPrefix) + Number(prefix !== undefined) > 1) self.error("error: --user, --sys-prefix and --prefix exclude each other");
  if (prefix !== undefined) return { prefix };
  return sysPrefix ? "sys-prefix" : "user";
}

function typeCheckOption(otherwise: string): Option {
  return new Option("--type-check <mode>", `warn: show type errors; error: what has them does not run; off (default: ${otherwise})`).choices(TYPE_CHECK_MODES);
}

function positive(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value <= 0) throw new InvalidArgumentError("It must be a whole number above 0.");
  return value;
}

function amount(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !Number.isFinite(value) || value < 0) throw new InvalidArgumentError("It must be a number of at least 0.");
  return value;
}

function portNumber(text: string): number {
  const value = positive(text);
  if (value > 65_535) throw new InvalidArgumentError("It must be a port, at most 65535.");
  return value;
}

function condition(text: string, before: readonly StateCondition[]): StateCondition[] {
  const parsed = parseCondition(text);
  if (parsed === undefined) throw new InvalidArgumentError("It must be a field, an operator and a value, like state=failed or sizeBytes>=1000.");
  return [...before, parsed];
}

function resources(text: string): Record<string, number> {
  const wanted = "It must be JSON of amounts by name, like '{\"database\": 1}'; CPUs, GPUs and memory go by --num-cpus, --num-gpus and --memory.";
  try {
    const value: unknown = JSON.parse(text);
    const isFine = typeof value === "object" && value !== null && !Array.isArray(value) && Object.entries(value).every(([name, number]) => !["CPU", "GPU", "memory"].includes(name) && typeof number === "number" && number >= 0);
    if (isFine) return value as Record<string, number>;
  } catch (error) {
    throw new InvalidArgumentError(`${wanted} ${(error as Error).message}`);
  }
  throw new InvalidArgumentError(wanted);
}

/** What a user can mend reads as a sentence; what only we can needs its stack. */
function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const isExpected = "code" in error || error.name === "NotebookFormatError" || error.constructor === Error;
  return isExpected && process.env["RAY_TS_DEBUG"] === undefined ? `ray-ts: ${error.message}` : (error.stack ?? error.message);
}

/** `ray-ts run x.ts | head`: whoever read has gone, and there is nothing left to do. */
function endQuietlyWithoutReader(error: NodeJS.ErrnoException): void {
  if (error.code !== "EPIPE") throw error;
  process.exit(0);
}
