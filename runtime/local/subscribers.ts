/** Who looks at what happens in the cluster from this process. Owns: them. The head sends rows as long as there is one. */
import type { EngineEvent } from "../engine/events.ts";

export class Subscribers {
  private readonly all = new Map<(event: EngineEvent) => void, "prints" | undefined>();
  private readonly turn: (isOn: boolean, only?: "prints") => void;

  /** `turn` asks the head for rows, or for none. */
  constructor(turn: (isOn: boolean, only?: "prints") => void) {
    this.turn = turn;
  }

  add(on: (event: EngineEvent) => void, only?: "prints"): () => void {
    this.all.set(on, only);
    // whoever wants all gets all for everybody
    if (this.all.size === 1 || only === undefined) this.turn(true, only);
    return () => {
      this.all.delete(on);
      if (this.all.size === 0) this.turn(false);
      else if (only === undefined && [...this.all.values()].every((each) => each !== undefined)) this.turn(true, "prints");
    };
  }

  hear(rows: readonly EngineEvent[]): void {
    for (const row of rows) for (const on of this.all.keys()) on(row);
  }
}
