import type { CommMessage } from "../../../runtime/session/output.ts";
import { memoryRay } from "../../fixtures/memory-host.ts";

/** A page that records what it is told. */
function page() {
  const { ray, host } = memoryRay();
  const told: CommMessage[] = [];
  const taken: [string, boolean][] = [];
  let hear: (message: CommMessage) => void = () => undefined;
  host.comms = { post: (message) => told.push(message), take: (target, isTaken) => taken.push([target, isTaken]), hear: (heard) => { hear = heard; } };
  const say = (what: CommMessage["what"], comm: string, data: unknown, more: Partial<CommMessage> = {}): void => hear({ what, comm, data, metadata: {}, buffers: [], ...more });
  return { ray, told, taken, say };
}

describe("ray.comm.open()", () => {
  test("opens with the target and the data, and then speaks and listens", () => {
    const { ray, told, say } = page();
    const comm = ray.comm.open("plot", { points: [1, 2] }, { metadata: { version: "2" } });
    expect(told).toEqual([{ what: "open", comm: comm.id, target: "plot", data: { points: [1, 2] }, metadata: { version: "2" }, buffers: [] }]);
    const heard: unknown[] = [];
    comm.onMsg(({ data, buffers }) => heard.push([data, buffers]));
    say("msg", comm.id, { clicked: 3 }, { buffers: [new Uint8Array([1])] });
    say("msg", "another", { clicked: 4 });
    expect(heard).toEqual([[{ clicked: 3 }, [new Uint8Array([1])]]]);
    comm.send({ list: [1, undefined] }, { buffers: [new Float64Array([0.5]), new Uint8Array([7]).buffer] });
    expect(told[1]).toMatchObject({ what: "msg", data: { list: [1, null] }, buffers: [new Uint8Array(new Float64Array([0.5]).buffer), new Uint8Array([7])] });
  });

  test("closes once, from either side, and says so when it is used after that", () => {
    const { ray, told, say } = page();
    const [ours, theirs] = [ray.comm.open("a"), ray.comm.open("b")];
    ours.close({ why: "done" });
    ours.close();
    expect(told.slice(2)).toEqual([{ what: "close", comm: ours.id, data: { why: "done" }, metadata: {}, buffers: [] }]);
    const closed: unknown[] = [];
    theirs.onClose(({ data }) => closed.push(data));
    say("close", theirs.id, { reason: "nobody" });
    say("close", theirs.id, {});
    expect(closed).toEqual([{ reason: "nobody" }]);
    expect([ours.isClosed, theirs.isClosed]).toEqual([true, true]);
    expect(() => theirs.send({})).toThrow('comm.send: this comm to "b" is closed. Open another one: ray.comm.open("b")');
  });

  test("refuses what is no JSON, no target, no bytes or no option, and names it", () => {
    const { ray } = page();
    expect(() => ray.comm.open("t", { big: 1n })).toThrow(/ray\.comm\.open: the data cannot be written as JSON.*"buffers"/);
    expect(() => ray.comm.open("t", [1] as never)).toThrow("ray.comm.open wants its data as an object, like { value: 5 }; got an array of 1");
    expect(() => ray.comm.open("")).toThrow("ray.comm.open wants the name of a target");
    expect(() => ray.comm.open("t", {}, { buffers: ["x"] as never })).toThrow('ray.comm.open option "buffers" must be an array of typed arrays or ArrayBuffers; got "x" (string)');
    expect(() => ray.comm.open("t").send({}, { bufers: [] } as never)).toThrow(/comm\.send has no option "bufers"; did you mean "buffers"/);
    expect(() => ray.comm.open("t").onMsg("x" as never)).toThrow("comm.onMsg wants a function");
  });
});

describe("ray.comm.register()", () => {
  test("gives the comms that the page opens, until it is disposed of", () => {
    const { ray, told, taken, say } = page();
    const opened: unknown[] = [];
    const registered = ray.comm.register("form", (comm, { data }) => {
      opened.push(data);
      comm.onMsg(({ data: said }) => comm.send({ echo: said }));
    });
    say("open", "c1", { name: "Ada" }, { target: "form" });
    say("msg", "c1", 5);
    expect(opened).toEqual([{ name: "Ada" }]);
    expect(told).toEqual([{ what: "msg", comm: "c1", data: { echo: 5 }, metadata: {}, buffers: [] }]);
    registered[Symbol.dispose]();
    say("open", "c2", {}, { target: "form" });
    expect(told.at(-1)).toEqual({ what: "close", comm: "c2", data: {}, metadata: {}, buffers: [] });
    expect(taken).toEqual([["form", true], ["form", false]]);
  });

  test("a later function takes the place of an earlier one, whose end then changes nothing", () => {
    const { ray, taken, say } = page();
    const opened: string[] = [];
    const first = ray.comm.register("t", () => opened.push("first"));
    ray.comm.register("t", () => opened.push("second"));
    first[Symbol.dispose]();
    say("open", "c", {}, { target: "t" });
    expect(opened).toEqual(["second"]);
    expect(taken.at(-1)).toEqual(["t", true]);
  });
});

test("where there is no page comms say so", () => {
  const { ray } = memoryRay();
  expect(() => ray.comm.open("t")).toThrow(/ray\.comm\.open: there is no notebook page to talk to here/);
  expect(() => ray.comm.register("t", () => 1)).toThrow(/ray\.comm\.register: there is no notebook page/);
});
