/** Pictures: bytes that begin as PNG, JPEG, GIF, WebP, BMP or SVG do, blobs of such a type, and canvases. */
import { types } from "node:util";
import type { MimeBundle } from "../output.ts";
import { bytesText } from "../../views/quantity.ts";

const SVG_START = /^\s*(?:<\?xml[^>]*\?>\s*)?(?:<!--[^]*?-->\s*)*(?:<!DOCTYPE svg[^>]*>\s*)?<svg[\s>]/;
/** Where an SVG's first tag is looked for. */
const SVG_HEAD_BYTES = 1024;

export function imageBundle(value: object): MimeBundle | Promise<MimeBundle | undefined> | undefined {
  if (types.isUint8Array(value)) return bytesBundle(value);
  if (types.isArrayBuffer(value)) return bytesBundle(new Uint8Array(value));
  if (value instanceof Blob) return value.type.startsWith("image/") ? value.arrayBuffer().then((bytes) => bytesBundle(new Uint8Array(bytes))) : undefined;
  return isCanvas(value) ? canvasBundle(value) : undefined;
}

function bytesBundle(bytes: Uint8Array): MimeBundle | undefined {
  const type = typeOf(bytes);
  if (type === undefined) return undefined;
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const size = sizeOf(type, buffer);
  const text = `${nameOf(type)} image${size === undefined ? "" : `, ${size.width} × ${size.height}`}, ${bytesText(bytes.byteLength)}`;
  return { "text/plain": text, [type]: type === "image/svg+xml" ? buffer.toString("utf8") : buffer.toString("base64") };
}

const nameOf = (type: string): string => ({ "image/svg+xml": "SVG", "image/webp": "WebP" })[type] ?? type.slice("image/".length).toUpperCase();

function typeOf(bytes: Uint8Array): string | undefined {
  const at = (start: number, text: string): boolean => bytes.length >= start + text.length && [...text].every((char, i) => bytes[start + i] === char.charCodeAt(0));
  if (at(0, "\x89PNG\r\n\x1a\n")) return "image/png";
  if (at(0, "\xff\xd8\xff")) return "image/jpeg";
  if (at(0, "GIF87a") || at(0, "GIF89a")) return "image/gif";
  if (at(0, "RIFF") && at(8, "WEBP")) return "image/webp";
  // two letters alone begin many a text: the header's zeros have to be there
  if (at(0, "BM") && at(6, "\0\0\0\0") && bytes.length > 26) return "image/bmp";
  return SVG_START.test(Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, SVG_HEAD_BYTES)).toString("latin1")) ? "image/svg+xml" : undefined;
}

/** Pixels, where the first bytes say it. */
function sizeOf(type: string, bytes: Buffer): { readonly width: number; readonly height: number } | undefined {
  if (type === "image/png" && bytes.length >= 24) return { width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) };
  if (type === "image/gif" && bytes.length >= 10) return { width: bytes.readUInt16LE(6), height: bytes.readUInt16LE(8) };
  if (type === "image/bmp") return { width: bytes.readInt32LE(18), height: Math.abs(bytes.readInt32LE(22)) };
  return undefined;
}

interface Canvas {
  readonly width: number;
  readonly height: number;
  toBuffer(type: string): unknown;
}

/** As node-canvas, @napi-rs/canvas and skia-canvas have it. */
function isCanvas(value: object): value is Canvas {
  const { width, height, toBuffer, getContext } = value as Record<string, unknown>;
  return typeof toBuffer === "function" && typeof getContext === "function" && typeof width === "number" && typeof height === "number";
}

function canvasBundle(canvas: Canvas): MimeBundle | Promise<MimeBundle | undefined> | undefined {
  const encoded = canvas.toBuffer("image/png");
  const bundle = (bytes: unknown): MimeBundle | undefined => (types.isUint8Array(bytes) ? bytesBundle(bytes) : undefined);
  return types.isPromise(encoded) ? encoded.then(bundle) : bundle(encoded);
}

