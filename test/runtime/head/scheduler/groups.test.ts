import { inGroup, type Bundle, type PlacementStrategy } from "../../../../runtime/engine/placement.ts";
import { placementGroupId, type JobId, type PlacementGroupId, type ProcessName } from "../../../../runtime/ids.ts";
import { D1, D2, TestCluster, actor, brief, lease, worker } from "./test-cluster.ts";

const group = (n: number): PlacementGroupId => placementGroupId(D1, n);
const of = (id: PlacementGroupId, amounts: Bundle, bundleIndex?: number) => inGroup(amounts, { group: { id, bundles: [], strategy: "PACK", detached: false }, ...(bundleIndex === undefined ? {} : { bundleIndex }) });

function want(cluster: TestCluster, id: PlacementGroupId, bundles: readonly Bundle[], options: { strategy?: PlacementStrategy; name?: string; owner?: ProcessName; detached?: boolean } = {}) {
  const { strategy = "PACK", owner = D1, detached = false, name } = options;
  return cluster.send({ type: "group-wanted", group: id, owner, job: `job-${owner}` as JobId, bundles, strategy, namespace: "front", detached, ...(name === undefined ? {} : { name }) });
}
const remove = (cluster: TestCluster, id: PlacementGroupId) => cluster.send({ type: "group-removed", group: id, cause: "it was removed" });
const notices = (commands: ReturnType<TestCluster["send"]>): string[] => commands.flatMap((c) => (c.type === "notice" ? [c.text] : []));

describe("a placement group", () => {
  test("has all of its bundles at once, or waits without holding any", () => {
    const cluster = new TestCluster({ CPU: 4 });
    cluster.want(D1, { CPU: 1 }, 2);
    expect(brief(want(cluster, group(1), [{ CPU: 1 }, { CPU: 2 }]))).toEqual(["recall-lease d1 l1"]);
    expect(cluster.available).toEqual({ CPU: 2 });
    expect(brief(cluster.send({ type: "lease-returned", lease: lease(1) }))).toEqual(["group-state d1-p1 created"]);
    expect(cluster.available).toEqual({ CPU: 0 });
  });

  test("gives work in it what it reserved: of one bundle, or of any", () => {
    const cluster = new TestCluster({ CPU: 3 });
    want(cluster, group(1), [{ CPU: 1 }, { CPU: 1 }]);
    expect(brief(cluster.want(D1, of(group(1), { CPU: 1 }, 0), 2))).toEqual(["grant-lease d1 l1 w1"]);
    expect(brief(cluster.want(D1, of(group(1), { CPU: 1 }), 3))).toEqual(["grant-lease d1 l2 w2"]);
    // what is left of the machine is for who asks for that
    expect(brief(cluster.want(D1, { CPU: 1 }, 2))).toEqual(["grant-lease d1 l3 w3"]);
    expect(brief(cluster.send({ type: "lease-returned", lease: lease(2) }))).toEqual(["grant-lease d1 l4 w2"]);
  });

  test("is waited for by work that asks for nothing: it begins when the group is placed", () => {
    const cluster = new TestCluster({ CPU: 1 });
    cluster.want(D1, { CPU: 1 }, 1);
    want(cluster, group(1), [{ CPU: 1 }]);
    expect(cluster.want(D1, of(group(1), {}), 1)).toEqual([]);
    expect(brief(cluster.send({ type: "lease-returned", lease: lease(1) }))).toEqual(["group-state d1-p1 created", "grant-lease d1 l2 w1"]);
  });

  test("lends the CPU of a task that waits to tasks in it", () => {
    const cluster = new TestCluster({ CPU: 2 });
    want(cluster, group(1), [{ CPU: 1 }]);
    cluster.want(D1, of(group(1), { CPU: 1 }, 0), 1);
    cluster.send({ type: "leases-wanted", client: worker(1), shape: of(group(1), { CPU: 1 }), count: 1 });
    expect(brief(cluster.send({ type: "worker-blocked", worker: worker(1), wait: 1, isAlone: false }))).toEqual(["grant-lease w1 l2 w2"]);
  });

  test("work may be heard of before its group, and waits for the news", () => {
    const cluster = new TestCluster({ CPU: 1 }, { drivers: [D1, D2] });
    expect(cluster.want(D2, of(group(1), { CPU: 1 }), 1)).toEqual([]);
    expect(brief(want(cluster, group(1), [{ CPU: 1 }]))).toEqual(["group-state d1-p1 created", "grant-lease d2 l1 w1"]);
  });

  test("of an owner that ended before its news came fails who waits for it", () => {
    const cluster = new TestCluster({ CPU: 1 }, { drivers: [D1, D2] });
    cluster.want(D2, of(group(1), { CPU: 1 }), 1);
    cluster.send({ type: "client-left", client: D1 });
    expect(brief(cluster.tickAfter(10))).toEqual(["group-broken d2 d1-p1", "group-state d1-p1 removed"]);
  });
});

