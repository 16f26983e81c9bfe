import { D1, D2, TestCluster, brief, lease, worker } from "./test-cluster.ts";

describe("leases", () => {
  test("a lease that is wanted on a cold cluster starts a process, and is granted when that has started", () => {
    const cluster = new TestCluster({ CPU: 2 });
    expect(brief(cluster.sendOnly({ type: "leases-wanted", client: D1, shape: { CPU: 1 }, count: 1 }))).toEqual(["start-worker 1"]);
    expect(cluster.sendOnly({ type: "worker-started", slot: 1, worker: worker(1), pid: 7 })).toEqual([
      { type: "grant-lease", client: D1, lease: "l1", worker: worker(1), shape: { CPU: 1 }, env: "" },
    ]);
  });

  test("a warm worker is granted at once", () => {
    const cluster = new TestCluster({ CPU: 2 }, { prestart: 2 });
    expect(brief(cluster.want(D1, { CPU: 1 }, 1))).toEqual(["grant-lease d1 l1 w2"]);
  });

  test("a client gets the worker back that it had before", () => {
    const cluster = new TestCluster({ CPU: 2 }, { prestart: 2, drivers: [D1, D2] });
    cluster.want(D1, { CPU: 1 }, 1);
    cluster.want(D2, { CPU: 1 }, 1);
    cluster.send({ type: "lease-returned", lease: lease(1) });
    cluster.send({ type: "lease-returned", lease: lease(2) });
    expect(brief(cluster.want(D1, { CPU: 1 }, 1))).toEqual(["grant-lease d1 l3 w2"]);
  });

  test("no more CPUs run than there are", () => {
    const cluster = new TestCluster({ CPU: 2 });
    expect(brief(cluster.want(D1, { CPU: 1 }, 100))).toEqual(["grant-lease d1 l1 w1", "grant-lease d1 l2 w2"]);
    expect(cluster.available).toEqual({ CPU: 0 });
    expect(brief(cluster.send({ type: "lease-returned", lease: lease(1) }))).toEqual(["grant-lease d1 l3 w1"]);
  });

  test("tenths of a CPU add up to exactly one", () => {
    const cluster = new TestCluster({ CPU: 0.3 });
    expect(cluster.want(D1, { CPU: 0.1 }, 9)).toHaveLength(3);
    expect(cluster.available).toEqual({ CPU: 0 });
  });

  test("tasks of a quarter CPU run four to a CPU, each in a process of its own", () => {
    const cluster = new TestCluster({ CPU: 1 });
    expect(brief(cluster.want(D1, { CPU: 0.25 }, 9))).toHaveLength(4);
  });

  test("tasks that hold nothing do not start processes without end", () => {
    const cluster = new TestCluster({ CPU: 2 });
    expect(cluster.want(D1, {}, 10_000)).toHaveLength(2 + 4 * 2);
  });

  test("a later number replaces the earlier one, and 0 cancels", () => {
    const cluster = new TestCluster({ CPU: 1 });
    cluster.want(D1, { CPU: 1 }, 5);
    cluster.want(D1, { CPU: 1 }, 0);
    expect(cluster.send({ type: "lease-returned", lease: lease(1) })).toEqual([]);
  });

  test("a worker that dies under a lease breaks it and is replaced", () => {
    const cluster = new TestCluster({ CPU: 1 }, { prestart: 1 });
    cluster.want(D1, { CPU: 1 }, 2);
    expect(brief(cluster.exit(worker(1)))).toEqual(["lease-broken d1 l1 w1", "process-died w1", "grant-lease d1 l2 w2"]);
  });

  test("the news of a lease that broke meanwhile is not a mistake", () => {
    const cluster = new TestCluster({ CPU: 1 });
    cluster.want(D1, { CPU: 1 }, 1);
    cluster.exit(worker(1));
    expect(cluster.send({ type: "lease-returned", lease: lease(1) })).toEqual([]);
    expect(() => cluster.send({ type: "lease-returned", lease: lease(99) })).toThrow('no lease "l99" has ever been here');
  });
});

