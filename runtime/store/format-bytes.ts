const units = ["bytes", "KiB", "MiB", "GiB", "TiB"];

/** `1536` as `1.5 KiB`. */
export function formatBytes(sizeBytes: number): string {
  const power = sizeBytes < 1024 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(sizeBytes) / 10));
  const value = sizeBytes / 1024 ** power;
  return `${Number(value.toFixed(value < 10 ? 1 : 0))} ${units[power]}`;
}
