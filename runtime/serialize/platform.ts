/** Objects of the platform that hold data rather than a resource: sent as that data. */
import { TextDecoder as NodeTextDecoder, TextEncoder as NodeTextEncoder } from "node:util";

interface PlatformClass {
  /** A function: Node loads its web client, 25 ms and some MB, when somebody says Headers. */
  readonly classFunction: () => Function;
  readonly write: (value: never) => unknown;
  readonly read: (data: never) => object;
}

const CLASSES: Record<string, PlatformClass> = {
  URL: { classFunction: () => URL, write: (url: URL) => url.href, read: (href: string) => new URL(href) },
  URLSearchParams: { classFunction: () => URLSearchParams, write: (params: URLSearchParams) => params.toString(), read: (text: string) => new URLSearchParams(text) },
  TextEncoder: { classFunction: () => NodeTextEncoder, write: () => null, read: () => new NodeTextEncoder() },
  TextDecoder: {
    classFunction: () => NodeTextDecoder,
    write: (decoder: NodeTextDecoder) => [decoder.encoding, decoder.fatal, decoder.ignoreBOM],
    read: ([encoding, fatal, ignoreBOM]: [string, boolean, boolean]) => new NodeTextDecoder(encoding, { fatal, ignoreBOM }),
  },
  DOMException: {
    classFunction: () => DOMException,
    write: (error: DOMException) => [error.message, error.name, error.stack],
    read: ([message, name, stack]: [string, string, string]) => Object.defineProperty(new DOMException(message, name), "stack", { value: stack, writable: true, configurable: true }),
  },
  Headers: { classFunction: () => Headers, write: (headers: Headers) => [...headers], read: (pairs: [string, string][]) => new Headers(pairs) },
};

export function platformData(value: object): { readonly name: string; readonly data: unknown } | undefined {
  const proto = Object.getPrototypeOf(value) as object | null;
  const maker: unknown = proto === null ? undefined : Object.getOwnPropertyDescriptor(proto, "constructor")?.value;
  const name: unknown = typeof maker === "function" ? Object.getOwnPropertyDescriptor(maker, "name")?.value : undefined;
  if (typeof name !== "string" || !Object.hasOwn(CLASSES, name)) return undefined;
  const { classFunction, write } = CLASSES[name] as PlatformClass;
  return maker === classFunction() ? { name, data: write(value as never) } : undefined;
}

export function readPlatform(name: string, data: unknown): object {
  const found = Object.hasOwn(CLASSES, name) ? CLASSES[name] : undefined;
  if (found === undefined) throw new TypeError(`Unknown platform class ${name} in encoded bytes.`);
  return found.read(data as never);
}
