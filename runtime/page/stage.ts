/** What drawn nodes ask of the panel that they stand in. */
import type { TableLook } from "../views/look.ts";
import type { ViewAct } from "../views/view-node.ts";

export interface Stage {
  /** The kernel answers: what can be pressed does something. */
  readonly isLive: boolean;
  /** The kernel's time, in milliseconds since the epoch. */
  now(): number;
  isOpen(key: string): boolean;
  setOpen(key: string, isOpen: boolean): void;
  tableLook(key: string): TableLook;
  setTableLook(key: string, look: TableLook): void;
  /** Has something done; resolves with what came of it, in words. */
  act(act: ViewAct): Promise<string>;
  /** Calls `count` now and then as time goes by, until what it returns is called. */
  everyMoment(count: () => void): () => void;
}
