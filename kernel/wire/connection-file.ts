/** The file by which a client tells the kernel where to listen and with which key. */
import { readFileSync } from "node:fs";

export interface ConnectionInfo {
  readonly transport: "tcp" | "ipc";
  readonly ip: string;
  readonly shell_port: number;
  readonly control_port: number;
  readonly stdin_port: number;
  readonly iopub_port: number;
  readonly hb_port: number;
  readonly signature_scheme: string;
  readonly key: string;
}

const ports = ["shell_port", "control_port", "stdin_port", "iopub_port", "hb_port"] as const;

export function readConnectionFile(path: string): ConnectionInfo {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (cause) {
    throw new Error(`Cannot read the connection file ${path}: ${(cause as Error).message}. A Jupyter client writes it and gives its path to "ray-ts kernel start".`, { cause });
  }
  return parseConnectionFile(text, path);
}

export function parseConnectionFile(text: string, path: string): ConnectionInfo {
  const wrong = (what: string, cause?: unknown): Error => new Error(`Cannot use the connection file ${path}: ${what}.`, { cause });
  let found: Record<string, unknown>;
  try {
    found = JSON.parse(text) as Record<string, unknown>;
  } catch (cause) {
    throw wrong("it is not JSON", cause);
  }
  if (typeof found !== "object" || found === null) throw wrong("it holds no JSON object");
  for (const port of ports) {
    const value = found[port];
    if (!Number.isInteger(value) || (value as number) < 1 || (value as number) > 65_535) throw wrong(`${port} is ${JSON.stringify(value)}, not a port`);
  }
  const { transport = "tcp", ip = "127.0.0.1", key = "", signature_scheme = "hmac-sha256" } = found;
  if (transport !== "tcp" && transport !== "ipc") throw wrong(`transport is ${JSON.stringify(transport)}, not "tcp" or "ipc"`);
  for (const [name, value] of Object.entries({ ip, key, signature_scheme })) {
    if (typeof value !== "string") throw wrong(`${name} is ${JSON.stringify(value)}, not a string`);
  }
  return { ...(found as unknown as ConnectionInfo), transport, ip: ip as string, key: key as string, signature_scheme: signature_scheme as string };
}

/** Jupyter's ipc endpoints are files: the ip is the path's beginning and the port its end. */
export function endpoint(info: ConnectionInfo, port: (typeof ports)[number]): string {
  return info.transport === "ipc" ? `ipc://${info.ip}-${info[port]}` : `tcp://${info.ip}:${info[port]}`;
}