describe("tasks left behind", () => {
  test("a worker whose task ended without waiting for its own tasks gets them run on another process", () => {
    const cluster = new TestCluster({ CPU: 1 });
    cluster.want(D1, { CPU: 1 }, 1);
    cluster.want(worker(1), { CPU: 1 }, 1);
    expect(brief(cluster.send({ type: "lease-returned", lease: lease(1) }))).toEqual(["grant-lease w1 l2 w2"]);
    expect(cluster.tickAfter(60_000)).toEqual([]);
  });
});

describe("waiting tasks", () => {
  test("a task that waits gives its CPU to a child, on one more process", () => {
    const cluster = new TestCluster({ CPU: 1 });
    cluster.want(D1, { CPU: 1 }, 1);
    expect(cluster.want(worker(1), { CPU: 1 }, 1)).toEqual([]);
    expect(brief(cluster.send({ type: "worker-blocked", worker: worker(1), wait: 1, isAlone: false }))).toEqual(["grant-lease w1 l2 w2"]);
    expect(cluster.states()).toEqual(["w1 leased blocked", "w2 leased"]);
  });

  test("when it goes on it takes its CPU again, and nobody starts until the excess is gone", () => {
    const cluster = new TestCluster({ CPU: 1 });
    cluster.want(D1, { CPU: 1 }, 5);
    cluster.send({ type: "worker-blocked", worker: worker(1), wait: 1, isAlone: false });
    cluster.send({ type: "worker-unblocked", worker: worker(1) });
    expect(cluster.available).toEqual({ CPU: 0 });
    expect(cluster.send({ type: "lease-returned", lease: lease(2) })).toEqual([]);
    expect(brief(cluster.send({ type: "lease-returned", lease: lease(1) }))).toHaveLength(1);
  });

  test("children come before more parents", () => {
    const cluster = new TestCluster({ CPU: 2 });
    cluster.want(D1, { CPU: 1 }, 1000);
    cluster.want(worker(1), { CPU: 1 }, 2);
    cluster.want(worker(2), { CPU: 1 }, 2);
    expect(brief(cluster.send({ type: "worker-blocked", worker: worker(1), wait: 1, isAlone: false }))).toEqual(["grant-lease w1 l3 w3"]);
    expect(brief(cluster.send({ type: "worker-blocked", worker: worker(2), wait: 1, isAlone: false }))).toEqual(["grant-lease w2 l4 w4"]);
    expect(brief(cluster.send({ type: "lease-returned", lease: lease(3) }))).toEqual(["grant-lease w1 l5 w3"]);
  });

  test("saying twice that it waits gives the CPU back once", () => {
    const cluster = new TestCluster({ CPU: 1 });
    cluster.want(D1, { CPU: 1 }, 1);
    cluster.send({ type: "worker-blocked", worker: worker(1), wait: 1, isAlone: false });
    cluster.send({ type: "worker-blocked", worker: worker(1), wait: 1, isAlone: false });
    expect(cluster.available).toEqual({ CPU: 1 });
  });

  test("a lease returned before the news that its task goes on leaves the counts right", () => {
    const cluster = new TestCluster({ CPU: 1 });
    cluster.want(D1, { CPU: 1 }, 1);
    cluster.send({ type: "worker-blocked", worker: worker(1), wait: 1, isAlone: false });
    cluster.send({ type: "lease-returned", lease: lease(1) });
    cluster.send({ type: "worker-unblocked", worker: worker(1) });
    expect(cluster.available).toEqual({ CPU: 1 });
  });
});

