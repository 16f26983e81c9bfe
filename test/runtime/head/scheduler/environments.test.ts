import { D1, D2, TestCluster, actor, brief, lease, worker } from "./test-cluster.ts";

const want = (cluster: TestCluster, env: string, count = 1, shape: Record<string, number> = { CPU: 1 }) => cluster.send({ type: "leases-wanted", client: D1, shape, env, count });
const ready = (cluster: TestCluster, env: string) => cluster.send({ type: "env-ready", env });

describe("an environment", () => {
  test("is prepared for who wants it first, and then a process is started in it: an idle one of another is not used", () => {
    const cluster = new TestCluster({ CPU: 2 }, { prestart: 1 });
    expect(brief(want(cluster, "e"))).toEqual(["prepare-env e d1"]);
    expect(want(cluster, "e", 2)).toEqual([]);
    expect(brief(cluster.sendOnly({ type: "env-ready", env: "e" }))).toEqual(["start-worker 2 e", "start-worker 3 e"]);
    expect(brief(cluster.send({ type: "worker-started", slot: 2, worker: worker(2), pid: 2 }))).toEqual(["grant-lease d1 l1 w2 e"]);
    expect(cluster.states()).toEqual(["w1 idle", "w2 leased"]);
  });

  test("has its workers used again, for who comes next too", () => {
    const cluster = new TestCluster({ CPU: 1 }, { drivers: [D1, D2] });
    want(cluster, "e");
    ready(cluster, "e");
    cluster.send({ type: "lease-returned", lease: lease(1) });
    expect(brief(cluster.send({ type: "leases-wanted", client: D2, shape: { CPU: 1 }, env: "e", count: 1 }))).toEqual(["grant-lease d2 l2 w1 e"]);
  });

  test("gets an actor its process, and the next one when it restarts", () => {
    const cluster = new TestCluster({ CPU: 1 }, { prestart: 1 });
    expect(brief(cluster.wantActor(actor(1), { env: "e", maxRestarts: 1, shape: { CPU: 1 } }))).toEqual(["actor-state d1-a1 pending", "prepare-env e d1"]);
    // what it needs is not held while packages are fetched
    expect(cluster.available).toEqual({ CPU: 1 });
    expect(brief(ready(cluster, "e"))).toEqual(["place-actor d1-a1 w2"]);
    expect(brief(cluster.exit(worker(2)))).toContain("place-actor d1-a1 w3");
  });

  test("that cannot be had fails who waits for it, and is prepared again for who wants it next", () => {
    const cluster = new TestCluster({ CPU: 1 });
    want(cluster, "e", 3);
    cluster.wantActor(actor(1), { env: "e" });
    const failed = cluster.send({ type: "env-failed", env: "e", cause: "npm install failed" });
    expect(brief(failed)).toEqual(["env-broken d1 e", "actor-state d1-a1 dead", "forget-env e"]);
    expect(failed[1]).toMatchObject({ code: "runtime-env", cause: "its runtime environment could not be set up: npm install failed" });
    expect(brief(want(cluster, "e"))).toEqual(["prepare-env e d1"]);
    expect(brief(ready(cluster, "e"))).toEqual(["grant-lease d1 l1 w1 e"]);
  });

  test("in which no process starts fails who waits for it; others start as before", () => {
    const cluster = new TestCluster({ CPU: 1 });
    want(cluster, "e");
    const fail = (slot: number) => cluster.sendOnly({ type: "worker-start-failed", slot, cause: "bad NODE_OPTIONS" });
    const later = () => {
      cluster.at += 1000;
      return brief(cluster.sendOnly({ type: "tick" }));
    };
    expect(brief(cluster.sendOnly({ type: "env-ready", env: "e" }))).toEqual(["start-worker 1 e"]);
    expect(fail(1)).toEqual([]);
    expect(brief(want(cluster, ""))).toEqual(["grant-lease d1 l1 w1"]);
    cluster.send({ type: "lease-returned", lease: lease(1) });
    expect(later()).toEqual(["start-worker 3 e"]);
    expect(fail(3)).toEqual([]);
    expect(later()).toEqual(["start-worker 4 e"]);
    expect(fail(4)).toEqual([{ type: "env-broken", client: D1, env: "e", cause: "worker processes do not start in it: bad NODE_OPTIONS" }]);
  });

  test("is forgotten when nobody uses it any more", () => {
    const cluster = new TestCluster({ CPU: 1 }, { prestart: 1 });
    want(cluster, "e");
    ready(cluster, "e");
    cluster.send({ type: "lease-returned", lease: lease(1) });
    expect(cluster.tickAfter(1000)).toEqual([]);
    cluster.exit(worker(2));
    expect(brief(cluster.tickAfter(1000))).toEqual(["forget-env e"]);
  });

  test("of the cluster is the one in which processes are kept ready", () => {
    const cluster = new TestCluster({ CPU: 2 }, { prestart: 2, env: "e" });
    expect(cluster.states()).toEqual([]);
    expect(brief(cluster.send({ type: "env-wanted", client: D1, env: "e" }))).toEqual(["prepare-env e d1"]);
    ready(cluster, "e");
    expect(cluster.states()).toEqual(["w1 idle", "w2 idle"]);
    expect(brief(want(cluster, "e"))).toEqual(["grant-lease d1 l1 w2 e"]);
  });
});

describe("idle workers of another environment", () => {
  function filled(): TestCluster {
    const cluster = new TestCluster({ CPU: 2 }, { prestart: 2 });
    want(cluster, "a", 2);
    ready(cluster, "a");
    for (const n of [1, 2]) {
      cluster.at += 10;
      cluster.send({ type: "lease-returned", lease: lease(n) });
    }
    expect(cluster.states()).toEqual(["w1 idle", "w2 idle", "w3 idle", "w4 idle"]);
    want(cluster, "b");
    return cluster;
  }

  test("stay as many as there are CPUs; beyond that the longest idle one makes room", () => {
    const cluster = filled();
    expect(brief(cluster.sendOnly({ type: "env-ready", env: "b" }))).toEqual(["kill-worker w1"]);
    expect(brief(cluster.exit(worker(1)))).toEqual(["process-died w1", "grant-lease d1 l3 w5 b"]);
  });

  test("that hold objects stay, and a process is started all the same", () => {
    const cluster = filled();
    for (const n of [1, 2, 3, 4]) cluster.send({ type: "worker-holds-objects", worker: worker(n), holds: true });
    expect(brief(ready(cluster, "b"))).toEqual(["grant-lease d1 l3 w5 b"]);
  });

  test("are not what a waiting task's own tasks run in", () => {
    const cluster = new TestCluster({ CPU: 1 }, { prestart: 1 });
    cluster.want(D1, { CPU: 1 }, 1);
    cluster.send({ type: "leases-wanted", client: worker(1), shape: { CPU: 1 }, env: "e", count: 1 });
    ready(cluster, "e");
    // its CPU is lent, a process of that environment takes its task; none runs in its own
    expect(brief(cluster.send({ type: "worker-blocked", worker: worker(1), wait: 1, isAlone: false }))).toEqual(["grant-lease w1 l2 w2 e"]);
  });
});
