// Runs one program of the benchmark and gathers what it prints: lines of BENCH {"name": …, "value": …}.
import { spawn } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";

/** Figures by name. `idle` asks for the memory of all its processes, `first_result` is a time of day. */
export function measure(command, args, { cwd, env = {} }) {
  const mark = `m${process.pid}${Math.random().toString(36).slice(2)}`;
  const startedAt = Date.now();
  const child = spawn(command, args, { cwd, env: { ...process.env, ...env, RAY_TS_BENCH_MARK: mark }, stdio: ["ignore", "pipe", "pipe"] });
  const result = {};
  let text = "";
  let errors = "";
  child.stderr.on("data", (chunk) => (errors += chunk));
  child.stdout.on("data", (chunk) => {
    text += chunk;
    for (let end = text.indexOf("\n"); end >= 0; end = text.indexOf("\n")) {
      const line = text.slice(0, end);
      text = text.slice(end + 1);
      const at = line.indexOf("BENCH {");
      if (at < 0) continue;
      const { name, value } = JSON.parse(line.slice(at + 6));
      if (name === "first_result") result.start_to_first_result_ms = value - startedAt;
      else if (name === "idle") Object.assign(result, memoryOf(mark));
      else result[name] = value;
    }
  });
  return new Promise((done, failed) => child.on("close", (code) => (code === 0 ? done(withDerived(result)) : failed(new Error(`${command} ${args.join(" ")} ended with ${code}\n${errors.slice(-3000)}`)))));
}

/** The whole call less the same loop run locally: what the call adds. */
function withDerived(result) {
  const { task_sum_100MiB_by_ref_ms: task, local_sum_100MiB_ms: local } = result;
  if (task !== undefined && local !== undefined) result.task_sum_less_local_ms = Math.max(0, task - local);
  return result;
}

/** PSS and USS (MiB) of every process that carries the mark. */
function memoryOf(mark) {
  let pss = 0;
  let uss = 0;
  let processes = 0;
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    try {
      if (!readFileSync(`/proc/${pid}/environ`, "latin1").includes(mark)) continue;
      const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, "utf8");
      const kib = (name) => Number(new RegExp(`^${name}:\\s+(\\d+)`, "m").exec(rollup)?.[1] ?? 0);
      pss += kib("Pss") / 1024;
      uss += (kib("Private_Clean") + kib("Private_Dirty")) / 1024;
      processes++;
    } catch (error) {
      if (!["ENOENT", "ESRCH", "EACCES"].includes(error.code)) throw error; // it ended meanwhile
    }
  }
  return { idle_pss_MiB: pss, idle_uss_MiB: uss, idle_processes: processes };
}
