/** Which memory goes with a view. */

/** Memory of at least so many bytes goes beside the encoded bytes. */
export const OUT_OF_BAND_BYTES = 4096;

/** The view's whole ArrayBuffer, when most of it is the view, or it is small and no pool of others' bytes; else its part. */
export function memoryOf(view: ArrayBufferView): Uint8Array {
  return isMostlyUsed(view) ? new Uint8Array(view.buffer) : new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
}

function isMostlyUsed(view: ArrayBufferView): boolean {
  const size = view.buffer.byteLength;
  if (size <= view.byteLength * 2) return true;
  return size <= OUT_OF_BAND_BYTES && size !== Buffer.poolSize;
}
