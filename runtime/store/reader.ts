/**
 * The reader's side of the object store: gives each caller a private, writable view of a block.
 *
 * R1 A map is taken away only by the finalizer of its ArrayBuffer: never at close, never because a WeakRef is empty.
 * R2 `onReleased` runs once for each `map`, after the map is gone.
 * R3 An open file keeps a removed segment's memory, so a file without views is closed after a moment.
 */
import { closeSync, constants, fstatSync, openSync, read as readFile, readSync } from "node:fs";
import { setTimeout } from "node:timers";
import { promisify } from "node:util";
import { markAsUntransferable } from "node:worker_threads";
import { type Platform, platform } from "./platform.ts";
import { MAX_CALL_BYTES } from "./segment.ts";
import { decodeHeader, HEADER_BYTES, LostBlock } from "./segment-header.ts";
import { guardTransfer } from "./transfer-guard.ts";
import type { BlockAddress, BlockReader, BlockView } from "./store.ts";

const MAX_OPEN_FILES = 64;
const IDLE_FILE_MS = 1000;
const COPY_STEP_BYTES = 4 * 2 ** 20;

const readLater = promisify(readFile);

interface OpenFile {
  readonly fd: number;
  /** Nobody makes it shorter: a map beyond it would end the process when it is read. */
  readonly sizeBytes: number;
  views: number;
}

interface View {
  readonly address: bigint;
  readonly sizeBytes: number;
  readonly file: OpenFile;
  readonly onReleased: () => void;
}

export function createReader(): BlockReader {
  return new MappingReader();
}

class MappingReader implements BlockReader {
  /** In order of use, the oldest first. */
  readonly #files = new Map<string, OpenFile>();
  readonly #finalizers = new FinalizationRegistry<View>((view) => this.#release(view));
  #mapped = 0;
  #mappedBytes = 0;
  #closing: NodeJS.Timeout | undefined;

  get mapped(): number {
    return this.#mapped;
  }

  get mappedBytes(): number {
    return this.#mappedBytes;
  }

  map(block: BlockAddress, onReleased: () => void): BlockView {
    const file = this.#open(block.file);
    assertWithin(file, block);
    const calls = platform();
    const memory = calls === undefined || block.sizeBytes === 0 ? undefined : this.#map(calls, file, block, onReleased);
    if (memory !== undefined) return { memory };
    const copy = read(file.fd, block);
    queueMicrotask(onReleased);
    return { memory: copy };
  }

  check(block: BlockAddress): Error | undefined {
    try {
      const file = openSegment(block.file);
      closeSync(file.fd);
      assertWithin(file, block);
      return undefined;
    } catch (error) {
      if (error instanceof LostBlock) return error;
      throw error;
    }
  }

  /** By a descriptor of its own: others are closed when there are many. */
  async copy(block: BlockAddress, take: (bytes: Uint8Array, offset: number) => Promise<void>): Promise<void> {
    const file = openSegment(block.file);
    try {
      assertWithin(file, block);
      const step = new Uint8Array(Math.min(COPY_STEP_BYTES, block.sizeBytes));
      for (let done = 0; done < block.sizeBytes;) {
        const { bytesRead } = await readLater(file.fd, step, 0, Math.min(step.length, block.sizeBytes - done), block.offset + done);
        if (bytesRead === 0) throw tooShort(block, done);
        await take(step.subarray(0, bytesRead), done);
        done += bytesRead;
      }
    } finally {
      closeSync(file.fd);
    }
  }

  /** Undefined when this process has no more maps or address space to give. */
  #map(calls: Platform, file: OpenFile, block: BlockAddress, onReleased: () => void): ArrayBuffer | undefined {
    try {
      const { address, sizeBytes, memory } = calls.mapPrivate(file.fd, block.offset, block.sizeBytes);
      this.#finalizers.register(memory, { address, sizeBytes, file, onReleased });
      file.views++;
      this.#mapped++;
      this.#mappedBytes += sizeBytes;
      markAsUntransferable(memory);
      guardTransfer(memory);
      return memory;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOMEM") return undefined;
      throw error;
    }
  }

  #release(view: View): void {
    platform()?.unmap(view);
    this.#mapped--;
    this.#mappedBytes -= view.sizeBytes;
    view.file.views--;
    this.#closeIdleFiles();
    view.onReleased();
  }

  #open(path: string): OpenFile {
    let file = this.#files.get(path);
    if (file === undefined) file = openSegment(path);
    else this.#files.delete(path);
    this.#files.set(path, file);
    if (this.#files.size > MAX_OPEN_FILES) {
      const [oldest] = this.#files.keys();
      this.#close(oldest as string);
    }
    this.#closeIdleFiles();
    return file;
  }

  #closeIdleFiles(): void {
    this.#closing ??= setTimeout(() => {
      this.#closing = undefined;
      for (const [path, file] of this.#files) if (file.views === 0) this.#close(path);
    }, IDLE_FILE_MS).unref();
  }

  /** Maps made from it stay. */
  #close(path: string): void {
    closeSync(this.#files.get(path)!.fd);
    this.#files.delete(path);
  }
}

function openSegment(path: string): OpenFile {
  const fd = openFile(path);
  try {
    const page = new Uint8Array(HEADER_BYTES);
    readSync(fd, page, 0, HEADER_BYTES, 0);
    decodeHeader(page, path);
    return { fd, sizeBytes: fstatSync(fd).size, views: 0 };
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

function openFile(path: string): number {
  try {
    return openSync(path, constants.O_RDONLY);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") throw new LostBlock(`its file ${path} is gone`);
    throw error;
  }
}

function assertWithin(file: OpenFile, block: BlockAddress): void {
  if (block.offset + block.sizeBytes > file.sizeBytes) throw tooShort(block, Math.max(0, file.sizeBytes - block.offset));
}

const tooShort = (block: BlockAddress, foundBytes: number): LostBlock =>
  new LostBlock(`its file ${block.file} was cut: of ${block.sizeBytes} bytes at ${block.offset} it has ${foundBytes}`);

function read(fd: number, block: BlockAddress): ArrayBuffer {
  const bytes = new Uint8Array(block.sizeBytes);
  for (let done = 0; done < bytes.length;) {
    const count = readSync(fd, bytes, done, Math.min(MAX_CALL_BYTES, bytes.length - done), block.offset + done);
    if (count === 0) throw tooShort(block, done);
    done += count;
  }
  return bytes.buffer;
}
