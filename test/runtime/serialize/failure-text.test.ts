import { createCodec } from "../../../runtime/serialize/create-codec.ts";
import { encodeError } from "../../../runtime/serialize/encode-error.ts";
import { failureText } from "../../../runtime/serialize/failure-text.ts";

const codec = createCodec({});
const context = { taskName: "f", pid: 1, mapStack: (text: string) => text };

test("what a task threw in one line, without making its error", () => {
  expect(failureText(encodeError(codec, new RangeError("unmapped"), { taskName: "f", pid: 1 }))).toBe("RangeError: unmapped");
  expect(failureText(encodeError(codec, Object.assign(new RangeError("bare"), { stack: undefined }), { taskName: "f", pid: 1 }))).toBe("RangeError: bare");
  class MyError extends TypeError { override name = "MyError"; }
  expect(failureText(encodeError(codec, new RangeError("bad part"), context))).toBe("RangeError: bad part");
  expect(failureText(encodeError(codec, new MyError("mine\nand more"), context))).toMatch(/^(MyError|TypeError): mine$/);
  expect(failureText(encodeError(codec, "just text", context))).toBe("just text");
});

test("of anything else there is none", () => {
  expect(failureText(codec.encode({ a: 1 }, ""))).toBeUndefined();
  expect(failureText(codec.encode(new Map([[1, new RangeError("kept")]]), ""))).toBeUndefined();
  expect(failureText({ head: new Uint8Array([2, 1, 2, 3]), buffers: [], refs: [] })).toBeUndefined();
});
