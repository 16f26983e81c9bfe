/** Measures time by the clock and time of the CPU, from its making. */
import { performance } from "node:perf_hooks";

export class Stopwatch {
  readonly #cpu = process.cpuUsage();
  readonly #start = performance.now();

  text(): string {
    const wallMs = performance.now() - this.#start;
    const { user, system } = process.cpuUsage(this.#cpu);
    return `${durationText(wallMs)} (CPU ${durationText((user + system) / 1000)})`;
  }
}

/** Three digits that count: `1.23 ms`, `45.6 µs`. */
export function durationText(ms: number): string {
  const [unit, factor] = ms >= 1000 ? ["s", 1e-3] : ms >= 1 ? ["ms", 1] : ms >= 1e-3 ? ["µs", 1e3] : ["ns", 1e6];
  const value = ms * (factor as number);
  return `${value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2)} ${unit as string}`;
}
