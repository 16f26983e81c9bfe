import { stuckCalls, type ActorCallsNow } from "../../../runtime/worker/self-wait.ts";

type Running = ActorCallsNow["running"][number];

/** `limits` by group, "" for the calls of none. */
function stuck(limits: Record<string, number>, calls: readonly (readonly [name: string, group?: string])[], waits: readonly (readonly [from: string, group?: string])[]): string[] {
  const running = calls.map(([name, group]) => ({ meta: { name, group } })) as never as Running[];
  const awaited = waits.map(([from, group]) => ({ name: `${from} target`, group, submitter: running.find(({ meta }) => meta.name === from) }));
  const groupOf = (group: string | undefined): string => (group !== undefined && group in limits ? group : "");
  return stuckCalls({ running, awaited, groupOf, mostOf: (group) => limits[groupOf(group)] as number }).map(({ call }) => call.meta.name);
}

describe("a call that waits for its own actor is stuck", () => {
  test("when it is the only one that may run", () => {
    expect(stuck({ "": 1 }, [["a"]], [["a"]])).toEqual(["a"]);
    expect(stuck({ "": 2 }, [["a"]], [["a"]])).toEqual([]);
  });

  test("when all that run wait so, and not while one of them may end", () => {
    expect(stuck({ "": 2 }, [["a"], ["b"]], [["a"], ["b"]])).toEqual(["a", "b"]);
    expect(stuck({ "": 2 }, [["a"], ["b"]], [["a"]])).toEqual([]);
    expect(stuck({ "": 1 }, [["a"]], [])).toEqual([]);
  });

  test("when the group of the other is full of such, also across groups", () => {
    expect(stuck({ "": 1, io: 1 }, [["a", "io"]], [["a", "io"]])).toEqual(["a"]);
    expect(stuck({ "": 1, io: 1 }, [["a", "io"]], [["a"]])).toEqual([]);
    expect(stuck({ "": 1, io: 1 }, [["a"], ["b", "io"]], [["a", "io"], ["b"]])).toEqual(["a", "b"]);
    expect(stuck({ "": 1, io: 1 }, [["a"], ["b", "io"]], [["a", "io"]])).toEqual([]);
    expect(stuck({ "": 1, io: 1, gpu: 1 }, [["a"], ["b", "io"], ["c", "gpu"]], [["a", "io"], ["b", "gpu"]])).toEqual([]);
  });

  test("not when the wait is not of a call that runs here", () => {
    expect(stuck({ "": 1 }, [["a"]], [["gone"]])).toEqual([]);
  });
});
