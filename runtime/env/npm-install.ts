/** `npm install` as a child: its progress while it runs, and its own words when it fails. */
import { spawn } from "node:child_process";
import { RuntimeEnvSetupError } from "../errors.ts";
import type { NpmPackages } from "../engine/runtime-env.ts";

const LONGEST_MS = 600_000;
const PROGRESS_EACH_MS = 5000;
/** The reason is among the last lines. */
const LINES_SHOWN = 25;
const KEPT_CHARACTERS = 1 << 16;

export interface NpmInstallOptions {
  readonly npm: NpmPackages;
  /** It has a package.json of its own. */
  readonly folder: string;
  /** Of npm: its settings, the registry among them, are the user's. */
  readonly env: NodeJS.ProcessEnv;
  /** How many files were fetched, from time to time. */
  readonly onProgress: (fetched: number, elapsedMs: number) => void;
  /** Ends it. */
  readonly signal: AbortSignal;
}

/** Throws RuntimeEnvSetupError with the command and its output. */
export async function npmInstall({ npm, folder, env, onProgress, signal }: NpmInstallOptions): Promise<void> {
  const args = ["install", `--ignore-scripts=${npm.ignoreScripts}`, "--no-audit", "--no-fund", "--no-update-notifier", "--loglevel=http", "--", ...npm.packages];
  const shown = `npm install${npm.ignoreScripts ? " --ignore-scripts" : ""} ${npm.packages.join(" ")}`;
  const startedAt = Date.now();
  let output = "";
  let fetched = 0;
  const timer = setInterval(() => onProgress(fetched, Date.now() - startedAt), PROGRESS_EACH_MS);
  const within = AbortSignal.any([signal, AbortSignal.timeout(LONGEST_MS)]);
  try {
    await new Promise<void>((done, failed) => {
      // on Windows npm is a batch file, which only a shell runs
      const isShell = process.platform === "win32";
      const child = spawn("npm", isShell ? args.map((arg) => JSON.stringify(arg)) : args, { cwd: folder, env, stdio: ["ignore", "pipe", "pipe"], signal: within, killSignal: "SIGKILL", shell: isShell });
      for (const stream of [child.stdout, child.stderr]) {
        stream.setEncoding("utf8").on("data", (text: string) => {
          fetched += text.split("npm http fetch GET 200").length - 1;
          output = (output + text).slice(-KEPT_CHARACTERS);
        });
      }
      child.on("error", (error: NodeJS.ErrnoException) => failed(new RuntimeEnvSetupError(`\`${shown}\` ${whyNot(error, signal)}`, { cause: error })));
      child.on("close", (code, ended) => (code === 0 ? done() : failed(new RuntimeEnvSetupError(`\`${shown}\` ended with ${ended ?? `exit code ${code}`}:\n${lastLines(output)}`))));
    });
  } finally {
    clearInterval(timer);
  }
}

function whyNot(error: NodeJS.ErrnoException, signal: AbortSignal): string {
  if (error.code === "ENOENT") return "could not be run: there is no npm on the PATH of the cluster. Install it, or start the cluster where there is one";
  if (error.name === "AbortError") return signal.aborted ? "was ended with the cluster" : `took more than ${LONGEST_MS / 60_000} minutes and was ended`;
  return `could not be run: ${error.message}`;
}

/** Without the list of what was fetched, and npm's empty lines. */
function lastLines(output: string): string {
  const lines = output.split("\n").filter((line) => line.trim() !== "" && !/^npm (http |error( \w+)?$)/.test(line.trim()));
  return lines.slice(-LINES_SHOWN).join("\n") || "it said nothing";
}
