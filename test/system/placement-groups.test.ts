/** Placement groups: resources reserved all at once, and what runs in them. */
import { FrontProcess } from "../fixtures/front-process.ts";
import { Sandbox } from "../fixtures/sandbox.ts";

const sandbox = new Sandbox();
afterAll(() => sandbox.close(), 30_000);

const helpers = `
  const inGroup = (placementGroup, more) => ({ schedulingStrategy: { placementGroup, ...more } });
  const where = ray.remote(function where() { return [ray.util.getCurrentPlacementGroup()?.id, ray.getRuntimeContext().placementGroupId, ray.getRuntimeContext().assignedResources]; });
  const why = (ref) => ray.get(ref).catch((error) => error.name);
`;
const run = (body: string, init = "{ numCpus: 2 }"): Promise<unknown> => sandbox.scriptValue(`import ray from "ray-ts"; await ray.init(${init});\n${helpers}\n${body}\nawait ray.shutdown();`);

test("a group reserves all its bundles at once; tasks and actors run in it, of one bundle or of any (rows 34, 87)", async () => {
  expect(await run(`
    const group = ray.util.placementGroup([{ CPU: 1 }, { CPU: 1, GPU: 1 }], { name: "gang" });
    const same = await ray.get(group.ready());
    const late = ray.util.placementGroup([{ CPU: 1 }]);
    class Member { where() { return ray.util.getCurrentPlacementGroup().id; } }
    const member = ray.remote(Member, { numGpus: 1, ...inGroup(group, { bundleIndex: 1 }) }).remote();
    const left = await ray.availableResources();
    const [task, of] = await ray.get([where.options(inGroup(group, { bundleIndex: 0 })).remote(), member.where.remote()]);
    const passed = await ray.get(ray.remote(async (group) => [group.id, group.bundleSpecs, group.bundleCount, await group.wait(1000)], { numCpus: 0, ...inGroup(group) }).remote(group));
    const found = await ray.util.getPlacementGroup("gang");
    const table = await ray.util.placementGroupTable(group);
    report([
      [same.id, task[0], task[1], of, passed[0], found.id].every((id) => id === group.id), task[2], passed.slice(1), [left.CPU ?? 0, left.GPU ?? 0], await late.wait(100),
      table.state, table.bundles, table.strategy, table.stats.schedulingState, Object.keys(await ray.util.placementGroupTable()).length, String(group) === String(found),
    ]);
  `, "{ numCpus: 2, numGpus: 1 }")).toEqual([
    true, { CPU: 1 }, [[{ CPU: 1 }, { CPU: 1, GPU: 1 }], 2, true], [0, 0], false,
    "CREATED", { 0: { CPU: 1 }, 1: { CPU: 1, GPU: 1 } }, "PACK", "FINISHED", 2, true,
  ]);
}, 60_000);

test("removing a group ends what runs in it, without a retry, and fails what waits or comes later; its resources come back (row 87)", async () => {
  expect(await run(`
    const group = ray.util.placementGroup([{ CPU: 2 }]);
    class Member { ok() { return 1; } }
    const member = ray.remote(Member, { maxRestarts: -1, ...inGroup(group) }).remote();
    await ray.get(member.ok.remote());
    const started = ray.remote(class { n = 0; add() { return ++this.n; } get() { return this.n; } }, { numCpus: 0 }).remote();
    const long = ray.remote(async (started) => { await ray.get(started.add.remote()); await new Promise(() => undefined); }, inGroup(group));
    const running = [long.remote(started), long.remote(started)], waiting = long.remote(started);
    while ((await ray.get(started.get.remote())) < 2) await new Promise((turn) => setTimeout(turn, 5));
    const next = ray.util.placementGroup([{ CPU: 2 }]);
    await ray.util.removePlacementGroup(group);
    const errors = await Promise.all([...running, waiting, where.options(inGroup(group)).remote(), member.ok.remote(), ray.remote(Member, inGroup(group)).remote().ok.remote(), group.ready()].map(why));
    await ray.get(next.ready());
    await ray.util.removePlacementGroup(next);
    await ray.util.removePlacementGroup(next);
    report([errors, await ray.get(started.get.remote()), (await ray.util.placementGroupTable(group)).state, await ray.get(ray.remote(() => 7, { numCpus: 2 }).remote())]);
  `)).toEqual([
    [...Array<string>(4).fill("TaskPlacementGroupRemovedError"), "ActorPlacementGroupRemovedError", "ActorPlacementGroupRemovedError", "TaskPlacementGroupRemovedError"], 2, "REMOVED", 7,
  ]);
}, 60_000);

