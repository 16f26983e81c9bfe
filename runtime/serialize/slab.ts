/** Memory for small values that live as long as a call: many lie in one piece, which costs a fraction of a piece for each. */
const SLAB_BYTES = 64 * 1024;
const LARGEST_BYTES = 4096;
const ALIGNMENT = 8;

let slab = Buffer.alloc(0);
let used = 0;

/** Not zeroed. A large one is a piece of its own. */
export function slabRoom(sizeBytes: number): Buffer {
  if (sizeBytes > LARGEST_BYTES) return Buffer.allocUnsafeSlow(sizeBytes);
  if (used + sizeBytes > slab.length) {
    slab = Buffer.allocUnsafeSlow(SLAB_BYTES);
    used = 0;
  }
  const room = slab.subarray(used, used + sizeBytes);
  used += Math.ceil(sizeBytes / ALIGNMENT) * ALIGNMENT;
  return room;
}
