import { readdirSync, rmSync, statSync, truncateSync } from "node:fs";
import { join } from "node:path";
import type { BlockAddress } from "../../../runtime/store/store.ts";
import { buildPeer, cleanUp, mountSmallMemory, StorePeer } from "./store-peer.ts";

const KIB = 1024;
const MIB = 1024 * KIB;

beforeAll(buildPeer);
afterEach(cleanUp);

async function pair(): Promise<{ writer: StorePeer; reader: StorePeer }> {
  const writer = new StorePeer();
  await writer.open();
  return { writer, reader: new StorePeer() };
}

const modes = { mapped: {}, "without koffi": { RAY_TS_KOFFI: "off" }, "as files": { RAY_TS_STORE: "files" } };

describe.each(Object.entries(modes))("an object written in one process, %s", (mode, writerEnv) => {
  test.each(Object.entries(modes))("is read in another, %s", async (readerMode, readerEnv) => {
    const writer = new StorePeer(writerEnv);
    const reader = new StorePeer(readerEnv);
    await writer.open();
    const bytes = Uint8Array.from({ length: 300_001 }, (_, i) => i * 7);
    const block = await writer.ask("writeParts", 300_101, [{ offset: 100, bytes }]);
    await reader.ask("map", "a", block);
    const read = await reader.ask("bytes", "a");
    expect(read.length).toBe(300_101);
    expect(Buffer.compare(read.subarray(100), bytes)).toBe(0);
    expect(await writer.ask("hasKoffi")).toBe(mode === "mapped");
    expect(await reader.ask("hasKoffi")).toBe(readerMode === "mapped");
  });
});

test("an object of no bytes is written and read", async () => {
  const { writer, reader } = await pair();
  await reader.ask("map", "empty", await writer.ask("write", 0, 0));
  expect(await reader.ask("bytes", "empty")).toHaveLength(0);
});

test("a stray write stays in its own view: the next view shows the stored value", async () => {
  const { writer, reader } = await pair();
  const block = await writer.ask("write", 2 * MIB, 5);
  await reader.ask("map", "first", block);
  await reader.ask("scribble", "first", 1_000_000, 99);
  expect((await reader.ask("bytes", "first"))[1_000_000]).toBe(99);
  await reader.ask("map", "second", block);
  expect(await reader.ask("filledWith", "second")).toBe(5);
  await writer.ask("map", "own", block);
  expect(await writer.ask("filledWith", "own")).toBe(5);
});

test("a freed block is used again for the next object, with a new generation", async () => {
  const { writer } = await pair();
  const first = await writer.ask("write", 10 * MIB, 1);
  const { segments } = await writer.ask("arena");
  await writer.ask("free", first);
  const second = await writer.ask("write", 10 * MIB, 2);
  expect({ file: second.file, offset: second.offset }).toEqual({ file: first.file, offset: first.offset });
  expect(second.generation).not.toBe(first.generation);
  expect((await writer.ask("arena")).segments).toEqual(segments);
});

test("a block cannot be freed twice, nor by an earlier block's address", async () => {
  const { writer } = await pair();
  const first = await writer.ask("write", MIB, 1);
  await writer.ask("free", first);
  await expect(writer.ask("free", first)).rejects.toThrow(/Cannot free block 1 .* no block is in use there/);
  await writer.ask("write", MIB, 2);
  await expect(writer.ask("free", first)).rejects.toThrow(/Cannot free block 1 .* generation 2 is there now/);
});

test("a small object takes little real memory, though its segment has 64 MiB", async () => {
  const { writer } = await pair();
  const { file } = await writer.ask("write", 64 * KIB, 1);
  const { size, blocks } = statSync(file);
  expect(size).toBe(64 * MIB);
  expect(blocks * 512).toBeLessThan(2 * MIB);
});

test("empty segments beyond 256 MiB of free memory are given back, all but one", async () => {
  const { writer } = await pair();
  const blocks: BlockAddress[] = [];
  for (let i = 0; i < 4; i++) blocks.push(await writer.ask("write", 100 * MIB, i));
  for (const block of blocks) await writer.ask("free", block);
  const { segments, usedBytes } = await writer.ask("arena");
  expect(usedBytes).toBe(0);
  expect(segments.reduce((sum, segment) => sum + segment.sizeBytes, 0)).toBeLessThan(256 * MIB);
});

