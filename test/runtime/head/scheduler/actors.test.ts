import type { ActorId } from "../../../../runtime/ids.ts";
import { D1, D2, TestCluster, actor, brief, lease, worker } from "./test-cluster.ts";

const A1 = actor(1);
const A2 = actor(2);

function aliveActor(options: Parameters<TestCluster["wantActor"]>[1] = {}, cluster = new TestCluster({ CPU: 2 }, { prestart: 1, drivers: [D1, D2] })): TestCluster {
  cluster.wantActor(A1, options);
  cluster.send({ type: "actor-alive", actor: A1, worker: worker(1) });
  return cluster;
}

describe("placing", () => {
  test("an idle worker becomes the actor's process and another is started in its place", () => {
    const cluster = new TestCluster({ CPU: 2 }, { prestart: 1 });
    expect(cluster.wantActor(A1)).toEqual([
      { type: "actor-state", actor: A1, state: "pending", restarts: 0 },
      { type: "place-actor", actor: A1, worker: worker(1), restarts: 0 },
    ]);
    expect(cluster.states()).toEqual(["w1 actor", "w2 idle"]);
    expect(cluster.send({ type: "actor-alive", actor: A1, worker: worker(1) })).toEqual([{ type: "actor-state", actor: A1, state: "alive", worker: worker(1), restarts: 0 }]);
  });

  test("an actor without resources is placed also when all CPUs are busy", () => {
    const cluster = new TestCluster({ CPU: 1 });
    cluster.want(D1, { CPU: 1 }, 10);
    expect(brief(cluster.wantActor(A1))).toEqual(["actor-state d1-a1 pending", "place-actor d1-a1 w2"]);
  });

  test("a hundred actors on two CPUs all get a process", () => {
    const cluster = new TestCluster({ CPU: 2 });
    for (let n = 1; n <= 100; n++) cluster.wantActor(actor(n));
    expect(cluster.states().filter((state) => state.endsWith("actor"))).toHaveLength(100);
  });

  test("what an actor asks for it holds for life", () => {
    const cluster = aliveActor({ shape: { CPU: 1 } });
    expect(cluster.available).toEqual({ CPU: 1 });
    cluster.send({ type: "actor-killed", actor: A1, noRestart: true, cause: "ray.kill" });
    expect(cluster.available).toEqual({ CPU: 1 });
    cluster.exit(worker(1));
    expect(cluster.available).toEqual({ CPU: 2 });
  });

  test("an actor that waits for CPUs is next: leases are called back for it", () => {
    const cluster = new TestCluster({ CPU: 1 });
    cluster.want(D1, { CPU: 1 }, 10);
    expect(brief(cluster.wantActor(A1, { shape: { CPU: 1 } }))).toEqual(["actor-state d1-a1 pending", "recall-lease d1 l1"]);
    expect(brief(cluster.send({ type: "lease-returned", lease: lease(1) }))).toEqual(["place-actor d1-a1 w1"]);
  });

  test("a call that waits gives the actor's CPU back meanwhile", () => {
    const cluster = aliveActor({ shape: { CPU: 2 } });
    cluster.want(worker(1), { CPU: 1 }, 1);
    expect(brief(cluster.send({ type: "worker-blocked", worker: worker(1), wait: 1, isAlone: false }))).toEqual(["grant-lease w1 l1 w2"]);
  });

  test("a worker whose objects others read does not become an actor's process", () => {
    const cluster = new TestCluster({ CPU: 2 }, { prestart: 1 });
    cluster.send({ type: "worker-holds-objects", worker: worker(1), holds: true });
    expect(brief(cluster.wantActor(A1))).toContain("place-actor d1-a1 w2");
  });
});

