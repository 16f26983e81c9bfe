/**
 * What each peer has been told once: call metas by number, code by key. A worker keeps the last CODE_LIMIT keys of a sender;
 * the sender decides which go, on the same lane, so both sides always agree.
 */
import type { ShippedCode } from "../engine/engine.ts";
import type { ProcessName } from "../ids.ts";
import { writeCode, writeMeta, type CallMeta, type WireValue } from "../wire/hot-records.ts";
import type { Lane } from "../wire/lane.ts";

const CODE_LIMIT = 256;

interface Book {
  readonly metas: Map<CallMeta, number>;
  readonly codes: Set<string>;
  nextMeta: number;
}

export interface SentBooksShell {
  /** The code as it travels, and the lend for the refs in it. */
  codeValue(code: ShippedCode): WireValue;
  lendCode(to: ProcessName, code: ShippedCode): number;
}

export class SentBooks {
  private readonly books = new Map<ProcessName, Book>();
  private readonly shell: SentBooksShell;

  constructor(shell: SentBooksShell) {
    this.shell = shell;
  }

  private book(to: ProcessName): Book {
    const known = this.books.get(to);
    if (known) return known;
    const book: Book = { metas: new Map(), codes: new Set(), nextMeta: 1 };
    this.books.set(to, book);
    return book;
  }

  meta(to: ProcessName, lane: Lane, meta: CallMeta): number {
    const book = this.book(to);
    const known = book.metas.get(meta);
    if (known !== undefined) return known;
    const index = book.nextMeta++;
    book.metas.set(meta, index);
    writeMeta(lane, index, meta);
    return index;
  }

  code(to: ProcessName, lane: Lane, code: ShippedCode): void {
    const { codes } = this.book(to);
    if (codes.has(code.key)) return;
    const forget = codes.size >= CODE_LIMIT ? (codes.values().next().value as string) : undefined;
    if (forget) codes.delete(forget);
    codes.add(code.key);
    writeCode(lane, { key: code.key, name: code.name, value: this.shell.codeValue(code), lend: this.shell.lendCode(to, code), forget });
  }

  forget(process: ProcessName): void {
    this.books.delete(process);
  }
}
