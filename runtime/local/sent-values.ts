/**
 * Values of messages: arguments, code, results. Most can be read at once; one whose block is gone is asked for at its owner, which
 * makes it again if it can. Owns nothing.
 */
import type { Encoded, Resolved } from "../engine/engine.ts";
import type { ObjectId } from "../ids.ts";
import { LostBlock } from "../store/segment-header.ts";
import type { BlockAddress } from "../store/store.ts";
import type { WireValue } from "../wire/hot-records.ts";
import type { ValueStore } from "./values.ts";

export interface SentValuesShell {
  readonly values: ValueStore;
  retain(ref: ObjectId): void;
  release(ref: ObjectId): void;
  /** Its block could not be read here. */
  doubt(ref: ObjectId, lost: BlockAddress): void;
  /** Its value, when it has one. */
  resolved(ref: ObjectId): Promise<Resolved>;
  /** Code here waits for something that others do; call what it returns when that is over. */
  readonly beginWait: () => () => void;
}

type Decode<Result> = (value: Encoded) => Result | Promise<Result>;

export class SentValues {
  private readonly shell: SentValuesShell;

  constructor(shell: SentValuesShell) {
    this.shell = shell;
  }

  /** The value, decoded. Throws the error that it has become. */
  read<Result>(value: WireValue, decode: Decode<Result>): Result | Promise<Result> {
    const encoded = this.readNow(value);
    return encoded ? decode(encoded) : this.seek(value as Extract<WireValue, { kind: "block" }>, decode);
  }

  /** The value as bytes; undefined when its block cannot be read. */
  readNow(value: WireValue): Encoded | undefined {
    if (value.kind === "inline") return this.shell.values.read(value, undefined);
    try {
      return this.shell.values.read(value, undefined);
    } catch (error) {
      if (!(error instanceof LostBlock)) throw error;
      return undefined;
    }
  }

  private async seek<Result>({ ref, block }: Extract<WireValue, { kind: "block" }>, decode: Decode<Result>): Promise<Result> {
    this.shell.retain(ref);
    const waited = this.shell.beginWait();
    try {
      this.shell.doubt(ref, block);
      const { value, error } = await this.shell.resolved(ref);
      const decoded = await decode(value);
      if (error) throw decoded;
      return decoded;
    } finally {
      waited();
      this.shell.release(ref);
    }
  }
}
