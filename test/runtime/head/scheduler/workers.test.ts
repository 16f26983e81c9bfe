import type { JobId } from "../../../../runtime/ids.ts";
import { D1, D2, TestCluster, actor, brief, lease, worker } from "./test-cluster.ts";

const notices = (commands: ReturnType<TestCluster["send"]>): string[] => commands.flatMap((c) => (c.type === "notice" ? [`${c.level} ${c.job}: ${c.text}`] : []));

describe("processes", () => {
  test("prestarted workers are there before anybody asks", () => {
    expect(new TestCluster({ CPU: 4 }, { prestart: 3 }).states()).toEqual(["w1 idle", "w2 idle", "w3 idle"]);
  });

  test("an idle worker beyond the prestarted ones ends after ten seconds", () => {
    const cluster = new TestCluster({ CPU: 2 }, { prestart: 1 });
    cluster.want(D1, { CPU: 1 }, 2);
    cluster.send({ type: "lease-returned", lease: lease(1) });
    cluster.at += 5_000;
    cluster.send({ type: "lease-returned", lease: lease(2) });
    expect(cluster.tickAfter(4_999)).toEqual([]);
    expect(cluster.tickAfter(1)).toEqual([{ type: "kill-worker", worker: worker(1), reason: "idle for 10 s" }]);
    expect(cluster.tickAfter(60_000)).toEqual([]);
  });

  test("a worker that owns objects is not ended for idleness", () => {
    const cluster = new TestCluster({ CPU: 2 }, { prestart: 1 });
    cluster.want(D1, { CPU: 1 }, 2);
    for (const n of [1, 2]) {
      cluster.send({ type: "worker-holds-objects", worker: worker(n), holds: true });
      cluster.send({ type: "lease-returned", lease: lease(n) });
    }
    expect(cluster.tickAfter(60_000)).toEqual([]);
    cluster.send({ type: "worker-holds-objects", worker: worker(1), holds: false });
    expect(brief(cluster.tickAfter(1))).toEqual(["kill-worker w1"]);
  });

  test("a worker that retires gives its lease back, gets no other and is replaced; while it holds objects it stays", () => {
    const cluster = new TestCluster({ CPU: 1 });
    cluster.want(D1, { CPU: 1 }, 1);
    expect(brief(cluster.send({ type: "worker-retired", worker: worker(1) }))).toEqual(["recall-lease d1 l1"]);
    cluster.send({ type: "worker-holds-objects", worker: worker(1), holds: true });
    expect(brief(cluster.send({ type: "lease-returned", lease: lease(1) }))).toEqual([]);
    expect(brief(cluster.want(D1, { CPU: 1 }, 1))).toEqual(["grant-lease d1 l2 w2"]);
    expect(brief(cluster.send({ type: "worker-holds-objects", worker: worker(1), holds: false }))).toEqual(["kill-worker w1"]);
  });

  test("a start that fails is tried again, later each time, and the third one is told", () => {
    const cluster = new TestCluster({ CPU: 1 });
    const fail = (slot: number) => cluster.sendOnly({ type: "worker-start-failed", slot, cause: "spawn ENOMEM" });
    cluster.sendOnly({ type: "leases-wanted", client: D1, shape: { CPU: 1 }, count: 1 });
    expect(fail(1)).toEqual([]);
    cluster.at += 100;
    expect(brief(cluster.sendOnly({ type: "tick" }))).toEqual(["start-worker 2"]);
    fail(2);
    cluster.at += 100;
    expect(cluster.sendOnly({ type: "tick" })).toEqual([]);
    cluster.at += 100;
    expect(brief(cluster.sendOnly({ type: "tick" }))).toEqual(["start-worker 3"]);
    expect(notices(fail(3))).toEqual(["error job-d1: Worker processes cannot start (3 attempts in a row): spawn ENOMEM. They are tried again, less and less often"]);
  });

  test("only what changed is told to the views", () => {
    const cluster = new TestCluster({ CPU: 2 }, { prestart: 2 });
    cluster.scheduler.takeChanges();
    cluster.want(D1, { CPU: 1 }, 1);
    const { workers, resources } = cluster.scheduler.takeChanges();
    expect(workers).toEqual([{ worker: worker(2), pid: 1002, state: "leased", isBlocked: false, holdsObjects: false, since: cluster.at, job: "job-d1", client: D1 }]);
    expect(resources).toEqual({ total: { CPU: 2 }, available: { CPU: 1 } });
    expect(cluster.scheduler.takeChanges().workers).toEqual([]);
  });
});

