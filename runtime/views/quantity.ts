/** Sizes, times and counts as a person reads them. */

const SIZES = ["B", "kB", "MB", "GB", "TB"];

/** `832 B`, `8.0 MB`. */
export function bytesText(bytes: number): string {
  let size = bytes;
  let unit = 0;
  // 999,950 B would read 1000.0 kB
  while (unit < SIZES.length - 1 && size >= (unit === 0 ? 1000 : 999.95)) {
    size /= 1000;
    unit++;
  }
  return unit === 0 ? `${size} B` : `${size.toFixed(1)} ${SIZES[unit]}`;
}

/** `0.4 ms`, `12 ms`, `1.2 s`, `3 min 5 s`, `2 h 10 min`. */
export function durationText(ms: number): string {
  if (ms < 0.95) return `${Math.max(0, ms).toFixed(1)} ms`;
  if (ms < 999.5) return `${Math.round(ms)} ms`;
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
}

/** `1 task`, `3 tasks`. */
export const countText = (count: number, noun: string, plural = `${noun}s`): string => `${count} ${count === 1 ? noun : plural}`;

/** One line of at most `most` characters. */
export function oneLine(text: string, most: number): string {
  const line = text.split("\n", 1)[0]?.trim() ?? "";
  return line.length <= most ? line : line.slice(0, most - 1) + "…";
}

export const dateText = (at: number): string => new Date(at).toISOString();

/** `14:03:22.125` in universal time: a view is drawn where its reader is not. */
export const clockText = (at: number): string => dateText(at).slice(11, 23);