test("200 reads while blocks are freed and used again: no view shows another object, each is released once", async () => {
  const { writer, reader } = await pair();
  const views = new Map<string, { fill: number; block: BlockAddress }>();
  const released = new Map<string, number>();
  const freeReleased = async (): Promise<void> => {
    for (const name of (await reader.ask("collect")).released) {
      released.set(name, (released.get(name) ?? 0) + 1);
      await writer.ask("free", blocks.get(name)!);
    }
  };
  const blocks = new Map<string, BlockAddress>();
  for (let i = 0; i < 200; i++) {
    const name = `view ${i}`;
    const fill = 1 + (i % 255);
    const block = await writer.ask("write", (1 + (i % 5)) * 200 * KIB, fill);
    blocks.set(name, block);
    await reader.ask("map", name, block);
    views.set(name, { fill, block });
    if (i % 3 !== 0) await reader.ask("scribble", name, 4096, 0).then(() => reader.ask("scribble", name, 4096, fill));
    const dropped = [...views.keys()][(i * 7) % views.size]!;
    if (i % 4 !== 3) {
      views.delete(dropped);
      await reader.ask("drop", dropped);
    }
    if (i % 5 === 0) await freeReleased();
    for (const [other, { fill }] of views) expect([other, await reader.ask("filledWith", other)]).toEqual([other, fill]);
  }
  for (const name of views.keys()) await reader.ask("drop", name);
  await freeReleased();
  expect((await reader.ask("collect")).mapped).toBe(0);
  expect(released.size).toBe(200);
  expect([...released.values()].every((times) => times === 1)).toBe(true);
  expect((await writer.ask("arena")).usedBytes).toBe(0);
}, 120_000);

test("a view outlives its segment's file and its writer", async () => {
  const { writer, reader } = await pair();
  await reader.ask("map", "a", await writer.ask("write", MIB, 8));
  await writer.ask("close");
  await writer.end("SIGKILL");
  expect(await reader.ask("filledWith", "a")).toBe(8);
});

test("a view's memory cannot be transferred away", async () => {
  const { writer, reader } = await pair();
  await reader.ask("map", "a", await writer.ask("write", MIB, 8));
  expect(await reader.ask("transfer", "a")).toBe(MIB);
  await reader.ask("drop", "a");
  expect((await reader.ask("collect")).released).toEqual(["a"]);
});

test("a file that is no segment is refused", async () => {
  const { writer, reader } = await pair();
  const block = await writer.ask("write", MIB, 8);
  await expect(reader.ask("map", "a", { ...block, file: process.execPath })).rejects.toThrow(/Cannot read objects from .*: it is not a segment of an object store/);
});

test.each(Object.entries(modes))("a file that is gone, or was cut, is said and never ends the reader, %s", async (_mode, env) => {
  const [writer, reader, late] = [new StorePeer(env), new StorePeer(env), new StorePeer(env)];
  const { diskFolder } = await writer.open({ grantBytes: MIB });
  const block = await writer.ask("write", 2 * MIB, 8);
  truncateSync(block.file, MIB);
  await expect(reader.ask("map", "a", block)).rejects.toThrow(/its file .* was cut: of 2097152 bytes at \d+ it has \d+/);
  rmSync(block.file);
  await expect(late.ask("map", "a", block)).rejects.toThrow(`its file ${block.file} is gone`);
  // what is written from now on can be read again
  await writer.ask("retireRemoved");
  const next = await writer.ask("write", 2 * MIB, 9);
  expect(readdirSync(diskFolder)).toHaveLength(1);
  await reader.ask("map", "b", next);
  expect(await reader.ask("filledWith", "b")).toBe(9);
  await writer.ask("free", block);
  await writer.ask("free", next);
  expect(await writer.ask("arena")).toMatchObject({ usedOnDiskBytes: 0, segments: [] });
});

test("beyond its grant a process writes to disk, and within a larger one to shared memory again", async () => {
  const writer = new StorePeer();
  const { diskFolder } = await writer.open({ grantBytes: 8 * MIB });
  expect((await writer.ask("write", 6 * MIB, 1)).place).toBe("shared-memory");
  const spilled = await writer.ask("write", 6 * MIB, 2);
  expect(spilled.place).toBe("disk");
  expect(readdirSync(diskFolder)).toHaveLength(1);
  await writer.ask("map", "spilled", spilled);
  expect(await writer.ask("filledWith", "spilled")).toBe(2);
  expect(await writer.ask("missed")).toBe(6 * MIB);
  expect(await writer.ask("missed")).toBe(0);
  await writer.ask("grant", 20 * MIB);
  expect((await writer.ask("write", 6 * MIB, 3)).place).toBe("shared-memory");
  expect(await writer.ask("told")).toEqual([]);
});

