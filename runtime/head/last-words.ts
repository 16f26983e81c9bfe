/** What a process says of itself before V8 ends it: the end of its stderr, read for the reason. */

/** V8's report and its list of collections fit in this. */
const KEPT = 16 << 10;

export class LastWords {
  private text = "";

  heard(chunk: Buffer): void {
    // a process that prints megabytes ends like any other: only its last words count
    this.text = (this.text + chunk.subarray(-KEPT).toString("latin1")).slice(-KEPT);
  }

  /** Of a process that ended before it was one of ours: what Node said last. */
  get lastLine(): string | undefined {
    const lines = this.text.split("\n").map((line) => line.trim()).filter(Boolean);
    return lines.find((line) => /^\w*Error\b|^\S*node(\.exe)?: /.test(line)) ?? lines.at(-1);
  }

  /** Why the process ended, when it said so. */
  get cause(): string | undefined {
    return heapCause(this.text);
  }
}

/** `FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory`, behind the last collections: `Mark-Compact 2046.5 (2083.2) -> 2045.4 (2083.2) MB`. */
export function heapCause(text: string): string | undefined {
  if (!/FATAL ERROR: .*JavaScript heap out of memory/.test(text)) return undefined;
  const sizes = [...text.matchAll(/-> ([\d.]+) \([\d.]+\) MB/g)].map(([, size]) => Math.round(Number(size)));
  const reached = sizes.length === 0 ? "" : ` at ${sizes.at(-1)} MB`;
  const more = sizes.length === 0 ? 8192 : 1024 * Math.max(2, 2 * Math.ceil((sizes.at(-1) as number) / 1024));
  return `its JavaScript heap reached V8's limit${reached} (JavaScript heap out of memory). The limit is raised by NODE_OPTIONS=--max-old-space-size=${more} (in MB) in the environment in which the cluster is started; numbers in typed arrays and buffers do not count to it`;
}
