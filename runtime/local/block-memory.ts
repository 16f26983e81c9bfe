/**
 * The memory of own objects' blocks, whoever wrote them: given back to its writer, or with the file that a dead writer left. Owns: how
 * many blocks in use each such file has.
 */
import type { ProcessName } from "../ids.ts";
import type { BlockAddress } from "../store/store.ts";
import type { BetweenPeers } from "../wire/message.ts";
import type { ValueStore } from "./values.ts";

export interface BlockMemoryShell {
  readonly self: ProcessName;
  readonly values: ValueStore;
  isDead(process: ProcessName): boolean;
  say(to: ProcessName, message: BetweenPeers): void;
  /** Blocks of own objects that are in use, each once. */
  inUse(): Iterable<BlockAddress>;
}

export class BlockMemory {
  private readonly shell: BlockMemoryShell;
  /** By dead writer and file. */
  private readonly left = new Map<ProcessName, Map<string, number>>();

  constructor(shell: BlockMemoryShell) {
    this.shell = shell;
  }

  free(block: BlockAddress): void {
    const writer = writerOf(block);
    if (writer === this.shell.self) this.shell.values.freeOwn(block);
    else if (this.shell.isDead(writer)) this.leftUnused(writer, block);
    else this.shell.say(writer, { type: "free-blocks", blocks: [block] });
  }

  /** As `free`, of a block whose file is gone. */
  abandon(block: BlockAddress): void {
    const writer = writerOf(block);
    if (writer === this.shell.self) this.shell.values.onLost(writer, [block]);
    else if (this.shell.isDead(writer)) this.leftUnused(writer, block);
    else this.shell.say(writer, { type: "blocks-lost", blocks: [block] });
  }

  /** What it wrote for this process stays as long as something of ours is in it. */
  processDied(process: ProcessName): void {
    const files = new Map<string, number>();
    for (const block of this.shell.inUse()) if (writerOf(block) === process) files.set(block.file, (files.get(block.file) ?? 0) + 1);
    if (files.size > 0) this.left.set(process, files);
    else this.left.delete(process);
    this.shell.values.adopt(process, files);
  }

  private leftUnused(writer: ProcessName, { file }: BlockAddress): void {
    const files = this.left.get(writer);
    // of a death before our time we learn when we want to speak to the dead
    if (!files) return this.processDied(writer);
    const blocks = (files.get(file) ?? 0) - 1;
    if (blocks > 0) files.set(file, blocks);
    else this.processDied(writer); // looks again: a value that nobody wanted was never counted
  }
}

/** `worker` of `owner.worker`, the name under which it writes for an owner. */
const writerOf = ({ writer }: BlockAddress): ProcessName => writer.slice(writer.indexOf(".") + 1) as ProcessName;