test("all arenas of a process share its grant, and give what they hold warm to each other", async () => {
  const writer = new StorePeer();
  const options = await writer.open({ grantBytes: 100 * MIB });
  await writer.ask("openOther", { ...options, process: `${options.process}-other` as never });
  expect((await writer.ask("write", 60 * MIB, 1)).place).toBe("shared-memory");
  expect((await writer.ask("writeInOther", 60 * MIB, 2)).place).toBe("disk");
  const small = await writer.ask("writeInOther", 30 * MIB, 3);
  expect(small.place).toBe("shared-memory");
  expect((await writer.ask("arena")).heldBytes).toBeLessThanOrEqual(100 * MIB);
  await writer.ask("freeInOther", small);
  expect((await writer.ask("write", 39 * MIB, 4)).place).toBe("shared-memory");
  expect((await writer.ask("arena")).heldBytes).toBeLessThanOrEqual(100 * MIB);
});

test.each(Object.entries(modes))("a block is copied to disk without its writer, and the copy goes with its object, %s (row 53)", async (_mode, env) => {
  const [writer, spiller] = [new StorePeer(env), new StorePeer(env)];
  await writer.open();
  const { diskFolder } = await spiller.open();
  const bytes = Uint8Array.from({ length: 9_000_001 }, (_, i) => i * 7);
  const block = await writer.ask("writeParts", 9_000_101, [{ offset: 100, bytes }]);
  await writer.end("SIGKILL");
  const onDisk = (await spiller.ask("spill", block)) as BlockAddress;
  expect(onDisk).toMatchObject({ place: "disk", writer: spiller.name, sizeBytes: 9_000_101 });
  await spiller.ask("map", "copy", onDisk);
  expect(Buffer.compare((await spiller.ask("bytes", "copy")).subarray(100), bytes)).toBe(0);
  expect((await spiller.ask("arena")).usedOnDiskBytes).toBeGreaterThanOrEqual(9_000_101);
  await spiller.ask("free", onDisk);
  expect(readdirSync(diskFolder)).toEqual([]);
  expect((await spiller.ask("arena")).usedOnDiskBytes).toBe(0);
});

test("a larger object takes the room of warm blocks that it cannot use", async () => {
  const writer = new StorePeer();
  await writer.open({ grantBytes: 110 * MIB });
  await writer.ask("free", await writer.ask("write", 70 * MIB, 1));
  expect((await writer.ask("write", 100 * MIB, 2)).place).toBe("shared-memory");
});

test("close() removes the process's files, in memory and on disk", async () => {
  const writer = new StorePeer();
  const { sharedMemoryFolder, diskFolder } = await writer.open({ grantBytes: 2 * MIB });
  await writer.ask("write", MIB, 1);
  await writer.ask("write", 4 * MIB, 2);
  expect([readdirSync(sharedMemoryFolder).length, readdirSync(diskFolder).length]).toEqual([1, 1]);
  await writer.ask("close");
  expect([...readdirSync(sharedMemoryFolder), ...readdirSync(diskFolder)]).toEqual([]);
  await expect(writer.ask("write", MIB, 1)).rejects.toThrow("closed by ray.shutdown()");
});

