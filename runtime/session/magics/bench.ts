/** `%%bench`: runs a cell's statements again and again. Runs that are too short for the clock are measured many at a time. */
import { performance } from "node:perf_hooks";
import { types } from "node:util";
import { durationText } from "./stopwatch.ts";

export interface BenchContext {
  readonly print: (text: string) => void;
  /** Throws when the cell is to stop. */
  readonly check: () => void;
}

const TOTAL_MS = 1000;
const SAMPLES = 20;
/** A sample shorter than this says more of the clock than of the code. */
const LEAST_SAMPLE_MS = TOTAL_MS / SAMPLES;

export async function bench(body: () => unknown, text: string, context: BenchContext): Promise<void> {
  const runs = readRuns(text);
  if (runs !== undefined) {
    const times: number[] = [];
    for (let run = 0; run < runs; run++) times.push(await sample(body, 1, context));
    return context.print(summary(times, 1));
  }
  // the first runs compile and warm up, and say how many make a sample
  let perSample = 1;
  let spentMs = await sample(body, 1, context);
  let lastMs = spentMs;
  while (lastMs * perSample < LEAST_SAMPLE_MS && spentMs < TOTAL_MS) {
    perSample = lastMs * perSample < LEAST_SAMPLE_MS / 10 ? perSample * 10 : Math.max(perSample + 1, Math.ceil(LEAST_SAMPLE_MS / lastMs));
    lastMs = await sample(body, perSample, context);
    spentMs += lastMs * perSample;
  }
  const times = [lastMs];
  for (let ms = lastMs * perSample; ms < TOTAL_MS && times.length < 10 * SAMPLES; ms += (times.at(-1) as number) * perSample) times.push(await sample(body, perSample, context));
  context.print(summary(times, perSample));
}

function readRuns(text: string): number | undefined {
  if (text === "") return undefined;
  const asked = /^-n\s*(\d+)$/.exec(text)?.[1];
  if (asked === undefined || Number(asked) < 1) throw new TypeError(`%%bench ${text}: write %%bench, or %%bench -n 20 for 20 runs.`);
  return Number(asked);
}

/** Milliseconds of one run, as the mean of `runs`. */
async function sample(body: () => unknown, runs: number, { check }: Pick<BenchContext, "check">): Promise<number> {
  const start = performance.now();
  for (let run = 0; run < runs; run++) {
    check();
    const done = body();
    // a function that does not await costs no turn of the event loop
    if (types.isPromise(done)) await done;
  }
  return (performance.now() - start) / runs;
}

function summary(times: readonly number[], perSample: number): string {
  const sorted = [...times].sort((a, b) => a - b);
  const median = sorted[sorted.length >> 1] as number;
  const mean = times.reduce((sum, each) => sum + each, 0) / times.length;
  const deviation = Math.sqrt(times.reduce((sum, each) => sum + (each - mean) ** 2, 0) / times.length);
  const runs = times.length * perSample;
  return `%%bench: ${durationText(median)} a run (median; mean ${durationText(mean)} ± ${durationText(deviation)}, best ${durationText(sorted[0] as number)}; ${runs.toLocaleString("en")} ${runs === 1 ? "run" : "runs"})\n`;
}
