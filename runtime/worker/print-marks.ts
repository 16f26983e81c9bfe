/** Puts marks into this worker's stdout and stderr, so that the head knows which task printed what. Written at once: a crash loses nothing. */
import { printMark, type PrintLabel } from "../head/prints.ts";
import { flushAged } from "../wire/outbox.ts";

export function markPrints(nonce: string, label: () => PrintLabel | undefined): void {
  for (const stream of [process.stdout, process.stderr]) {
    const write = stream.write.bind(stream) as (chunk: string | Uint8Array, ...rest: unknown[]) => boolean;
    let last = "";
    stream.write = ((chunk: string | Uint8Array, ...rest: unknown[]): boolean => {
      const now = label();
      const mark = printMark(nonce, now && { name: now.name, job: now.job, ...(now.origin !== undefined ? { origin: now.origin } : {}) });
      if (mark !== last) write(mark);
      last = mark;
      flushAged();
      return write(chunk, ...rest);
    }) as typeof stream.write;
  }
}