test("captureChildTasks keeps what a task or actor submits in the group, however deep, unless it says otherwise (row 87)", async () => {
  expect(await run(`
    const group = ray.util.placementGroup([{ CPU: 1 }]);
    const deep = ray.remote(async (n) => (n === 0 ? (await ray.get(where.remote()))[0] : ray.get(deep.remote(n - 1))));
    const place = inGroup(group, { captureChildTasks: true });
    class Parent { async child() { return (await ray.get(where.remote()))[0]; } async actor() { return ray.get(ray.remote(class Kid { where() { return ray.util.getCurrentPlacementGroup()?.id; } }).remote().where.remote()); } }
    const parent = ray.remote(Parent, place).remote();
    const outside = ray.remote(async () => (await ray.get(where.options({ schedulingStrategy: "DEFAULT" }).remote()))[0] ?? "outside", place);
    const tooMuch = ray.remote(async () => { try { where.options({ numCpus: 2 }).remote(); } catch (error) { return error.message; } }, place);
    report([await ray.get([deep.options(place).remote(8), parent.child.remote(), parent.actor.remote()]).then((ids) => ids.every((id) => id === group.id)), await ray.get(outside.remote()), await ray.get(tooMuch.remote())]);
  `)).toEqual([true, "outside", expect.stringMatching(/^"where" cannot run in the placement group: it asks for \{"CPU":2\}, and no bundle of \[\{"CPU":1\}\] has so much\. .*captureChildTasks.*"DEFAULT" runs it outside$/)]);
}, 60_000);

test("a detached group outlives who made it; others end with it", async () => {
  expect(await run(`
    const made = await ray.get(ray.remote(() => { const group = ray.util.placementGroup([{ CPU: 0.5 }]); return [group, process.pid]; }).remote());
    class Maker { make() { return [ray.util.placementGroup([{ CPU: 0.5 }]), ray.util.placementGroup([{ CPU: 0.5 }], { lifetime: "detached" })]; } }
    const maker = ray.remote(Maker).remote();
    const [own, detached] = await ray.get(maker.make.remote());
    await ray.get([own.ready(), detached.ready(), made[0].ready()]);
    await ray.kill(maker);
    while ((await ray.util.placementGroupTable(own)).state !== "REMOVED") await new Promise((turn) => setTimeout(turn, 5));
    report([(await ray.util.placementGroupTable(detached)).state, (await ray.util.placementGroupTable(made[0])).state, (await ray.get(where.options({ numCpus: 0.5, ...inGroup(detached) }).remote()))[0] === detached.id]);
  `)).toEqual(["CREATED", "CREATED", true]);
}, 60_000);

describe("in a cell", () => {
  let front: FrontProcess;
  beforeAll(async () => {
    front = new FrontProcess(sandbox);
    await front.cell("await ray.init({ numCpus: 2 });");
  });
  afterAll(() => front.close());

  test("a group that can never be placed says so at once, and what it would take (row 87)", async () => {
    const cell = await front.cell("await Promise.all([ray.util.placementGroup([{ CPU: 2 }, { CPU: 2 }], { name: 'big' }).wait(300), ray.util.placementGroup([{ CPU: 1 }, { CPU: 1 }], { strategy: 'STRICT_SPREAD' }).wait(300)])");
    expect(cell.text).toBe("[ false, false ]");
    expect(cell.stderr).toMatch(/Placement group big asks for 4 CPU, but the cluster has 2 CPU in all: it can never be placed\.[^\n]*numCpus: 4/);
    expect(cell.stderr).toMatch(/asks for 2 bundles on machines of their own \(STRICT_SPREAD\), but the cluster is one machine: it can never be placed/);
    const same = await front.cell("const taken = ray.util.placementGroup([{ CPU: 0.1 }], { name: 'one' }); await ray.get(taken.ready()); await ray.get(ray.util.placementGroup([{ CPU: 0.1 }], { name: 'one' }).ready())");
    expect(same.error).toMatch(/is gone: the name "one" \(namespace="\w+"\) is already taken by another one$/);
  });

  test.each([
    ["ray.util.placementGroup([])", "TypeError: ray.util.placementGroup wants an array of bundles, like [{ CPU: 1 }, { CPU: 2, GPU: 1 }]; got an empty array"],
    ["ray.util.placementGroup([{ CPU: 0 }])", "RangeError: ray.util.placementGroup: bundle 0 asks for nothing. Name what it reserves, like { CPU: 1 }"],
    ["ray.util.placementGroup([{ numCpus: 1 }])", 'TypeError: ray.util.placementGroup: bundle 0 has "numCpus": a bundle names resources, write CPU: 1'],
    ['ray.util.placementGroup([{ CPU: 1 }], { strategy: "NEAR" })', 'TypeError: ray.util.placementGroup option "strategy" must be one of "PACK", "SPREAD", "STRICT_PACK", "STRICT_SPREAD"; got "NEAR" (string)'],
    ["ray.remote(() => 1, { schedulingStrategy: { placementGroup: {} } })", 'TypeError: ray.remote option "schedulingStrategy".placementGroup must be what ray.util.placementGroup gave; got a plain object'],
    ["ray.remote(() => 1, { schedulingStrategy: { placementGroup: taken, bundleIndex: 3 } })", 'RangeError: ray.remote option "schedulingStrategy".bundleIndex is 3, and the group has the bundles 0 to 0'],
    ["ray.remote(function big() {}, { numCpus: 2, schedulingStrategy: { placementGroup: taken } })", 'RangeError: "big" cannot run in the placement group: it asks for {"CPU":2}, and no bundle of [{"CPU":0.1}] has so much. Ask for less, or make the group with larger bundles'],
    ['await ray.util.getPlacementGroup("nobody")', 'RayError: There is no placement group named "nobody" in namespace'],
    ["await ray.util.removePlacementGroup({})", "TypeError: ray.util.removePlacementGroup wants what ray.util.placementGroup gave; got a plain object"],
  ])("%s says what is wrong", async (code, error) => {
    expect((await front.cell(code)).error).toContain(error);
  });
});
