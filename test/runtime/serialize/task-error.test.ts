import { isRayError, RayError, RayTaskError, WorkerCrashedError } from "../../../runtime/errors.ts";
import { createCodec } from "../../../runtime/serialize/create-codec.ts";
import { encodeError, encodeSystemError } from "../../../runtime/serialize/encode-error.ts";
import { roundTrip } from "./round-trip.ts";

const codec = createCodec();
const failed = (thrown: unknown, stack?: string): RayTaskError & Record<string, unknown> =>
  codec.decode(encodeError(codec, thrown, { taskName: "square", pid: 42, ...(stack === undefined ? {} : { mapStack: () => stack }) })) as RayTaskError & Record<string, unknown>;

describe("an error as a value keeps", () => {
  test("class, message, stack, cause and own properties", () => {
    const error = Object.assign(new RangeError("bad", { cause: new TypeError("inner") }), { status: 404, list: [1] });
    const got = roundTrip(error);
    expect(got).toBeInstanceOf(RangeError);
    expect(got.stack).toBe(error.stack);
    expect([got.message, got.status, got.list, (got.cause as Error).message]).toEqual(["bad", 404, [1], "inner"]);
    expect(got.cause).toBeInstanceOf(TypeError);
    expect(Object.keys(got)).toEqual(["status", "list"]);
  });

  test("AggregateError.errors, a changed name, a cycle through cause", () => {
    const error = new AggregateError([new Error("a"), 5], "many");
    error.name = "Many";
    error.cause = error;
    const got = roundTrip(error);
    expect(got).toBeInstanceOf(AggregateError);
    expect([(got.errors[0] as Error).message, got.errors[1], got.name]).toEqual(["a", 5, "Many"]);
    expect(got.cause).toBe(got);
  });

  test("the class of Node's own errors as far as it has one", () => {
    let error: Error & { code?: string } = new Error();
    try { Buffer.alloc("x" as never); } catch (caught) { error = caught as Error; }
    const got = roundTrip(error);
    expect([got.code, got.name, got.message]).toEqual([error.code, error.name, error.message]);
    expect(Object.prototype.toString.call(got)).toBe("[object Error]");
  });

  test("DOMException", () => {
    const got = roundTrip(new DOMException("stop", "AbortError"));
    expect([got.name, got.message, got instanceof DOMException]).toEqual(["AbortError", "stop", true]);
  });

  test("an error of ours", () => {
    const got = codec.decode(encodeSystemError(codec, new WorkerCrashedError("the worker died"))) as RayError;
    expect(got).toBeInstanceOf(WorkerCrashedError);
    expect([got.name, got.code, got.message]).toEqual(["WorkerCrashedError", "WORKER_CRASHED", "the worker died"]);
    expect(got).not.toBeInstanceOf(RayTaskError);
  });
});

describe("the error of a task", () => {
  test("is a RayTaskError and the user's class at once (row 84)", () => {
    const error = failed(Object.assign(new RangeError("bad 3"), { status: 7, code: "E_USER" }), "RangeError: bad 3\n    at f (In[1]:3:9)");
    expect(error).toBeInstanceOf(RayTaskError);
    expect(error).toBeInstanceOf(RayError);
    expect(error).toBeInstanceOf(RangeError);
    expect(error).not.toBeInstanceOf(TypeError);
    expect([error.message, error.status, error.name, error.code, error.stack, error.taskName, error.pid]).toEqual(["bad 3", 7, "RayTaskError", "RAY_TASK_ERROR", "RangeError: bad 3\n    at f (In[1]:3:9)", "square", 42]);
    expect(error.cause).toBeInstanceOf(RangeError);
    expect((error.cause as { code: string }).code).toBe("E_USER");
    expect(isRayError(error.cause)).toBe(false);
    expect(Object.prototype.toString.call(error)).toBe("[object Error]");
  });

  test("keeps the user's cause inside its cause", () => {
    const error = failed(new Error("outer", { cause: new TypeError("root") }));
    expect(((error.cause as Error).cause as Error).message).toBe("root");
  });

  test.each([["x", '"x"'], [undefined, "undefined"], [null, "null"], [5, "5"], [{ a: 1 }, "an object"]])("has a thrown %p as its cause", (thrown, shown) => {
    const error = failed(thrown);
    expect(error).toBeInstanceOf(RayTaskError);
    expect(error.cause).toEqual(thrown);
    expect(error.message).toBe(`square threw ${shown}, which is not an Error`);
  });

  test("of an error that was a RayTaskError already holds both", () => {
    const error = failed(failed(new RangeError("deep")));
    expect(error).toBeInstanceOf(RangeError);
    expect(error.cause).toBeInstanceOf(RayTaskError);
    expect((error.cause as Error).cause).toBeInstanceOf(RangeError);
  });

  test("travels without the parts that cannot", () => {
    const error = failed(Object.assign(new TypeError("no", { cause: new Error("c", { cause: Promise.resolve() }) }), { request: new Proxy({}, {}), ok: 1, [Symbol("u")]: 2 }));
    expect(error).toBeInstanceOf(TypeError);
    expect([error.message, error.request, error.ok, ((error.cause as Error).cause as Error).message, ((error.cause as Error).cause as Error).cause]).toEqual(["no", "Proxy", 1, "c", "Promise"]);
  });

  test("of a class that cannot be sent is its nearest builtin, by its own name", () => {
    class Local extends RangeError {}
    const error = failed(new Local("m"));
    expect(error).toBeInstanceOf(RangeError);
    expect((error.cause as Error).message).toBe("m");
  });
});
