/**
 * Where a process's router is. One file for the difference between transports: ipc by name in the cluster's folder; or tcp on
 * 127.0.0.1 with CURVE, where the file of that name says the port and the router's key. Who may read the folder may connect.
 *
 * tcp is what Windows has; `RAY_TS_TRANSPORT=tcp` asks for it elsewhere.
 */
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as zmq from "zeromq";
import type { ProcessName } from "../ids.ts";

/** ipc paths end at 107 bytes on Linux and 103 on macOS. */
const LONGEST_IPC_PATH_BYTES = 103;
/** Nobody listens there: what is sent to it waits, and is dropped with the peer. */
const NOWHERE = "tcp://127.0.0.1:9";

interface Listener {
  readonly address: string;
  readonly publicKey: string;
}

const usesTcp = (): boolean => process.platform === "win32" || process.env["RAY_TS_TRANSPORT"] === "tcp";

/** Binds and lets peers know; what it gives forgets that. */
export async function bindRouter(router: zmq.Router, folder: string, self: ProcessName): Promise<() => void> {
  const file = join(folder, self);
  if (!usesTcp()) {
    await router.bind(ipcEndpoint(file));
    return () => {};
  }
  const { publicKey, secretKey } = zmq.curveKeyPair();
  router.curveServer = true;
  router.curveSecretKey = secretKey;
  await router.bind("tcp://127.0.0.1:*");
  const listener: Listener = { address: router.lastEndpoint as string, publicKey };
  // peers never see half a file
  writeFileSync(`${file}.draft`, JSON.stringify(listener), { mode: 0o600 });
  renameSync(`${file}.draft`, file);
  return () => rmSync(file, { force: true });
}

/** By the way that the peer has chosen. */
export function connectDealer(dealer: zmq.Dealer, folder: string, process: ProcessName): void {
  const file = join(folder, process);
  const listener = readListener(file);
  if (listener === undefined) return dealer.connect(usesTcp() ? NOWHERE : ipcEndpoint(file));
  const { publicKey, secretKey } = zmq.curveKeyPair();
  dealer.curvePublicKey = publicKey;
  dealer.curveSecretKey = secretKey;
  dealer.curveServerKey = listener.publicKey;
  dealer.connect(listener.address);
}

/** Undefined: a socket, or nothing, because the process has ended or is about to begin. */
function readListener(file: string): Listener | undefined {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    if (["ENOENT", "ENXIO", "EOPNOTSUPP"].includes((error as NodeJS.ErrnoException).code ?? "")) return undefined;
    throw error;
  }
  return JSON.parse(text) as Listener;
}

function ipcEndpoint(path: string): string {
  if (Buffer.byteLength(path) > LONGEST_IPC_PATH_BYTES) {
    throw new Error(`The endpoint folder of ${path} is too long for a socket's path (${LONGEST_IPC_PATH_BYTES} bytes): set XDG_RUNTIME_DIR or TMPDIR to a shorter folder`);
  }
  return "ipc://" + path;
}

/** False: the process has ended. Its router is there before anybody hears its name, and the head removes it when the process died. */
export const isListening = (folder: string, process: ProcessName): boolean => existsSync(join(folder, process));