describe("shares", () => {
  test("two clients that wait take turns", () => {
    const cluster = new TestCluster({ CPU: 4 }, { prestart: 4, drivers: [D1, D2] });
    cluster.want(D1, { CPU: 4 }, 1);
    cluster.want(D1, { CPU: 1 }, 10);
    cluster.want(D2, { CPU: 1 }, 10);
    const granted = brief(cluster.send({ type: "lease-returned", lease: lease(1) })).filter((c) => c.startsWith("grant"));
    expect(granted.map((c) => c.split(" ")[1])).toEqual(expect.arrayContaining([D1, D1, D2, D2]));
  });

  test("a client that holds everything is asked for one lease when another has none", () => {
    const cluster = new TestCluster({ CPU: 2 }, { drivers: [D1, D2] });
    cluster.want(D1, { CPU: 1 }, 100);
    expect(brief(cluster.want(D2, { CPU: 1 }, 100))).toEqual(["recall-lease d1 l1"]);
    expect(cluster.want(D2, { CPU: 1 }, 101)).toEqual([]);
    expect(brief(cluster.send({ type: "lease-returned", lease: lease(1) }))).toEqual(["grant-lease d2 l3 w1"]);
  });

  test("on one CPU the turns are not shorter than 100 ms", () => {
    const cluster = new TestCluster({ CPU: 1 }, { drivers: [D1, D2] });
    cluster.want(D1, { CPU: 1 }, 100);
    expect(cluster.want(D2, { CPU: 1 }, 100)).toEqual([]);
    expect(brief(cluster.tickAfter(100))).toEqual(["recall-lease d1 l1"]);
    expect(brief(cluster.send({ type: "lease-returned", lease: lease(1) }))).toEqual(["grant-lease d2 l2 w1"]);
    expect(cluster.tickAfter(50)).toEqual([]);
    expect(brief(cluster.tickAfter(50))).toEqual(["recall-lease d2 l2"]);
  });

  test("big work does not starve behind a stream of small work", () => {
    const cluster = new TestCluster({ CPU: 2 }, { drivers: [D1, D2] });
    cluster.want(D1, { CPU: 1 }, 1000);
    cluster.want(D2, { CPU: 2 }, 1);
    cluster.tickAfter(1000);
    expect(cluster.send({ type: "lease-returned", lease: lease(1) })).toEqual([]);
    expect(brief(cluster.send({ type: "lease-returned", lease: lease(2) }))).toEqual(["grant-lease d2 l3 w2"]);
  });
});

describe("clients that leave", () => {
  test("a driver's leases are abandoned, and their workers are free once they have answered", () => {
    const cluster = new TestCluster({ CPU: 2 }, { drivers: [D1, D2] });
    cluster.want(D1, { CPU: 1 }, 10);
    cluster.want(D2, { CPU: 1 }, 10);
    expect(brief(cluster.send({ type: "client-left", client: D1 }))).toEqual(["abandon-work w1 d1", "abandon-work w2 d1", "process-died d1"]);
    expect(brief(cluster.send({ type: "worker-idle", worker: worker(1) }))).toEqual(["grant-lease d2 l3 w1"]);
    expect(brief(cluster.exit(worker(2)))).toEqual(["process-died w2", "grant-lease d2 l4 w3"]);
  });

  test("a worker that dies takes the leases of its own tasks with it", () => {
    const cluster = new TestCluster({ CPU: 2 });
    cluster.want(D1, { CPU: 1 }, 1);
    cluster.want(worker(1), { CPU: 1 }, 1);
    expect(brief(cluster.exit(worker(1)))).toEqual(["lease-broken d1 l1 w1", "abandon-work w2 w1", "process-died w1"]);
  });

  test("what a client that is gone still asks for is not heard", () => {
    const cluster = new TestCluster({ CPU: 2 });
    cluster.send({ type: "client-left", client: D1 });
    expect(cluster.want(D1, { CPU: 1 }, 1)).toEqual([]);
    expect(() => cluster.want("d9" as typeof D1, { CPU: 1 }, 1)).toThrow('no process "d9" has ever been here');
  });
});
