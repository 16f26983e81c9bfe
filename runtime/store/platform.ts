/**
 * The C library's calls that the store needs, through koffi: the only file that loads it. Where koffi or the calls are missing, and
 * on Windows, `platform()` is undefined and the store reads and writes files instead (one copy more).
 *
 * `RAY_TS_KOFFI=off` and `RAY_TS_STORE=files` force that.
 */
import { writeSync } from "node:fs";
import { createRequire } from "node:module";

export interface Mapping {
  readonly address: bigint;
  /** The mapped memory. Reading it after `unmap` is a segmentation fault. */
  readonly memory: ArrayBuffer;
  readonly sizeBytes: number;
}

/** The core that the calling thread runs on. */
export interface Core {
  /** Lets another process that waits for it run; half a microsecond when there is none. */
  yield(): void;
  /** Goes to another one, if the thread may run there. Does nothing where the system has no call for it. */
  leave(): void;
}

export interface Platform {
  readonly pageBytes: number;
  /** Maps `sizeBytes` of `fd` so that writes reach the file. */
  mapShared(fd: number, sizeBytes: number): Mapping;
  /** Maps a part of `fd` (opened read-only) so that writes stay in this map. `offset` is a multiple of the page size. */
  mapPrivate(fd: number, offset: number, sizeBytes: number): Mapping;
  unmap(mapping: { readonly address: bigint; readonly sizeBytes: number }): void;
  /** Gives real memory to a part of a file, so that touching it can never be a SIGBUS. Throws with the code ENOSPC. */
  allocate(fd: number, offset: number, sizeBytes: number): void;
  /** Enters a part of a shared map into the page table at once (a third cheaper than a fault a page). */
  populate(mapping: Mapping, offset: number, sizeBytes: number): void;
  /** A named pipe that only this user can open. Throws with the code EEXIST. */
  makePipe(path: string): void;
  readonly core: Core;
}

/** What differs between systems: file names of the C library and the constants of its headers. */
interface Libc {
  readonly libraries: readonly string[];
  readonly pageSizeName: number;
  readonly fallocate: boolean;
  readonly populateWrite: number | undefined;
  /** A private map is charged for the pages that are written, not for its whole size. */
  readonly noReserve: number;
  /** Threads can be told where to run. */
  readonly affinity: boolean;
}

const PROT_READ_WRITE = 3;
const MAP_SHARED = 1;
const MAP_PRIVATE = 2;
const MAP_FAILED = 2n ** 64n - 1n;
/** The C library's own size: 1,024 cores. */
const CPU_MASK_BYTES = 128;
const ALLOCATE_STEP_BYTES = 16 * 2 ** 20;

const systems: Partial<Record<NodeJS.Platform, Libc>> = {
  linux: { libraries: ["libc.so.6", `libc.musl-${{ x64: "x86_64", arm64: "aarch64" }[process.arch as string] ?? process.arch}.so.1`, "libc.so"], pageSizeName: 30, fallocate: true, populateWrite: 23, noReserve: 0x4000, affinity: true },
  darwin: { libraries: ["libSystem.dylib"], pageSizeName: 29, fallocate: false, populateWrite: undefined, noReserve: 0x40, affinity: false },
};

/** Page size of every machine of this kind, for a process that cannot ask: a multiple of the real one. */
const largestPageBytes = process.arch === "x64" || process.arch === "ia32" ? 4096 : 65536;

let loaded: { readonly platform: Platform | undefined } | undefined;

export function platform(): Platform | undefined {
  loaded ??= { platform: load() };
  return loaded.platform;
}

/** The grain of block addresses. */
export const pageBytes = (): number => platform()?.pageBytes ?? largestPageBytes;

function load(): Platform | undefined {
  const libc = systems[process.platform];
  if (libc === undefined || process.env["RAY_TS_KOFFI"] === "off" || process.env["RAY_TS_STORE"] === "files") return undefined;
  try {
    const koffi = createRequire(import.meta.url)("koffi") as typeof import("koffi");
    return bind(koffi, libc);
  } catch (error) {
    if (process.env["RAY_TS_DEBUG"]) console.error("ray-ts: koffi cannot be used, objects are copied through files instead:", error);
    return undefined;
  }
}

