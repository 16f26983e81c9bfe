import { presentResult } from "../../../runtime/session/present.ts";
import { RecentResults } from "../../../runtime/session/recent-results.ts";

test("the last value and a hundred by number", () => {
  const recent = new RecentResults(() => false);
  for (let i = 1; i <= 150; i++) recent.add(`In[${i}]`, i * 10);
  recent.add("x.ts", "unnumbered");
  expect(recent.last()).toBe("unnumbered");
  expect(Object.keys(recent.byNumber)).toHaveLength(100);
  expect([recent.byNumber["50"], recent.byNumber["51"], recent.byNumber["150"]]).toEqual([undefined, 510, 1500]);
  recent.add("In[150]", "again");
  expect([Object.keys(recent.byNumber).length, recent.byNumber["150"]]).toEqual([100, "again"]);
});

test("what is live in the cluster is held weakly", () => {
  const weak: object[] = [];
  const original = globalThis.WeakRef;
  globalThis.WeakRef = class extends original<object> { constructor(target: object) { super(target); weak.push(target); } } as never;
  try {
    const ref = { live: true };
    const recent = new RecentResults((value) => (value as { live?: boolean }).live === true);
    recent.add("In[1]", ref);
    recent.add("In[2]", { live: false });
    expect(weak).toEqual([ref]);
    expect(recent.byNumber["1"]).toBe(ref);
  } finally {
    globalThis.WeakRef = original;
  }
});

test("a live value becomes a view with its snapshot", () => {
  const view = { kind: "object-ref", refs: ["d1-1"] } as const;
  expect(presentResult({}, { isShown: () => false, viewOf: () => ({ view, snapshot: [1] }), newDisplayId: () => "id", bundles: {} }, "In[1]")).toEqual({ type: "view", view, snapshot: [1], displayId: "id", isResult: true });
});
