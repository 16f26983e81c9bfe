/**
 * Jupyter messages ↔ ZeroMQ frames:
 * identities…, `<IDS|MSG>`, signature, header, parent header, metadata, content, buffers…
 */
import { randomUUID } from "node:crypto";
import type { JsonObject, Message, MessageHeader } from "./message.ts";
import { PROTOCOL_VERSION } from "./message.ts";
import type { Signer } from "./signature.ts";

export const DELIMITER = Buffer.from("<IDS|MSG>");
const SIGNED_PARTS = 4;

/** A message that came in is no Jupyter message, or its signature is wrong. It is dropped: no reply, as the sender is not to be trusted. */
export class MessageRejectedError extends Error {
  override readonly name = "MessageRejectedError";
}

export function newHeader(type: string, session: string, username: string): MessageHeader {
  return { msg_id: randomUUID(), msg_type: type, username, session, date: new Date().toISOString(), version: PROTOCOL_VERSION };
}

export function encodeMessage(message: Message, signer: Signer): Uint8Array[] {
  const parts = [message.header, message.parentHeader, message.metadata, message.content].map((part) => Buffer.from(toJson(part)));
  return [...message.identities, DELIMITER, Buffer.from(signer.sign(parts)), ...parts, ...message.buffers];
}

export function decodeMessage(frames: readonly Uint8Array[], signer: Signer): Message {
  const at = frames.findIndex((frame) => DELIMITER.equals(frame));
  if (at < 0) throw new MessageRejectedError(`no <IDS|MSG> delimiter in ${frames.length} frames`);
  const signature = frames[at + 1];
  const parts = frames.slice(at + 2, at + 2 + SIGNED_PARTS);
  if (signature === undefined || parts.length < SIGNED_PARTS) throw new MessageRejectedError(`${frames.length - at - 1} frames after the delimiter: expected a signature and ${SIGNED_PARTS} parts`);
  if (!signer.verify(parts, signature)) throw new MessageRejectedError("wrong signature: the sender has another key than the connection file");
  const [header, parentHeader, metadata, content] = parts.map(parseObject) as [JsonObject, JsonObject, JsonObject, JsonObject];
  return { identities: frames.slice(0, at), header: checkHeader(header), parentHeader, metadata, content, buffers: frames.slice(at + 2 + SIGNED_PARTS) };
}

/** Half of a surrogate pair is no text in UTF-8: Python's clients read it from JSON and fail when they save the notebook. */
function toJson(value: unknown): string {
  const json = JSON.stringify(value);
  if (!/\\ud[89a-f]/.test(json)) return json;
  // JSON.stringify escapes nothing but lone halves this way; the alternatives skip an escaped backslash before "ud83d"
  return json.replace(/\\(?:ud[89a-f][0-9a-f]{2}|.)/g, (escape) => (escape.length === 6 ? "\ufffd" : escape));
}

function parseObject(part: Uint8Array): JsonObject {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(part.buffer, part.byteOffset, part.byteLength).toString("utf8"));
  } catch (cause) {
    throw new MessageRejectedError("a part of the message is not JSON", { cause });
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new MessageRejectedError("a part of the message is not a JSON object");
  return value as JsonObject;
}

function checkHeader(header: JsonObject): MessageHeader {
  for (const field of ["msg_id", "msg_type"]) {
    if (typeof header[field] !== "string") throw new MessageRejectedError(`the header's ${field} is not a string`);
  }
  // what answers it carries the whole header: JSON that is nested for ever can be read, and not written
  if (isDeeperThan(MOST_LEVELS, header)) throw new MessageRejectedError(`the header is nested more than ${MOST_LEVELS} levels deep`);
  return header as unknown as MessageHeader;
}

const MOST_LEVELS = 50;

function isDeeperThan(levels: number, value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  return levels === 0 || Object.values(value).some((inner) => isDeeperThan(levels - 1, inner));
}