describe("removing a group", () => {
  test("ends what runs in it, fails what waits, and gives back what it reserved when the processes have gone", () => {
    const cluster = new TestCluster({ CPU: 4 });
    want(cluster, group(1), [{ CPU: 2 }]);
    cluster.want(D1, of(group(1), { CPU: 1 }), 3);
    cluster.wantActor(actor(1), { shape: of(group(1), {}), maxRestarts: 5 });
    expect(cluster.states()).toEqual(["w1 leased", "w2 leased", "w3 actor"]);
    const removed = remove(cluster, group(1));
    expect(brief(removed)).toEqual([
      "group-broken d1 d1-p1", "lease-broken d1 l1 w1", "kill-worker w1", "lease-broken d1 l2 w2", "kill-worker w2", "kill-worker w3", "actor-state d1-a1 dead", "group-state d1-p1 removed",
    ]);
    expect(removed.find(({ type }) => type === "actor-state")).toMatchObject({ code: "placement-group", cause: "its placement group d1-p1 is gone: it was removed" });
    expect(cluster.available).toEqual({ CPU: 2 });
    cluster.exit(worker(1));
    cluster.exit(worker(2));
    expect(cluster.available).toEqual({ CPU: 2 });
    cluster.exit(worker(3));
    expect(cluster.available).toEqual({ CPU: 4 });
  });

  test("is told to who comes too late: tasks and actors", () => {
    const cluster = new TestCluster({ CPU: 1 });
    want(cluster, group(1), [{ CPU: 1 }]);
    remove(cluster, group(1));
    expect(brief(cluster.want(D1, of(group(1), { CPU: 1 }), 1))).toEqual(["group-broken d1 d1-p1"]);
    expect(brief(cluster.wantActor(actor(1), { shape: of(group(1), {}) }))).toContain("actor-state d1-a1 dead");
    expect(remove(cluster, group(1))).toEqual([]);
  });

  test("that is heard of before the group itself counts all the same", () => {
    const cluster = new TestCluster({ CPU: 1 });
    remove(cluster, group(1));
    expect(brief(want(cluster, group(1), [{ CPU: 1 }]))).toEqual(["group-state d1-p1 removed"]);
    expect(cluster.available).toEqual({ CPU: 1 });
  });

  test("comes with the end of the job, but not for a detached one", () => {
    const cluster = new TestCluster({ CPU: 2 }, { drivers: [D1, D2] });
    want(cluster, group(1), [{ CPU: 1 }]);
    want(cluster, group(2), [{ CPU: 1 }], { detached: true });
    expect(brief(cluster.send({ type: "client-left", client: D1 }))).toEqual(["group-state d1-p1 removed", "process-died d1"]);
    expect(brief(cluster.want(D2, of(group(2), { CPU: 1 }), 1))).toEqual(["grant-lease d2 l1 w1"]);
  });

  test("comes with the end of the actor that made it, not with that of a task's process", () => {
    const cluster = new TestCluster({ CPU: 4 });
    cluster.wantActor(actor(1));
    cluster.want(D1, { CPU: 1 }, 1);
    for (const n of [1, 2]) want(cluster, placementGroupId(worker(n), 1), [{ CPU: 1 }], { owner: worker(n) });
    expect(brief(cluster.exit(worker(1)))).toContain("group-state w1-p1 removed");
    expect(brief(cluster.exit(worker(2)))).not.toContain("group-state w2-p1 removed");
    expect(brief(cluster.send({ type: "client-left", client: D1 }))).toContain("group-state w2-p1 removed");
  });
});

