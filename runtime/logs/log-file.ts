/**
 * One log file, bounded: when it is full it becomes the older half and a new one begins, so that the newest lines are kept.
 * Written at once and in the writer's own time: whoever prints faster than the disk waits at its pipe.
 */
import { closeSync, openSync, renameSync, rmSync, statSync, writeSync } from "node:fs";
import { join } from "node:path";

export const newerFile = (name: string): string => `${name}.log`;
export const olderFile = (name: string): string => `${name}.1.log`;

export class LogFile {
  private readonly folder: string;
  private readonly name: string;
  private readonly mostBytes: number;
  /** What a new file begins with. */
  private readonly opening: () => string;
  private fd: number;
  private bytes: number;

  constructor(folder: string, name: string, mostBytes: number, opening: () => string = () => "") {
    this.folder = folder;
    this.name = name;
    this.mostBytes = mostBytes;
    this.opening = opening;
    const file = join(folder, newerFile(name));
    this.fd = openSync(file, "a", 0o600);
    this.bytes = statSync(file).size;
    this.append(opening());
  }

  write(text: string): void {
    // half of what may be kept in each of the two files
    if (this.bytes > this.mostBytes / 2) this.turn();
    this.append(text);
  }

  private append(text: string): void {
    const bytes = Buffer.from(text);
    for (let at = 0; at < bytes.length; ) at += writeSync(this.fd, bytes, at);
    this.bytes += bytes.length;
  }

  private turn(): void {
    closeSync(this.fd);
    renameSync(join(this.folder, newerFile(this.name)), join(this.folder, olderFile(this.name)));
    this.fd = openSync(join(this.folder, newerFile(this.name)), "a", 0o600);
    this.bytes = 0;
    this.append(this.opening());
  }

  get size(): number {
    return this.bytes;
  }

  close(): void {
    closeSync(this.fd);
  }
}

export function removeLog(folder: string, name: string): void {
  for (const file of [newerFile(name), olderFile(name)]) rmSync(join(folder, file), { force: true });
}
