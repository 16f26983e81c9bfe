/**
 * The file by which a client tells the kernel where to listen and with which key; or, since protocol 5.6, where to register what
 * it listens on.
 */
import { readFileSync } from "node:fs";

export interface ConnectionInfo {
  readonly transport: "tcp" | "ipc";
  readonly ip: string;
  /** 0: any that is free, until the kernel listens. */
  readonly shell_port: number;
  readonly control_port: number;
  readonly stdin_port: number;
  readonly iopub_port: number;
  readonly hb_port: number;
  readonly signature_scheme: string;
  readonly key: string;
}

/** https://jupyter-client.readthedocs.io/en/latest/kernels.html, "Registration file format". */
export interface Registration {
  readonly kernel_id: string;
  /** The launcher's registration socket. */
  readonly endpoint: string;
}

export interface LaunchFile {
  readonly connection: ConnectionInfo;
  /** The launcher wants to be told the ports. */
  readonly registration?: Registration;
}

export const PORTS = ["shell_port", "control_port", "stdin_port", "iopub_port", "hb_port"] as const;
export type Port = (typeof PORTS)[number];

export function readLaunchFile(path: string): LaunchFile {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (cause) {
    throw new Error(`Cannot read the connection file ${path}: ${(cause as Error).message}. A Jupyter client writes it and gives its path to "ray-ts kernel start".`, { cause });
  }
  return parseLaunchFile(text, path);
}

export function parseLaunchFile(text: string, path: string): LaunchFile {
  const wrong = (what: string, cause?: unknown): Error => new Error(`Cannot use the connection file ${path}: ${what}.`, { cause });
  let found: Record<string, unknown>;
  try {
    found = JSON.parse(text) as Record<string, unknown>;
  } catch (cause) {
    throw wrong("it is not JSON", cause);
  }
  if (typeof found !== "object" || found === null) throw wrong("it holds no JSON object");
  const checkPort = (name: string): number => {
    const value = found[name];
    if (!Number.isInteger(value) || (value as number) < 1 || (value as number) > 65_535) throw wrong(`${name} is ${JSON.stringify(value)}, not a port`);
    return value as number;
  };
  const isRegistration = "registration_port" in found;
  const { transport = "tcp", ip = isRegistration ? found["registration_ip"] ?? "127.0.0.1" : "127.0.0.1", key = "", signature_scheme = "hmac-sha256" } = found;
  if (transport !== "tcp" && transport !== "ipc") throw wrong(`transport is ${JSON.stringify(transport)}, not "tcp" or "ipc"`);
  for (const [name, value] of Object.entries({ ip, key, signature_scheme })) {
    if (typeof value !== "string") throw wrong(`${name} is ${JSON.stringify(value)}, not a string`);
  }
  const common = { transport, ip: ip as string, key: key as string, signature_scheme: signature_scheme as string } as const;
  if (!isRegistration) return { connection: { ...found, ...common, ...portsOf(checkPort) } };
  const { kernel_id } = found;
  if (typeof kernel_id !== "string") throw wrong(`kernel_id is ${JSON.stringify(kernel_id)}, not a string`);
  if (transport !== "tcp") throw wrong(`a kernel can register over tcp only, as it has nothing but ports to tell; transport is ${JSON.stringify(transport)}`);
  return { connection: { ...common, ...portsOf(() => 0) }, registration: { kernel_id, endpoint: `tcp://${ip as string}:${checkPort("registration_port")}` } };
}

const portsOf = (port: (name: Port) => number): Record<Port, number> => Object.fromEntries(PORTS.map((name) => [name, port(name)])) as Record<Port, number>;

/** Jupyter's ipc endpoints are files: the ip is the path's beginning and the port its end. */
export function endpoint(info: ConnectionInfo, port: Port): string {
  return info.transport === "ipc" ? `ipc://${info.ip}-${info[port]}` : `tcp://${info.ip}:${info[port] === 0 ? "*" : info[port]}`;
}