function bind(koffi: typeof import("koffi"), libc: Libc): Platform {
  const library = openFirst(koffi, libc.libraries);
  const mmap = library.func("void *mmap(void *address, size_t length, int protection, int flags, int fd, int64_t offset)");
  const munmap = library.func("int munmap(void *address, size_t length)");
  const madvise = library.func("int madvise(void *address, size_t length, int advice)");
  const sysconf = library.func("long sysconf(int name)");
  const mkfifo = library.func("int mkfifo(const char *path, unsigned int mode)");
  const posixFallocate = libc.fallocate ? library.func("int posix_fallocate(int fd, int64_t offset, int64_t length)") : undefined;
  const codes = new Map(Object.entries(koffi.os.errno as Record<string, number>).map(([code, number]) => [number, code]));

  function map(flags: number, fd: number, offset: number, sizeBytes: number): Mapping {
    const address = mmap(null, sizeBytes, PROT_READ_WRITE, flags, fd, offset) as bigint | null;
    if (address === null || address === MAP_FAILED) throw systemError(`mmap of ${sizeBytes} bytes`, codes.get(koffi.errno()));
    return { address, sizeBytes, memory: koffi.view(address, sizeBytes) };
  }

  function allocateStep(fd: number, offset: number, sizeBytes: number): void {
    for (;;) {
      const code = codes.get((posixFallocate?.(fd, offset, sizeBytes) as number | undefined) ?? koffi.os.errno["EOPNOTSUPP"]!);
      if (code === "EINTR") continue; // a signal (an interrupt, a profiler's timer) came between; tmpfs undid this step
      if (code === "EOPNOTSUPP" || code === "EINVAL" || code === "ENOSYS") return writeZeros(fd, offset, sizeBytes);
      if (code !== undefined) throw systemError(`posix_fallocate of ${sizeBytes} bytes`, code);
      return;
    }
  }

  return {
    pageBytes: Math.max(4096, Number(sysconf(libc.pageSizeName))),
    mapShared: (fd, sizeBytes) => map(MAP_SHARED, fd, 0, sizeBytes),
    mapPrivate: (fd, offset, sizeBytes) => map(MAP_PRIVATE | libc.noReserve, fd, offset, sizeBytes),
    unmap(mapping) {
      if (munmap(mapping.address, mapping.sizeBytes) !== 0) throw systemError(`munmap of ${mapping.sizeBytes} bytes`, codes.get(koffi.errno()));
    },
    allocate(fd, offset, sizeBytes) {
      // in steps: a call that a signal cuts starts over, and must come to its end between two signals
      for (let done = 0; done < sizeBytes; done += ALLOCATE_STEP_BYTES) allocateStep(fd, offset + done, Math.min(ALLOCATE_STEP_BYTES, sizeBytes - done));
    },
    populate(mapping, offset, sizeBytes) {
      // Linux before 5.14 answers EINVAL: then each page faults by itself, which only costs time
      if (libc.populateWrite !== undefined) madvise(mapping.address + BigInt(offset), sizeBytes, libc.populateWrite);
    },
    makePipe(path) {
      if (mkfifo(path, 0o600) !== 0) throw systemError(`mkfifo of ${path}`, codes.get(koffi.errno()));
    },
    core: bindCore(library, libc),
  };
}

function bindCore(library: ReturnType<typeof import("koffi").load>, { affinity }: Libc): Core {
  const schedYield = library.func("int sched_yield()");
  const giveWay = (): void => void schedYield();
  if (!affinity) return { yield: giveWay, leave: () => undefined };
  const getCpu = library.func("int sched_getcpu()");
  const getAffinity = library.func("int sched_getaffinity(int thread, size_t sizeBytes, _Out_ uint8_t *mask)");
  const setAffinity = library.func("int sched_setaffinity(int thread, size_t sizeBytes, const uint8_t *mask)");
  const SELF = 0;
  return {
    yield: giveWay,
    leave() {
      const cpu = getCpu() as number;
      const allowed = new Uint8Array(CPU_MASK_BYTES);
      if (cpu < 0 || cpu >= 8 * CPU_MASK_BYTES || getAffinity(SELF, CPU_MASK_BYTES, allowed) !== 0) return;
      const others = allowed.slice();
      others[cpu >> 3] = (others[cpu >> 3] as number) & ~(1 << (cpu & 7));
      // refused when there is no other: it stays
      if (setAffinity(SELF, CPU_MASK_BYTES, others) === 0) setAffinity(SELF, CPU_MASK_BYTES, allowed);
    },
  };
}

function openFirst(koffi: typeof import("koffi"), names: readonly string[]): ReturnType<typeof import("koffi").load> {
  const failures: unknown[] = [];
  for (const name of names) {
    try {
      return koffi.load(name);
    } catch (error) {
      failures.push(error);
    }
  }
  throw new AggregateError(failures, `Cannot open the C library: tried ${names.join(", ")}`);
}

const zeros = new Uint8Array(2 ** 18);

/** Allocates by writing: for systems without `posix_fallocate`. Throws with the code ENOSPC. */
export function writeZeros(fd: number, offset: number, sizeBytes: number): void {
  for (let done = 0; done < sizeBytes;) done += writeSync(fd, zeros, 0, Math.min(zeros.length, sizeBytes - done), offset + done);
}

function systemError(call: string, code: string | undefined): Error {
  return Object.assign(new Error(`${call} failed with ${code ?? "an unknown error"}`), { code, syscall: call.slice(0, call.indexOf(" ")) });
}
