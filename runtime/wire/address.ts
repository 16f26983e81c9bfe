/** Where a process's router is. One file for the difference between transports: ipc by name in the cluster's folder. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { ProcessName } from "../ids.ts";

/** ipc paths end at 107 bytes on Linux and 103 on macOS. */
const LONGEST_IPC_PATH_BYTES = 103;

export function endpointOf(folder: string, process: ProcessName): string {
  const path = join(folder, process);
  if (Buffer.byteLength(path) > LONGEST_IPC_PATH_BYTES) {
    throw new Error(`The endpoint folder ${folder} is too long for a socket's path (${LONGEST_IPC_PATH_BYTES} bytes): set XDG_RUNTIME_DIR or TMPDIR to a shorter folder`);
  }
  return "ipc://" + path;
}

/** False: the process has ended. Its router is there before anybody hears its name, and the head removes it when the process died. */
export const isListening = (folder: string, process: ProcessName): boolean => existsSync(join(folder, process));

export const livenessPath = (folder: string): string =>
  process.platform === "win32" ? `\\\\.\\pipe\\ray-ts-${folder.replace(/[^\w]/g, "-")}` : join(folder, "live");
