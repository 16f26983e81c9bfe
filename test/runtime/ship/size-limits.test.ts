import { CaptureError } from "../../../runtime/errors.ts";
import { Session } from "./two-sides.ts";

const submit = (session: Session, name: string): ReturnType<Session["shipper"]["ship"]> => session.shipper.ship((session.scope.names as Record<string, Function>)[name]!, name);

describe("a function's size", () => {
  test("over 10 MB is worth a word, once a function, that names what is large (row 40)", async () => {
    const session = new Session();
    await session.cells("const table = new Float64Array(1_400_000), notes = 'x'.repeat(2_000_000), small = [1, 2]\nconst rows = () => table\nconst f = () => [rows(), notes, small]");
    submit(session, "f");
    submit(session, "f");
    expect(session.warnings).toEqual(["f is large: 13 MiB with what it captures go to each worker that runs it. It captures table (11 MiB), notes (1.9 MiB). Put large values once and pass their refs: const tableRef = ray.put(table); f.remote(tableRef)"]);
  });

  test("up to 10 MB needs none, however large what a captured ref stands for (row 40)", async () => {
    const session = new Session();
    await session.cells("const table = new Float64Array(1_200_000), ref = new Ref('d1-1')\nconst f = () => [table, ref]");
    submit(session, "f");
    expect(session.warnings).toEqual([]);
  });

  test("over 95 MiB is an error that names what is large, by locals, texts and statics too (row 40)", async () => {
    const session = new Session();
    await session.cells("const parts = { a: new Uint8Array(40_000_000) }\nfunction make() { const inner = new Uint8Array(50_000_000); return () => [inner, parts, Holder] }\nclass Holder { static table = new Uint8Array(11_000_000) }\nconst f = make()");
    expect(() => submit(session, "f")).toThrow(CaptureError);
    expect(() => submit(session, "f")).toThrow("f is too large to send: 96 MiB with what it captures, and 95 MiB are the most. It captures inner (48 MiB), parts (38 MiB), Holder.table (10 MiB). Put large values once and pass their refs: const innerRef = ray.put(inner); f.remote(innerRef)");
    await session.cells("parts.a = new Uint8Array(8)");
    expect(submit(session, "f").name).toBe("f");
  });
});
