/**
 * One run of a cell, and what belongs to it: the AsyncLocalStorage store by which timers, promises and callbacks of a cell
 * keep finding it, also long after it has ended.
 */
import { AsyncLocalStorage } from "node:async_hooks";
import { OwnedResources } from "./owned-resources.ts";

export interface Execution {
  /** The front's number of the run: greater than every earlier one. */
  readonly id: number;
  /** The cell's shown name: `In[3]`. */
  readonly name: string;
  /** An interrupt stopped it, and code of it may still be about. */
  interrupted: boolean;
  /** Timers and servers that an interrupt of this execution ends. */
  readonly owned: OwnedResources;
}

export function newExecution(id: number, name: string): Execution {
  return { id, name, interrupted: false, owned: new OwnedResources() };
}

/** Whose code runs now, and whose output it is. */
export class Executions {
  readonly #storage = new AsyncLocalStorage<Execution>();
  /** The execution that runs, else the one that ran last. */
  #latest: Execution | undefined;

  /** The execution that caused the code that runs now; undefined for code that no cell caused. */
  get causing(): Execution | undefined {
    return this.#storage.getStore();
  }

  /** Where output of the code that runs now goes. */
  get receiving(): Execution | undefined {
    return this.#storage.getStore() ?? this.#latest;
  }

  run<T>(execution: Execution, body: () => T): T {
    this.#latest = execution;
    return this.#storage.run(execution, body);
  }

  /** Runs `body` for no cell: what it starts outlives the cell that happened to need it first. */
  exit<T>(body: () => T): T {
    return this.#storage.exit(body);
  }
}
