/** The built command line as a process of its own. */
import { type ChildProcess, spawn } from "node:child_process";
import { resolve } from "node:path";

export const cliFile = resolve(process.env["RAY_TS_TEST_CLI"] ?? "dist/cli.js");

export interface CliResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CliOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly stdin?: string;
  /** Called with what standard output holds so far. */
  readonly onStdout?: (text: string, child: ChildProcess) => void;
}

export function runCli(args: readonly string[], { cwd, env, stdin = "", onStdout }: CliOptions = {}): Promise<CliResult> {
  const { GITHUB_ACTIONS: _ofThisRun, FORCE_COLOR: _colour, ...inherited } = process.env;
  const child = spawn(process.execPath, [cliFile, ...args], { cwd, env: { ...inherited, NO_COLOR: "1", RAY_TS_REPL_HISTORY: "", ...env } });
  let [stdout, stderr] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
    onStdout?.(stdout, child);
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  child.stdin.end(stdin);
  return new Promise((done) => child.once("close", (code) => done({ code, stdout, stderr })));
}
