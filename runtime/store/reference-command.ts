/** What reference counting asks the rest of the runtime to do: plain data. */
import type { ObjectId, ProcessName } from "../ids.ts";

/** A message that carried refs. Made by the lender, unique among its own. */
export type LendId = number;

export type ReferenceCommand =
  /** Nobody can reach the value any more, and nobody reads it: free its block or drop the inline value. */
  | { readonly type: "forget-value"; readonly id: ObjectId }
  /** A forgotten value contained this object of another owner: `uncontained`. `References` handles it itself. */
  | { readonly type: "release-borrowed"; readonly id: ObjectId }
  /** Tell the object's owner that this process holds it. The owner answers with the same `seq`: `acknowledged`. */
  | { readonly type: "borrow"; readonly id: ObjectId; readonly seq: number }
  /** Tell the object's owner that this process let it go. */
  | { readonly type: "unborrow"; readonly id: ObjectId }
  /**
   * Tell the lender that its refs are safe: `lendDone`. `kept` are those that the lender owns and this process keeps: the owner
   * counts them as borrowed by the same message, so that a call's reply is all that is sent.
   */
  | { readonly type: "end-lend"; readonly lendId: LendId; readonly to: ProcessName; readonly kept: readonly ObjectId[] }
  /** Tell a borrower where the object's block is now. It answers with the same `move`: `moveCleared`. */
  | { readonly type: "tell-moved"; readonly id: ObjectId; readonly to: ProcessName; readonly move: number }
  /** Nobody can come to the block from before that move any more: free it. */
  | { readonly type: "free-old"; readonly id: ObjectId; readonly move: number }
  /** Tell the object's owner that this process is done with the block from before that move. */
  | { readonly type: "clear-move"; readonly id: ObjectId; readonly move: number };

export const NONE: readonly ReferenceCommand[] = [];

/** Without the spread's limit on the number of arguments. */
export function append<Item>(list: Item[], more: readonly Item[]): void {
  for (const item of more) list.push(item);
}