describe("what is said", () => {
  test("a group that asks for more than there is, or for machines of their own, hears so at once", () => {
    const cluster = new TestCluster({ CPU: 2 });
    expect(notices(want(cluster, group(1), [{ CPU: 2 }, { CPU: 1 }], { name: "gang" }))).toEqual(["Placement group gang asks for 3 CPU, but the cluster has 2 CPU in all: it can never be placed. Ask for less in its bundles, or start the cluster with more: ray.init({ numCpus: 3 })"]);
    expect(notices(want(cluster, group(2), [{ CPU: 1 }, { CPU: 1 }], { strategy: "STRICT_SPREAD" }))).toEqual(['Placement group d1-p2 asks for 2 bundles on machines of their own (STRICT_SPREAD), but the cluster is one machine: it can never be placed. Use "SPREAD" or "PACK"']);
    expect(brief(want(cluster, group(3), [{ CPU: 1 }], { strategy: "STRICT_SPREAD" }))).toEqual(["group-state d1-p3 created"]);
  });

  test("work that starves beside a group, and a group that starves, hear who holds what", () => {
    const cluster = new TestCluster({ CPU: 1 });
    want(cluster, group(1), [{ CPU: 1 }], { name: "gang" });
    cluster.want(D1, { CPU: 1 }, 1);
    want(cluster, group(2), [{ CPU: 1 }]);
    expect(notices(cluster.tickAfter(2000))).toEqual([
      "Placement group d1-p2 asks for 1 CPU and has waited 2 s: 0 of 1 CPU is free, the rest is held by placement group gang. Remove a group with ray.util.removePlacementGroup(group), or start the cluster with more: ray.init({ numCpus: 2 })",
      "A task asks for 1 CPU and has waited 2 s: 0 of 1 CPU is free, the rest is held by placement group gang. Remove a group with ray.util.removePlacementGroup(group), or start the cluster with more: ray.init({ numCpus: 2 })",
    ]);
  });

  test("a task that a task in the group submits without being captured is told so", () => {
    const cluster = new TestCluster({ CPU: 1 });
    want(cluster, group(1), [{ CPU: 1 }], { name: "gang" });
    cluster.want(D1, of(group(1), { CPU: 1 }), 1);
    cluster.send({ type: "leases-wanted", client: worker(1), shape: { CPU: 1 }, count: 1 });
    cluster.send({ type: "worker-blocked", worker: worker(1), wait: 1, isAlone: false });
    expect(notices(cluster.tickAfter(2000))).toEqual(["A task asks for 1 CPU and has waited 2 s: 0 of 1 CPU is free, the rest is held by placement group gang. What submits it runs in a placement group: with captureChildTasks: true there it runs in the group too"]);
  });

  test("a task that starves behind an actor in its group is told of that", () => {
    const cluster = new TestCluster({ CPU: 1 });
    want(cluster, group(1), [{ CPU: 1 }]);
    cluster.wantActor(actor(1), { shape: of(group(1), { CPU: 1 }) });
    cluster.want(D1, of(group(1), { CPU: 1 }), 1);
    expect(notices(cluster.tickAfter(2000))).toEqual(["A task asks for 1 CPU of placement group d1-p1 and has waited 2 s: 0 of 1 CPU of placement group d1-p1 is free, the rest is held by actor Counter. It runs when they are done or ended; a group with larger bundles has room for more"]);
  });

  test("a name is one of a kind", () => {
    const cluster = new TestCluster({ CPU: 2 });
    want(cluster, group(1), [{ CPU: 1 }], { name: "gang" });
    expect(want(cluster, group(2), [{ CPU: 1 }], { name: "gang" })).toEqual([{ type: "group-state", group: group(2), state: "removed", cause: 'the name "gang" (namespace="front") is already taken by another one' }]);
    remove(cluster, group(1));
    expect(brief(want(cluster, group(3), [{ CPU: 1 }], { name: "gang" }))).toEqual(["group-state d1-p3 created"]);
  });
});
