/**
 * Values that draw themselves: by `Symbol.for("Jupyter.display")` (Deno's convention), `Symbol.for("Jupyter.mimebundle")`, or the
 * methods that libraries written for IJavascript have (`_toMime`, `_toHtml`, `_toSvg`, `_toPng`, `_toJpeg`).
 */
import { types } from "node:util";
import type { MimeBundle } from "../output.ts";

const SYMBOLS = [Symbol.for("Jupyter.display"), Symbol.for("Jupyter.mimebundle")];
const METHODS = [["_toHtml", "text/html"], ["_toSvg", "image/svg+xml"], ["_toPng", "image/png"], ["_toJpeg", "image/jpeg"]] as const;

/** What the value's own method gave, which may be a promise; undefined when it has none. */
export function drawItself(value: object): unknown {
  for (const symbol of SYMBOLS) {
    const own = (value as Record<symbol, unknown>)[symbol];
    if (typeof own === "function") return (own as () => unknown).call(value);
    if (own !== undefined) return own;
  }
  if (typeof value !== "object") return undefined;
  const methods = value as Record<string, unknown>;
  if (typeof methods["_toMime"] === "function") return (methods["_toMime"] as () => unknown).call(value);
  const drawn = METHODS.flatMap(([name, type]) => (typeof methods[name] === "function" ? [[type, (methods[name] as () => unknown).call(value)] as const] : []));
  return drawn.length === 0 ? undefined : Object.fromEntries(drawn);
}

/** As a notebook holds it: bytes are base64, what is JSON stays, everything else is text. Says which part is neither. */
export function plainBundle(bundle: MimeBundle): MimeBundle {
  const parts = Object.entries(bundle).flatMap(([type, data]) => {
    const plain = data === undefined || data === null ? undefined : plainPart(type, data);
    return plain === undefined ? [] : [[type, plain] as const];
  });
  return Object.fromEntries(parts);
}

function plainPart(type: string, data: unknown): unknown {
  if (typeof data === "string") return data;
  if (types.isUint8Array(data)) return Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString(isText(type) ? "utf8" : "base64");
  if (types.isAnyArrayBuffer(data)) return plainPart(type, new Uint8Array(data));
  if (/[/+]json$/.test(type)) return asJson(type, data);
  // a text in lines, as notebooks store it
  if (Array.isArray(data) && data.every((line) => typeof line === "string")) return data.join("");
  throw new TypeError(`Cannot show this value: its ${type} is ${Array.isArray(data) ? "an array" : `a ${typeof data}`}, and should be a string or bytes`);
}

function asJson(type: string, data: unknown): unknown {
  try {
    return JSON.parse(JSON.stringify(data)) as unknown;
  } catch (error) {
    throw new TypeError(`Cannot show this value: its ${type} is no JSON: ${(error as Error).message.split("\n", 1)[0] as string}`, { cause: error });
  }
}

const isText = (type: string): boolean => type.startsWith("text/") || type === "image/svg+xml" || type === "application/javascript";
