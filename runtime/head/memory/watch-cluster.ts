/** The memory watch of a cluster, put together from the system's files and what the head knows. */
import { join } from "node:path";
import type { NoticeRow } from "../../engine/events.ts";
import type { ProcessName } from "../../ids.ts";
import { readText } from "../../store/limits.ts";
import { memoryCandidates, type KnownWork } from "./candidates.ts";
import { MemoryGauge } from "./memory-gauge.ts";
import type { Holder } from "./memory-texts.ts";
import { MemoryWatch } from "./memory-watch.ts";
import { processMemory } from "./process-memory.ts";
import { memoryThreshold } from "./threshold.ts";

export interface WatchedCluster {
  readonly work: () => Omit<KnownWork, "bytes">;
  /** Sessions, scripts and fronts. */
  readonly clients: () => readonly { readonly kind: "driver" | "front" | "worker"; readonly pid: number }[];
  readonly kill: (worker: ProcessName) => void;
  readonly say: (notice: NoticeRow) => void;
  readonly log: (text: string) => void;
}

const LABELS = { driver: "a session or script", front: "a front", head: "the head", worker: undefined } as const;

/** Undefined where nothing is to be watched: it was turned off, or the system tells nothing of its memory. */
export function watchMemory({ work, clients, kill, say, log }: WatchedCluster): MemoryWatch | undefined {
  const { threshold, fault } = memoryThreshold(process.env["RAY_TS_MEMORY_USAGE_THRESHOLD"]);
  if (fault !== undefined) log(fault);
  if (threshold === undefined) return undefined;
  // for tests: a folder in which files like the system's say how full the memory is
  const root = process.env["RAY_TS_MEMORY_ROOT"] ?? "/";
  const gauge = new MemoryGauge((file) => readText(join(root, file)));
  if (gauge.take() === undefined) return undefined;
  const bytes = (pid: number): number | undefined => processMemory(readText, pid);
  // a script is driver and front in one
  const processes = (): ReadonlyMap<number, keyof typeof LABELS> => new Map([...clients().filter(({ kind }) => kind !== "driver"), ...clients().filter(({ kind }) => kind === "driver"), { kind: "head", pid: process.pid } as const].map(({ kind, pid }) => [pid, kind] as const));
  const others = (): Holder[] => [...processes()].flatMap(([pid, kind]) => {
    const label = LABELS[kind];
    const held = label === undefined ? undefined : bytes(pid);
    return label === undefined || held === undefined ? [] : [{ label, pid, bytes: held }];
  });
  return new MemoryWatch({ gauge, threshold, candidates: () => memoryCandidates({ ...work(), bytes }), others, kill, say, log });
}
