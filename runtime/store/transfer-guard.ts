/**
 * `ArrayBuffer.prototype.transfer` would move a map's memory to a new ArrayBuffer that our finalizer does not know: a read of it
 * after the unmap is a segmentation fault. `markAsUntransferable` stops that on Node 24 and later, not on 22; there, for our
 * buffers only, the two methods copy.
 */
import { setImmediate } from "node:timers";
import { markAsUntransferable } from "node:worker_threads";

type Transfer = (this: ArrayBuffer, newByteLength?: number) => ArrayBuffer;
type Transferable = Partial<Record<"transfer" | "transferToFixedLength", Transfer>>;

const guarded = new WeakSet<ArrayBuffer>();
let isInstalled = false;

export function guardTransfer(memory: ArrayBuffer): void {
  if (!isInstalled) install();
  guarded.add(memory);
}

function install(): void {
  isInstalled = true;
  if (isStoppedByMark()) return endWithoutDetaching();
  const methods = ArrayBuffer.prototype as unknown as Transferable;
  for (const name of ["transfer", "transferToFixedLength"] as const) {
    const original = methods[name];
    if (original === undefined) continue; // Node 20 has neither
    const guard = {
      [name](this: ArrayBuffer, newByteLength?: number): ArrayBuffer {
        return guarded.has(this) ? copy(this, newByteLength) : Reflect.apply(original, this, newByteLength === undefined ? [] : [newByteLength]);
      },
    }[name];
    Object.defineProperty(ArrayBuffer.prototype, name, { value: guard, writable: true, configurable: true });
  }
}

/**
 * The mark is a detach key there, and a Node (24, 26) that ends by itself detaches all foreign memory without one, which aborts
 * it. `process.exit` takes nothing apart; whoever else listens for the end has had its turn before.
 */
function endWithoutDetaching(): void {
  let isThrown = false;
  process.on("uncaughtExceptionMonitor", () => {
    // Node prints the error after "exit", and then ends in the way that takes nothing apart
    isThrown = true;
    setImmediate(() => { isThrown = false; }).unref(); // somebody handled it
  });
  process.on("exit", function end(code) {
    if (isThrown) return;
    const listeners = process.rawListeners("exit");
    for (const listener of listeners.slice(listeners.indexOf(end) + 1)) Reflect.apply(listener, process, [code]);
    process.exit();
  });
}

function isStoppedByMark(): boolean {
  const probe = new ArrayBuffer(8);
  markAsUntransferable(probe);
  try {
    (probe as unknown as Transferable).transfer?.call(probe);
    return false;
  } catch {
    return true; // this Node refuses: nothing to guard
  }
}

function copy(memory: ArrayBuffer, newByteLength = memory.byteLength): ArrayBuffer {
  const result = new ArrayBuffer(newByteLength);
  new Uint8Array(result).set(new Uint8Array(memory, 0, Math.min(memory.byteLength, newByteLength)));
  return result;
}
