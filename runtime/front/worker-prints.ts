/** Lines that workers printed and notices of the cluster → output of the cell that submitted the work. */
import type { EngineEvent } from "../engine/events.ts";
import type { StreamName } from "../session/output-marks.ts";

export interface PrintedLine {
  readonly name: StreamName;
  readonly text: string;
  /** The cell's shown name, if the work came from a cell. */
  readonly origin: string | undefined;
}

/** Ray's form: `(square pid=4657) text`. Other events give nothing. */
export function printedLine(event: EngineEvent): PrintedLine | undefined {
  switch (event.type) {
    case "log": return { name: event.stream, text: `(${event.taskName} pid=${event.pid}) ${event.text}\n`, origin: event.origin };
    case "notice": return { name: "stderr", text: `${event.text}\n`, origin: event.origin };
    default: return undefined;
  }
}
