/** How full the object store is, in a line. */
import type { NodeRow } from "../../runtime/engine/state.ts";
import { formatBytes } from "../../runtime/store/format-bytes.ts";

/** `48 MiB of 512 MiB in use, 128 MiB spilled to disk`. */
export function storeText({ storeUsedBytes, storeTotalBytes, storeSpilledBytes }: NodeRow): string {
  const spilled = storeSpilledBytes === 0 ? "" : `, ${formatBytes(storeSpilledBytes)} spilled to disk`;
  return `${formatBytes(storeUsedBytes)} of ${formatBytes(storeTotalBytes)} in use${spilled}`;
}
