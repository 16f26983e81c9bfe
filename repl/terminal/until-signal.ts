/** Signals while a program of ours runs: Ctrl-C is for the running code, the others end the program in good order. */

const EXIT_CODES: Readonly<Partial<Record<NodeJS.Signals, number>>> = { SIGTERM: 143, SIGHUP: 129 };

/** The program's exit code, or the one that stands for the signal that ended it. The caller closes what is open. */
export async function untilSignal(program: () => Promise<number>, onInterrupt: () => void): Promise<number> {
  let end: (code: number) => void = () => undefined;
  const ended = new Promise<number>((resolve) => (end = resolve));
  const onEnd = (signal: NodeJS.Signals) => end(EXIT_CODES[signal] ?? 1);
  process.on("SIGINT", onInterrupt);
  process.once("SIGTERM", onEnd);
  process.once("SIGHUP", onEnd);
  try {
    return await Promise.race([program(), ended]);
  } finally {
    process.off("SIGINT", onInterrupt);
    process.off("SIGTERM", onEnd);
    process.off("SIGHUP", onEnd);
  }
}