describe("with shared memory of 16 MiB", () => {
  const orSkip = (name: string, run: (folder: string) => Promise<void>): void =>
    test(name, async () => {
      const folder = mountSmallMemory("16m");
      if (folder === undefined) console.log(`not run, as this user may not mount a tmpfs: ${name}`);
      else await run(folder);
    });

  orSkip("objects go to disk when it is full, which is said once", async (sharedMemoryFolder) => {
    const writer = new StorePeer();
    await writer.open({ sharedMemoryFolder });
    const places: string[] = [];
    for (let i = 0; i < 12; i++) {
      const block = await writer.ask("write", 3 * MIB, i + 1);
      places.push(block.place);
      await writer.ask("map", `view ${i}`, block);
    }
    expect(places.filter((place) => place === "shared-memory").length).toBeGreaterThanOrEqual(4);
    expect(places.at(-1)).toBe("disk");
    for (let i = 0; i < 12; i++) expect(await writer.ask("filledWith", `view ${i}`)).toBe(i + 1);
    const told = await writer.ask("told");
    expect(told).toHaveLength(1);
    expect(told[0]).toMatch(/^Shared memory is full: .* of 16 MiB, and an object of 3 MiB did not fit\. .* docker run --shm-size=2g$/);
  });

  orSkip("a writer without koffi goes to disk too", async (sharedMemoryFolder) => {
    const writer = new StorePeer({ RAY_TS_KOFFI: "off" });
    await writer.open({ sharedMemoryFolder });
    const block = await writer.ask("write", 40 * MIB, 9);
    expect(block.place).toBe("disk");
    await writer.ask("map", "a", block);
    expect(await writer.ask("filledWith", "a")).toBe(9);
    expect(readdirSync(sharedMemoryFolder)).toEqual([]);
  });

  orSkip("an object that fits in neither place is an error that says sizes and what to do", async (sharedMemoryFolder) => {
    const writer = new StorePeer();
    const diskFolder = join(sharedMemoryFolder, "..");
    await writer.open({ sharedMemoryFolder, diskFolder });
    await writer.ask("write", 2 * MIB, 1);
    const failure = writer.ask("write", 64 * MIB, 1);
    await expect(failure).rejects.toMatchObject({ code: "OUT_OF_DISK" });
    await expect(failure).rejects.toThrow(
      /^Cannot store an object of 64 MiB: shared memory has no room \(this process uses 2 MiB of the 4 GiB granted to it; .* free of 16 MiB\), and the disk of .* is full: it has .* free of 16 MiB, of which 819 KiB are left to others\. Drop refs .* objectSpillingDirectory/,
    );
    expect(await writer.ask("spill", await writer.ask("write", 8 * MIB, 1))).toBeUndefined();
    expect((await writer.ask("write", 2 * MIB, 1)).place).toBe("shared-memory");
  });
});

test("beyond the disk budget, which all writers share, an object is an error that names it", async () => {
  const writer = new StorePeer();
  const options = await writer.open({ grantBytes: 2 * MIB, diskBudgetBytes: 20 * MIB });
  const other = new StorePeer();
  await other.open({ ...options, process: other.name });
  const large = await other.ask("write", 12 * MIB, 1);
  expect(large.place).toBe("disk");
  const failure = writer.ask("write", 12 * MIB, 1);
  await expect(failure).rejects.toMatchObject({ code: "OBJECT_STORE_FULL" });
  await expect(failure).rejects.toThrow(/^Cannot store an object of 12 MiB: shared memory has no room \(.* of the 2 MiB granted to it; .*\), and objects take 1[23] MiB of the 20 MiB of disk that objectStoreDisk allows .*or raise objectStoreMemory or objectStoreDisk$/);
  await other.ask("free", large);
  expect((await writer.ask("write", 12 * MIB, 1)).place).toBe("disk");
});

test("writes that a SIGINT cuts in their middle leave a store that works", async () => {
  const { writer } = await pair();
  const cuts = 30;
  for (let i = 0; i < cuts; i++) {
    const looping = new Promise((resolve) => writer.process.stdout!.once("data", resolve));
    const ended = writer.ask("writeUntilInterrupted", (1 + (i % 7)) * 100 * KIB);
    await looping;
    writer.process.kill("SIGINT");
    expect(await ended).toBe("ERR_SCRIPT_EXECUTION_INTERRUPTED");
  }
  const { usedBytes } = await writer.ask("arena");
  expect(usedBytes).toBeLessThan(cuts * MIB);
  const blocks = [];
  for (let fill = 1; fill <= 50; fill++) blocks.push(await writer.ask("write", fill * 50 * KIB, fill));
  for (const [i, block] of blocks.entries()) await writer.ask("map", String(i), block);
  for (let i = 0; i < 50; i++) expect(await writer.ask("filledWith", String(i))).toBe(i + 1);
});

test("a reader without views keeps no file open, so that removed segments give their memory back", async () => {
  const { writer, reader } = await pair();
  await reader.ask("map", "a", await writer.ask("write", MIB, 8));
  expect(await reader.ask("openSegments")).toBe(1);
  await reader.ask("drop", "a");
  await reader.ask("collect");
  while ((await reader.ask("openSegments")) > 0) continue;
});