describe("dying", () => {
  test("a constructor that throws kills the actor for good", () => {
    const cluster = new TestCluster({ CPU: 1 });
    cluster.wantActor(A1, { maxRestarts: 5 });
    expect(cluster.send({ type: "actor-failed", actor: A1, worker: worker(1), cause: "RangeError: bad" })).toEqual([
      { type: "kill-worker", worker: worker(1), reason: "actor Counter (d1-a1): RangeError: bad" },
      { type: "actor-state", actor: A1, state: "dead", restarts: 0, cause: "RangeError: bad" },
    ]);
  });

  test("an actor whose process dies is dead, and its cause says how", () => {
    const cluster = aliveActor();
    expect(cluster.exit(worker(1))).toEqual([
      { type: "actor-state", actor: A1, state: "dead", restarts: 0, cause: "its process w1 (pid 1001) was killed by SIGKILL" },
      { type: "process-died", process: worker(1) },
    ]);
  });

  test("an actor with restarts left restarts on another process, as often as it may", () => {
    const cluster = aliveActor({ maxRestarts: 1 });
    expect(brief(cluster.exit(worker(1)))).toEqual(["actor-state d1-a1 restarting", "process-died w1", "place-actor d1-a1 w2"]);
    expect(brief(cluster.send({ type: "actor-alive", actor: A1, worker: worker(2) }))).toEqual(["actor-state d1-a1 alive w2"]);
    expect(brief(cluster.exit(worker(2)))).toEqual(["actor-state d1-a1 dead", "process-died w2"]);
  });

  test("ray.kill with noRestart false ends the process and restarts the actor after that", () => {
    const cluster = aliveActor({ maxRestarts: -1 });
    expect(brief(cluster.send({ type: "actor-killed", actor: A1, noRestart: false, cause: "ray.kill" }))).toEqual(["actor-state d1-a1 restarting", "kill-worker w1"]);
    expect(brief(cluster.exit(worker(1)))).toEqual(["process-died w1", "place-actor d1-a1 w2"]);
  });

  test("ray.kill with noRestart false kills an actor that has no restarts", () => {
    const cluster = aliveActor();
    expect(brief(cluster.send({ type: "actor-killed", actor: A1, noRestart: false, cause: "ray.kill" }))).toEqual(["kill-worker w1", "actor-state d1-a1 dead"]);
  });

  test("news of the constructor from a process that the actor has left is not heard", () => {
    const cluster = new TestCluster({ CPU: 1 });
    cluster.wantActor(A1, { maxRestarts: 1 });
    cluster.exit(worker(1));
    expect(cluster.send({ type: "actor-alive", actor: A1, worker: worker(1) })).toEqual([]);
    expect(cluster.scheduler.snapshot().actors[0]).toMatchObject({ state: "restarting", restarts: 1, worker: worker(2) });
  });

  test("a kill that overtakes the actor's own news still kills it", () => {
    const cluster = new TestCluster({ CPU: 1 });
    cluster.send({ type: "actor-killed", actor: A1, noRestart: true, cause: "ray.kill" });
    expect(brief(cluster.wantActor(A1))).toEqual(["actor-state d1-a1 pending", "actor-state d1-a1 dead"]);
  });

  test("killing twice is killing once", () => {
    const cluster = aliveActor();
    cluster.send({ type: "actor-killed", actor: A1, noRestart: true, cause: "ray.kill" });
    expect(cluster.send({ type: "actor-killed", actor: A1, noRestart: true, cause: "ray.kill" })).toEqual([]);
  });
});

describe("owners", () => {
  test("a driver that leaves takes its job's actors with it, but not detached ones", () => {
    const cluster = aliveActor();
    cluster.wantActor(A2, { detached: true, name: "keeper" });
    expect(cluster.send({ type: "client-left", client: D1 })).toEqual([
      { type: "kill-worker", worker: worker(1), reason: "actor Counter (d1-a1): its driver d1 ended" },
      { type: "actor-state", actor: A1, state: "dead", restarts: 0, cause: "its driver d1 ended" },
      { type: "process-died", process: D1 },
    ]);
    expect(cluster.scheduler.actorByName("keeper", "front")).toMatchObject({ actor: A2, state: "pending" });
  });

  test("what a detached actor made outlives the driver too", () => {
    const cluster = aliveActor({ detached: true });
    const made = "w1-a1" as ActorId;
    cluster.wantActor(made, { owner: worker(1), job: "job-d1" as never });
    cluster.send({ type: "client-left", client: D1 });
    expect(cluster.scheduler.snapshot().actors.map(({ state }) => state)).toEqual(["alive", "pending"]);
    expect(brief(cluster.exit(worker(1)))).toContain("actor-state w1-a1 dead");
  });

  test("an actor that a task made ends with that task's worker", () => {
    const cluster = new TestCluster({ CPU: 2 });
    cluster.want(D1, { CPU: 1 }, 1);
    const made = "w1-a1" as ActorId;
    cluster.wantActor(made, { owner: worker(1) });
    expect(brief(cluster.exit(worker(1)))).toEqual(["lease-broken d1 l1 w1", "kill-worker w2", "actor-state w1-a1 dead", "process-died w1"]);
  });
});

describe("names", () => {
  test("a name that is taken in the namespace is refused, and free again after the actor's death", () => {
    const cluster = aliveActor({ name: "counter" });
    expect(cluster.wantActor(A2, { name: "counter", owner: D2 })).toEqual([{ type: "reject-actor", actor: A2, owner: D2, code: "name-taken", existing: A1 }]);
    cluster.send({ type: "actor-killed", actor: A1, noRestart: true, cause: "ray.kill" });
    expect(cluster.scheduler.actorByName("counter", "front")).toBeUndefined();
    expect(brief(cluster.wantActor(actor(3), { name: "counter" }))).toContain("actor-state d1-a3 pending");
  });

  test("namespaces keep names apart (row 10)", () => {
    const cluster = aliveActor({ name: "counter" });
    cluster.wantActor(A2, { name: "counter", namespace: "other" });
    expect(cluster.scheduler.actorByName("counter", "other")).toMatchObject({ actor: A2 });
    expect(cluster.scheduler.listNamedActors("front")).toEqual([{ name: "counter", namespace: "front" }]);
    expect(cluster.scheduler.listNamedActors()).toHaveLength(2);
  });
});
