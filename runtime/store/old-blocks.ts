/**
 * Blocks that were moved (from memory to disk) while other processes held their objects: when the old ones may be freed. The owner's
 * side; `borrowed-objects.ts` has the other one. Pure: events in, commands out.
 *
 * The owner tells each borrower the new address. From then on the borrower takes the new one for the old, whoever sends it that; it
 * answers when it reads the old block no more and what it sent with the old address has arrived.
 *
 * M1 An old block is freed when every process that is registered as a borrower has answered since it registered; once.
 *
 * Needs: a move begins only when its owner neither reads the block nor has a lend of it open. Then who can have the old address is
 * registered, or a lend of somebody registered covers it, who does not answer before that has ended.
 */
import type { ObjectId, ProcessName } from "../ids.ts";
import { NONE, type ReferenceCommand } from "./reference-command.ts";

/** The owner's number of a move, in their order; 0: where the object was first. */
export type Move = number;

interface OldBlock {
  readonly move: Move;
  readonly unanswered: Set<ProcessName>;
}

export class OldBlocks {
  readonly #blocks = new Map<ObjectId, OldBlock>();

  get size(): number {
    return this.#blocks.size;
  }

  has(id: ObjectId): boolean {
    return this.#blocks.has(id);
  }

  moved(id: ObjectId, move: Move, borrowers: Iterable<ProcessName>): readonly ReferenceCommand[] {
    const unanswered = new Set(borrowers);
    if (unanswered.size === 0) return [{ type: "free-old", id, move }];
    this.#blocks.set(id, { move, unanswered });
    return [...unanswered].map((to) => ({ type: "tell-moved", id, to, move }));
  }

  /** Also one that had answered: it let go and comes with the address of somebody who has not. */
  borrowedBy(id: ObjectId, by: ProcessName): readonly ReferenceCommand[] {
    const block = this.#blocks.get(id);
    if (block === undefined) return NONE;
    block.unanswered.add(by);
    return [{ type: "tell-moved", id, to: by, move: block.move }];
  }

  answered(id: ObjectId, move: Move, by: ProcessName): readonly ReferenceCommand[] {
    return this.#blocks.get(id)?.move === move ? this.letGoBy(id, by) : NONE;
  }

  letGoBy(id: ObjectId, by: ProcessName): readonly ReferenceCommand[] {
    const block = this.#blocks.get(id);
    if (block === undefined || !block.unanswered.delete(by) || block.unanswered.size > 0) return NONE;
    this.#blocks.delete(id);
    return [{ type: "free-old", id, move: block.move }];
  }

  died(process: ProcessName): readonly ReferenceCommand[] {
    return [...this.#blocks.keys()].flatMap((id) => this.letGoBy(id, process));
  }

  assertInvariants(isBorrower: (id: ObjectId, process: ProcessName) => boolean): void {
    for (const [id, { unanswered }] of this.#blocks) {
      if (unanswered.size === 0) throw new Error(`M1: the old block of ${id} waits for nobody`);
      for (const process of unanswered) if (!isBorrower(id, process)) throw new Error(`M1: the old block of ${id} waits for ${process}, which does not hold it`);
    }
  }
}
