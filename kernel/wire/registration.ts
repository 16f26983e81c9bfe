/**
 * The startup handshake of protocol 5.6: a kernel that was given a registration file chose its ports itself and tells them to its
 * launcher. https://jupyter-client.readthedocs.io/en/latest/messaging.html, "Kernel startup handshake"; JEP 66.
 */
import { rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { Dealer } from "zeromq";
import { DELIMITER } from "./codec.ts";
import { type ConnectionInfo, PORTS, type Registration } from "./connection-file.ts";
import { createSigner } from "./signature.ts";

const ACKNOWLEDGED_WITHIN_MS = 30_000;

/** Rejects when the launcher does not acknowledge: nobody would ever find this kernel. */
export async function register({ kernel_id, endpoint }: Registration, connection: ConnectionInfo): Promise<void> {
  const signer = createSigner(connection.signature_scheme, connection.key);
  const ports = Object.fromEntries(PORTS.map((port) => [port, String(connection[port])]));
  const content = Buffer.from(JSON.stringify({ kernel_id, ...ports }));
  const dealer = new Dealer({ linger: 0, receiveTimeout: ACKNOWLEDGED_WITHIN_MS });
  try {
    dealer.connect(endpoint);
    await dealer.send([DELIMITER, signer.sign([content]), content]);
    const frames = await dealer.receive();
    const [signature, answer] = frames.slice(-2);
    if (signature === undefined || answer === undefined || !signer.verify([answer], signature)) throw new Error("its acknowledgement is signed with another key");
  } catch (cause) {
    const why = (cause as NodeJS.ErrnoException).code === "EAGAIN" ? `it did not acknowledge within ${ACKNOWLEDGED_WITHIN_MS / 1000} s` : (cause as Error).message;
    throw new Error(`Cannot register the kernel ${kernel_id} at ${endpoint}: ${why}. Start the kernel again from its client.`, { cause });
  } finally {
    dealer.close();
  }
}

/** For other clients: a connection file beside the registration file. Returns what removes it. */
export function leaveConnectionFile(registrationFile: string, { kernel_id }: Registration, connection: ConnectionInfo): () => void {
  const file = join(dirname(registrationFile), `kernel-${kernel_id.replace(/[^\w-]/g, "_")}.json`);
  writeFileSync(file, JSON.stringify({ ...connection, kernel_name: "ray-ts" }, undefined, 1), { mode: 0o600 });
  return () => rmSync(file, { force: true });
}
