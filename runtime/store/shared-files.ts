/** What the lanes between processes are made of: files of a cluster's shared-memory folder that several processes map, all of them to write, and named pipes. */
import { closeSync, constants, fstatSync, openSync, rmSync } from "node:fs";
import { join } from "node:path";
import { platform, type Core, type Platform } from "./platform.ts";

export interface SharedFile {
  readonly memory: ArrayBuffer;
  /** Removes the name; who has it mapped keeps the memory. */
  unlink(): void;
  /** Unmaps it: the memory must not be touched any more. */
  close(): void;
}

export interface SharedFiles {
  /** A new file of zeros. Undefined when there is no room for it, or there is one of that name. */
  create(name: string, sizeBytes: number): SharedFile | undefined;
  /** Undefined when there is none of that size. */
  open(name: string, sizeBytes: number): SharedFile | undefined;
  /** A new named pipe, opened to be read: a file descriptor that never blocks and has no end. Undefined when there is no room for it. */
  createPipe(name: string): number | undefined;
  /** A file descriptor to write to it, which never blocks. Undefined when there is none of that name, or nobody reads it. */
  openPipe(name: string): number | undefined;
  readonly core: Core;
}

/** Undefined where files cannot be mapped. */
export function sharedFiles(folder: string): SharedFiles | undefined {
  const calls = platform();
  return calls && {
    create: (name, sizeBytes) => create(calls, join(folder, name), sizeBytes),
    open: (name, sizeBytes) => open(calls, join(folder, name), sizeBytes),
    createPipe: (name) => createPipe(calls, join(folder, name)),
    openPipe: (name) => attempt(["ENOENT", "ENXIO", "EMFILE", "ENFILE"], () => openSync(join(folder, name), constants.O_WRONLY | constants.O_NONBLOCK)),
    core: calls.core,
  };
}

function create(calls: Platform, file: string, sizeBytes: number): SharedFile | undefined {
  const fd = attempt(["EEXIST", "ENOSPC", "EDQUOT", "EMFILE", "ENFILE"], () => openSync(file, constants.O_RDWR | constants.O_CREAT | constants.O_EXCL, 0o600));
  if (fd === undefined) return undefined;
  const shared = attempt(["ENOSPC", "EDQUOT", "EFBIG", "ENOMEM"], () => {
    calls.allocate(fd, 0, sizeBytes);
    return mapped(calls, file, fd, sizeBytes);
  });
  closeSync(fd);
  if (!shared) rmSync(file, { force: true });
  return shared;
}

function open(calls: Platform, file: string, sizeBytes: number): SharedFile | undefined {
  const fd = attempt(["ENOENT", "EMFILE", "ENFILE"], () => openSync(file, constants.O_RDWR));
  if (fd === undefined) return undefined;
  try {
    return fstatSync(fd).size === sizeBytes ? attempt(["ENOMEM"], () => mapped(calls, file, fd, sizeBytes)) : undefined;
  } finally {
    closeSync(fd);
  }
}

function createPipe(calls: Platform, file: string): number | undefined {
  return attempt(["EEXIST", "ENOSPC", "EDQUOT", "EMFILE", "ENFILE", "EPERM", "EOPNOTSUPP"], () => {
    calls.makePipe(file);
    // also to write: without a writer a pipe is at its end
    return openSync(file, constants.O_RDWR | constants.O_NONBLOCK);
  });
}

function mapped(calls: Platform, file: string, fd: number, sizeBytes: number): SharedFile {
  const mapping = calls.mapShared(fd, sizeBytes);
  return { memory: mapping.memory, unlink: () => rmSync(file, { force: true }), close: () => calls.unmap(mapping) };
}

/** Undefined for the errors that mean "not possible here and now". */
function attempt<T>(codes: readonly string[], work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    if (codes.includes((error as NodeJS.ErrnoException).code ?? "")) return undefined;
    throw error;
  }
}
