import { MessageRejectedError, decodeMessage, encodeMessage, newHeader } from "../../../kernel/wire/codec.ts";
import type { Message } from "../../../kernel/wire/message.ts";
import { createReplayGuard } from "../../../kernel/wire/replay-guard.ts";
import { createSigner } from "../../../kernel/wire/signature.ts";

const signer = createSigner("hmac-sha256", "a secret");

const message = (content: Record<string, unknown>, buffers: Uint8Array[] = []): Message => ({
  identities: [Buffer.from("client")],
  header: newHeader("stream", "session", "user"),
  parentHeader: { msg_id: "parent", extra: 1 },
  metadata: { a: 1 },
  content,
  buffers,
});

test("a message comes back as it went, with identities, buffers and unknown fields of its parent", () => {
  const sent = message({ text: "größer 😀\n" }, [Buffer.from([0, 1, 255])]);
  expect(decodeMessage(encodeMessage(sent, signer), signer)).toEqual(sent);
});

test("the frames are those of the protocol", () => {
  const frames = encodeMessage(message({}), signer).map((frame) => Buffer.from(frame).toString());
  expect(frames[1]).toBe("<IDS|MSG>");
  expect(frames[2]).toMatch(/^[0-9a-f]{64}$/);
  expect(frames).toHaveLength(7);
});

test("a known signature: HMAC-SHA256 of the four parts in order", () => {
  const parts = ["{}", "{}", "{}", "{}"].map((part) => Buffer.from(part));
  expect(createSigner("hmac-sha256", "key").sign(parts)).toBe("ca767b02c5bc061ed184a9a029e7f93a7f2f7ed4e8fe74120fc1212f0b008fa3");
});

describe("decoding rejects", () => {
  const frames = (): Uint8Array[] => encodeMessage(message({ text: "x" }), signer);
  test.each([
    ["a changed byte of the content", (f: Uint8Array[]) => f.with(6, Buffer.from('{"text":"y"}'))],
    ["a signature of another length", (f: Uint8Array[]) => f.with(2, Buffer.from("ab"))],
    ["an empty signature", (f: Uint8Array[]) => f.with(2, Buffer.alloc(0))],
    ["a message without the delimiter", (f: Uint8Array[]) => f.toSpliced(1, 1)],
    ["a message that ends early", (f: Uint8Array[]) => f.slice(0, 5)],
    ["no frames", () => []],
  ])("%s", (_name: string, change: (frames: Uint8Array[]) => Uint8Array[]) => {
    expect(() => decodeMessage(change(frames()), signer)).toThrow(MessageRejectedError);
  });

  test.each([["not JSON", "{"], ["a list", "[]"], ["null", "null"]])("a signed part that is %s", (_name: string, text: string) => {
    const parts = [JSON.stringify(newHeader("x", "s", "u")), "{}", "{}", text].map((part) => Buffer.from(part));
    expect(() => decodeMessage([Buffer.from("<IDS|MSG>"), Buffer.from(signer.sign(parts)), ...parts], signer)).toThrow(MessageRejectedError);
  });

  test("another key's signature", () => {
    expect(() => decodeMessage(frames(), createSigner("hmac-sha256", "another"))).toThrow(/wrong signature/);
  });
});

test("without a key nothing is signed and everything is taken", () => {
  const open = createSigner("hmac-sha256", "");
  expect(open.sign([Buffer.from("x")])).toBe("");
  expect(decodeMessage(encodeMessage(message({ n: 1 }), open), open).content).toEqual({ n: 1 });
});

test("other hashes sign too, and an unknown scheme is refused by name", () => {
  expect(createSigner("hmac-sha512", "k").sign([])).toHaveLength(128);
  expect(() => createSigner("hmac-nothing", "k")).toThrow(/hmac-nothing/);
  expect(() => createSigner("curve", "k")).toThrow(/hmac-sha256/);
});

test("half a surrogate pair becomes U+FFFD; text that only looks like an escape stays", () => {
  const text = decodeMessage(encodeMessage(message({ text: 'a\ud83db \\ud83d "\\" 😀' }), signer), signer).content["text"];
  expect(text).toBe('a\ufffdb \\ud83d "\\" 😀');
});

test("a signature is taken once", () => {
  const isNew = createReplayGuard();
  const signature = Buffer.from("abc");
  expect([isNew(signature), isNew(signature), isNew(Buffer.from("abd"))]).toEqual([true, false, true]);
  expect([isNew(Buffer.alloc(0)), isNew(Buffer.alloc(0))]).toEqual([true, true]);
});