describe("notices", () => {
  test("a task that asks for more than there is hears so at once, and once (row 38)", () => {
    const cluster = new TestCluster({ CPU: 2 });
    expect(notices(cluster.want(D1, { CPU: 4, GPU: 1 }, 3))).toEqual([
      "error job-d1: Each of 3 tasks asks for 4 CPU, 1 GPU, but the cluster has 2 CPU, 0 GPU in all: it can never run. Ask for less in its options, or start the cluster with more: ray.init({ numCpus: 4, numGpus: 1 })",
    ]);
    expect(cluster.want(D1, { CPU: 4, GPU: 1 }, 4)).toEqual([]);
  });

  test("an actor that asks for more than there is hears so at once", () => {
    const cluster = new TestCluster({ CPU: 2 });
    expect(notices(cluster.wantActor(actor(1), { shape: { FPGA: 1 } }))).toEqual([
      'error job-d1: Actor Counter asks for 1 FPGA, but the cluster has 0 FPGA in all: it can never run. Ask for less in its options, or start the cluster with more: ray.init({ resources: { "FPGA": 1 } })',
    ]);
  });

  test("a task that starves behind actors hears after two seconds who holds the CPUs (row 64)", () => {
    const cluster = new TestCluster({ CPU: 2 });
    for (const n of [1, 2]) cluster.wantActor(actor(n), { shape: { CPU: 1 } });
    cluster.want(D1, { CPU: 1 }, 1);
    expect(cluster.tickAfter(1_999)).toEqual([]);
    expect(notices(cluster.tickAfter(1))).toEqual([
      "warning job-d1: A task asks for 1 CPU and has waited 2 s: 0 of 2 CPU is free, the rest is held by actor Counter (2 times). End an actor with ray.kill(handle), or start the cluster with more: ray.init({ numCpus: 3 })",
    ]);
    expect(cluster.tickAfter(5_000)).toEqual([]);
  });

  test("tasks that queue behind tasks of their own job do not starve", () => {
    const cluster = new TestCluster({ CPU: 1 });
    cluster.want(D1, { CPU: 1 }, 10);
    cluster.want(worker(1), { CPU: 1 }, 1);
    expect(notices(cluster.tickAfter(10_000))).toEqual([]);
  });

  test("tasks that starve behind another driver's long task hear of it", () => {
    const cluster = new TestCluster({ CPU: 1 }, { drivers: [D1, D2] });
    cluster.want(D1, { CPU: 1 }, 1);
    cluster.want(D2, { CPU: 1 }, 1);
    expect(notices(cluster.tickAfter(2_000))[0]).toContain("held by tasks of d1. It runs when they are done");
  });

  test("a nested task's notice goes to the job that it works for", () => {
    const cluster = new TestCluster({ CPU: 1 });
    cluster.want(D1, { CPU: 1 }, 1);
    const [notice] = cluster.want(worker(1), { CPU: 7 }, 1);
    expect(notice).toMatchObject({ type: "notice", client: worker(1), job: "job-d1" as JobId });
  });
});

describe("mistakes", () => {
  test.each([
    ["a worker in a slot that nobody asked for", { type: "worker-started", slot: 9, worker: worker(9), pid: 1 }, "no process was asked for there"],
    ["a worker that says it is idle unasked", { type: "worker-idle", worker: worker(1) }, "nobody asked it. Its story:\n  +0 ms worker-started → idle"],
    ["a client that joins twice", { type: "client-joined", client: D1, kind: "driver", job: "j" as JobId, namespace: "n" }, "Cannot join driver d1 twice"],
    ["an amount below zero", { type: "leases-wanted", client: D1, shape: { CPU: -1 }, count: 1 }, 'Cannot count -1 of resource "CPU"'],
    ["a count that is no count", { type: "leases-wanted", client: D1, shape: { CPU: 1 }, count: 0.5 }, "Cannot want 0.5 leases"],
    ["a second start of the cluster", { type: "cluster-started", resources: {}, prestart: 0 }, "Cannot start the cluster twice"],
  ] as const)("%s is an error, and changes nothing", (_what, event, text) => {
    const cluster = new TestCluster({ CPU: 2 }, { prestart: 1 });
    const before = cluster.scheduler.snapshot();
    expect(() => cluster.send(event)).toThrow(text);
    expect(cluster.scheduler.snapshot()).toEqual(before);
    cluster.scheduler.assertInvariants();
  });

  test("an impossible move tells the actor's story", () => {
    const cluster = new TestCluster({ CPU: 1 });
    cluster.wantActor(actor(1));
    cluster.send({ type: "actor-alive", actor: actor(1), worker: worker(1) });
    expect(() => cluster.send({ type: "actor-alive", actor: actor(1), worker: worker(1) })).toThrow(
      "actor Counter (d1-a1) cannot go from alive to alive. Its story:\n  +0 ms actor-wanted → waiting-for-resources\n  +0 ms actor-wanted → waiting-for-process\n  +0 ms worker-started → constructing\n  +0 ms actor-alive → alive",
    );
  });
});
