/**
 * What owners sent before their calls: what calls have in common, and code, built when it is first called. Owns: both, by
 * owner, until the owner is gone.
 */
import type { ShippedCode } from "../engine/engine.ts";
import type { ProcessName } from "../ids.ts";
import type { LocalEngine } from "../local/local-engine.ts";
import { RecordType } from "../wire/frame.ts";
import { readCode, readMeta, refsCarried, type CallMeta, type TaskRecord, type WireValue } from "../wire/hot-records.ts";
import type { RecordReader } from "../wire/record-reader.ts";
import { isThenable } from "./arguments.ts";

export interface SendersParts {
  readonly engine: () => LocalEngine;
  readonly receive: (code: ShippedCode) => Function | Promise<Function>;
}

interface Sender {
  readonly metas: Map<number, CallMeta>;
  readonly codes: Map<string, HeldCode>;
}

interface HeldCode {
  readonly name: string;
  readonly value: WireValue;
  readonly lend: number;
  built: Function | Promise<Function> | undefined;
}

export class Senders {
  private readonly parts: SendersParts;
  private readonly known = new Map<ProcessName, Sender>();

  constructor(parts: SendersParts) {
    this.parts = parts;
  }

  onRecord(from: ProcessName, type: number, reader: RecordReader): void {
    if (type === RecordType.meta) {
      const { index, meta } = readMeta(reader);
      this.of(from).metas.set(index, meta);
    } else if (type === RecordType.code) {
      const { key, name, value, lend, forget } = readCode(reader);
      const { codes } = this.of(from);
      if (forget) this.forgetCode(from, codes, forget);
      codes.set(key, { name, value, lend, built: undefined });
    }
  }

  /** Its lend ends when it is built; of one that never was, now. */
  private forgetCode(from: ProcessName, codes: Map<string, HeldCode>, key: string): void {
    const held = codes.get(key);
    codes.delete(key);
    if (!held || held.built) return;
    const { ownership } = this.parts.engine();
    ownership.received(held.lend, from, refsCarried([held.value]));
    ownership.settled(held.lend, from);
  }

  metaOf(from: ProcessName, record: TaskRecord): CallMeta {
    const meta = this.of(from).metas.get(record.meta);
    if (!meta) throw new Error(`Task ${record.seq} of ${from} came before its meta record ${record.meta}`);
    return meta;
  }

  codeOf(from: ProcessName, meta: CallMeta): Function | Promise<Function> {
    const key = meta.codeKey as string;
    const held = this.of(from).codes.get(key);
    if (!held) throw new Error(`The code of task ${meta.name} did not arrive`);
    if (held.built) return held.built;
    const built = this.build(from, key, held);
    held.built = built;
    if (isThenable(built)) void built.then((fn) => (held.built = fn), () => (held.built = undefined));
    return built;
  }

  forget(from: ProcessName): void {
    this.known.delete(from);
  }

  private of(from: ProcessName): Sender {
    const known = this.known.get(from);
    if (known) return known;
    const sender: Sender = { metas: new Map(), codes: new Map() };
    this.known.set(from, sender);
    return sender;
  }

  private build(from: ProcessName, key: string, held: HeldCode): Function | Promise<Function> {
    const engine = this.parts.engine();
    engine.objects.handles.learn(held.value.refs);
    engine.ownership.received(held.lend, from, refsCarried([held.value]));
    const counted = (): void => engine.ownership.settled(held.lend, from);
    let built: Function | Promise<Function>;
    try {
      built = engine.objects.sent.read(held.value, (value) => this.parts.receive({ key, name: held.name, value }));
    } catch (error) {
      counted();
      throw error;
    }
    if (isThenable(built)) void built.then(counted, counted);
    else counted();
    return built;
  }
}
