/** Puts marks into this worker's stdout and stderr, so that the head knows which task printed what. */
import { printMark, type PrintLabel } from "../head/prints.ts";
import { flushAged } from "../wire/outbox.ts";
import { installTextStreams, STDERR_FD, STDOUT_FD, textStream, writeWhole } from "./text-streams.ts";

export function markPrints(nonce: string, label: () => PrintLabel | undefined): void {
  const stream = (fd: number) => {
    let last: PrintLabel | undefined;
    return textStream(fd, (text) => {
      const now = label();
      flushAged();
      if (isSame(now, last)) return writeWhole(fd, text);
      last = now;
      const mark = Buffer.from(printMark(nonce, now));
      writeWhole(fd, Buffer.concat([mark, typeof text === "string" ? Buffer.from(text) : text]));
    });
  };
  installTextStreams({ stdout: stream(STDOUT_FD), stderr: stream(STDERR_FD) });
}

const isSame = (a: PrintLabel | undefined, b: PrintLabel | undefined): boolean =>
  a === b || (a !== undefined && b !== undefined && a.task === b.task && a.name === b.name && a.job === b.job && a.origin === b.origin);
