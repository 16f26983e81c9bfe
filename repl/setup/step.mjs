// Says what the set-up does, one line a step on standard error, and runs its commands without their noise.
import { spawn } from "node:child_process";
import { performance } from "node:perf_hooks";

/** An expected failure: its message is for the person at the terminal, a stack would only hide it. */
export class SetupError extends Error {
  name = "SetupError";
}

/** Runs `work` and prints `label … 1.2 s` around it. */
export async function step(label, work) {
  process.stderr.write(label + " … ");
  const start = performance.now();
  try {
    const result = await work();
    process.stderr.write(((performance.now() - start) / 1000).toFixed(1) + " s\n");
    return result;
  } catch (error) {
    process.stderr.write("failed\n");
    throw error;
  }
}

/** Runs a command with its output kept back; a failure shows that output, what was run, and `advice`. */
export function runQuietly(command, args, { cwd, env = process.env, shell = false, advice }) {
  const shown = [command, ...args].join(" ");
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env, shell, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    child.stdout.setEncoding("utf8").on("data", (text) => (output += text));
    child.stderr.setEncoding("utf8").on("data", (text) => (output += text));
    child.once("error", (cause) => reject(new SetupError(`Could not start \`${shown}\`: ${cause.message}\n${advice}`, { cause })));
    child.once("close", (code, signal) => {
      if (code === 0) return resolve(output);
      reject(new SetupError(`${output.trimEnd()}\n\`${shown}\` ended with ${signal ?? "exit code " + code}. ${advice}`));
    });
  });
}

/** Runs a command on this terminal and gives its exit code. Ctrl-C is the command's to answer: it gets the signal too. */
export function runHere(command, args, { cwd, env = process.env }) {
  const ignore = () => {};
  process.on("SIGINT", ignore);
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env, stdio: "inherit" });
    const pass = (signal) => child.kill(signal);
    process.once("SIGTERM", pass);
    process.once("SIGHUP", pass);
    child.once("error", reject);
    child.once("close", (code, signal) => {
      process.off("SIGINT", ignore);
      process.off("SIGTERM", pass);
      process.off("SIGHUP", pass);
      resolve(code ?? (signal === "SIGINT" ? 130 : 1));
    });
  });
}

/** The main of a set-up script: its result is the exit code; an expected failure prints its message alone. */
export async function main(script) {
  try {
    process.exitCode = await script(process.argv.slice(2));
  } catch (error) {
    console.error(error instanceof SetupError ? error.message : error);
    process.exitCode = 1;
  }
}
