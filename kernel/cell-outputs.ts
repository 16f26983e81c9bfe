/**
 * What cells put out → messages on iopub, each with the header of the request that caused it as its parent, also when
 * it comes after the cell's end. It owns which request each cell answers.
 */
import type { Clock } from "../runtime/front/clock.ts";
import type { FrontOutput } from "../runtime/front/front.ts";
import type { CommMessage } from "../runtime/session/output.ts";
import { StreamCoalescer } from "./stream-coalescer.ts";
import type { JsonObject, MessageHeader } from "./wire/message.ts";
import type { KernelWire } from "./wire/server.ts";

interface CellRecord {
  readonly parent: MessageHeader | JsonObject;
  readonly executionCount: number;
  readonly isSilent: boolean;
  resultText: string | undefined;
}

/** Late output of older cells than these goes to the last cell. */
const REMEMBERED_CELLS = 10_000;

export class CellOutputs {
  readonly #wire: KernelWire;
  readonly #streams: StreamCoalescer;
  readonly #cells = new Map<number, CellRecord>();
  #last: CellRecord = { parent: {}, executionCount: 0, isSilent: false, resultText: undefined };
  #published: Promise<void> = Promise.resolve();

  constructor(wire: KernelWire, clock?: Clock) {
    this.#wire = wire;
    this.#streams = new StreamCoalescer((cell, name, text) => this.#publish(cell, "stream", { name, text }), clock);
  }

  begin(cell: number, parent: MessageHeader, executionCount: number, isSilent: boolean): void {
    this.#last = { parent, executionCount, isSilent, resultText: undefined };
    this.#cells.set(cell, this.#last);
    for (const oldest of this.#cells.keys()) {
      if (this.#cells.size <= REMEMBERED_CELLS) break;
      this.#cells.delete(oldest);
    }
  }

  put(output: FrontOutput, cell: number): void {
    const record = this.#record(cell);
    if (record.isSilent) return;
    if (output.type === "stream") return this.#streams.add(cell, output.name, output.text);
    this.#streams.flush();
    const [type, content] = messageOf(output, record);
    this.#publish(cell, type, content);
    if (output.type === "result") record.resultText = textOf(output.data["text/plain"]);
  }

  /** A comm's message in its place among the outputs; a silent cell's too, since it is no output. */
  comm({ what, comm, target, data, metadata, buffers }: CommMessage, cell: number): void {
    this.#streams.flush();
    const content = { comm_id: comm, ...(what === "open" ? { target_name: target ?? "" } : {}), data };
    this.#published = this.#wire.publish(`comm_${what}`, content, this.#record(cell).parent, metadata, buffers);
  }

  /** Resolves when everything put out so far is on its way. */
  flush(): Promise<void> {
    this.#streams.flush();
    return this.#published;
  }

  /** The plain text of the cell's value, for the history. */
  resultText(cell: number): string | undefined {
    return this.#cells.get(cell)?.resultText;
  }

  #record(cell: number): CellRecord {
    return this.#cells.get(cell) ?? this.#last;
  }

  #publish(cell: number, type: string, content: JsonObject): void {
    this.#published = this.#wire.publish(type, content, this.#record(cell).parent);
  }
}

function messageOf(output: Exclude<FrontOutput, { type: "stream" }>, cell: CellRecord): [type: string, content: JsonObject] {
  if (output.type === "clear") return ["clear_output", { wait: output.wait }];
  const { data, metadata, displayId } = output;
  const content = { data, metadata, transient: displayId === undefined ? {} : { display_id: displayId } };
  // JupyterLab updates what came as display_data only, by its display id
  if (output.type === "result" && displayId === undefined) return ["execute_result", { execution_count: cell.executionCount, ...content }];
  return [output.type === "display" && output.update ? "update_display_data" : "display_data", content];
}

function textOf(plain: unknown): string | undefined {
  return typeof plain === "string" ? plain : undefined;
}
