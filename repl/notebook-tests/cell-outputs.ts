/**
 * Folds what a front puts out into notebook outputs, cell by cell, as a Jupyter client would: streams are joined, a display
 * id updates every output that carries it, `clear` empties the cell it came from.
 */
import type { FrontOutput } from "../../runtime/front/front.ts";
import type { MimeBundle, OutputError } from "../../runtime/session/output.ts";
import { splitLines, splitMimeBundle, type DisplayOutput, type NotebookOutput } from "../notebook/notebook.ts";

type Shown =
  | { readonly type: "stream"; readonly name: "stdout" | "stderr"; readonly parts: string[] }
  | { readonly type: "error"; readonly error: OutputError }
  | { readonly type: "display" | "result"; data: MimeBundle; metadata: Readonly<Record<string, unknown>>; readonly displayId: string | undefined };

export class CellOutputs {
  readonly #cells = new Map<number, Shown[]>();
  /** Cells whose outputs go when the next one comes (`clear` with `wait`). */
  readonly #clearsNext = new Set<number>();

  add(output: FrontOutput, cell: number): void {
    if (output.type === "display" && output.update) {
      this.#update(output.displayId, output.data, output.metadata);
      return;
    }
    if (output.type === "clear") {
      if (output.wait) this.#clearsNext.add(cell);
      else this.#cells.set(cell, []);
      return;
    }
    if (this.#clearsNext.delete(cell)) this.#cells.set(cell, []);
    const shown = this.#shownIn(cell);
    const last = shown.at(-1);
    if (output.type === "stream") {
      if (last?.type === "stream" && last.name === output.name) last.parts.push(output.text);
      else shown.push({ type: "stream", name: output.name, parts: [output.text] });
      return;
    }
    shown.push({ type: output.type, data: output.data, metadata: output.metadata, displayId: output.displayId });
  }

  addError(error: OutputError, cell: number): void {
    this.#shownIn(cell).push({ type: "error", error });
  }

  /** A cell's outputs as a notebook holds them. */
  of(cell: number, executionCount: number): NotebookOutput[] {
    return (this.#cells.get(cell) ?? []).map((shown): NotebookOutput => {
      if (shown.type === "stream") return { name: shown.name, output_type: "stream", text: splitLines(shown.parts.join("")) };
      if (shown.type === "error") return { ename: shown.error.ename, evalue: shown.error.evalue, output_type: "error", traceback: [...shown.error.traceback] };
      const data = splitMimeBundle(shown.data);
      // a live view is a display in the kernel too: JupyterLab updates no other
      if (shown.type === "display" || shown.displayId !== undefined) return { data, metadata: shown.metadata, output_type: "display_data" };
      return { data, execution_count: executionCount, metadata: shown.metadata, output_type: "execute_result" } satisfies DisplayOutput;
    });
  }

  /** True when an output of the cell may still be updated, as a live view's is. */
  isLive(cell: number): boolean {
    return (this.#cells.get(cell) ?? []).some((shown) => "displayId" in shown && shown.displayId !== undefined);
  }

  #shownIn(cell: number): Shown[] {
    let shown = this.#cells.get(cell);
    if (shown === undefined) this.#cells.set(cell, (shown = []));
    return shown;
  }

  #update(displayId: string | undefined, data: MimeBundle, metadata: Readonly<Record<string, unknown>>): void {
    if (displayId === undefined) return;
    for (const cell of this.#cells.values()) {
      for (const shown of cell) {
        if ((shown.type === "display" || shown.type === "result") && shown.displayId === displayId) Object.assign(shown, { data, metadata });
      }
    }
  }
}
