import { fitsBeside, groupOf, groupResource, inGroup, plainAmounts, readGroupResource, type Placement } from "../../../runtime/engine/placement.ts";
import { placementGroupId, type ProcessName } from "../../../runtime/ids.ts";

const id = placementGroupId("d0a1b2c3d" as ProcessName, 7);
const placement: Placement = { group: { id, bundles: [{ CPU: 1 }], strategy: "PACK", detached: false } };

test("a group's resources are named as Ray names them, and read back", () => {
  expect([groupResource("CPU", id), groupResource("a_group_b", id, 3)]).toEqual(["CPU_group_d0a1b2c3d-p7", "a_group_b_group_3_d0a1b2c3d-p7"]);
  expect(readGroupResource(groupResource("a_group_b", id, 3))).toEqual({ name: "a_group_b", bundle: 3, group: id });
  expect(readGroupResource(groupResource("CPU", id))).toEqual({ name: "CPU", bundle: undefined, group: id });
  expect(["CPU", "my_group", "my_group_of_3"].map(readGroupResource)).toEqual([undefined, undefined, undefined]);
});

test("work in a group asks for the group's resources, of one bundle besides, and for a share of it when it asks for nothing", () => {
  const any = inGroup({ CPU: 1, GPU: 0 }, placement);
  expect(any).toEqual({ [groupResource("CPU", id)]: 1 });
  const first = inGroup({ CPU: 1, db: 2 }, { ...placement, bundleIndex: 0 });
  expect(Object.keys(first)).toEqual(["CPU", "db"].flatMap((name) => [groupResource(name, id), groupResource(name, id, 0)]));
  expect(Object.keys(inGroup({}, placement))).toEqual([groupResource("bundle", id)]);
  expect([any, first, inGroup({}, placement), { CPU: 2 }].map(plainAmounts)).toEqual([{ CPU: 1 }, { CPU: 1, db: 2 }, {}, { CPU: 2 }]);
  expect([any, first, { CPU: 1 }].map(groupOf)).toEqual([id, id, undefined]);
});

test("a task runs beside one that waits when CPUs are all it asks for, and no more of them", () => {
  const held = { CPU: 1, GPU: 1, [groupResource("CPU", id)]: 1 };
  expect([{ CPU: 1 }, { CPU: 0.5, GPU: 0 }, {}, inGroup({ CPU: 1 }, placement)].map((asked) => fitsBeside(asked, held))).toEqual([true, true, true, true]);
  expect([{ CPU: 2 }, { GPU: 1 }, inGroup({ CPU: 2 }, placement), inGroup({ CPU: 1 }, { ...placement, bundleIndex: 0 })].map((asked) => fitsBeside(asked, held))).toEqual([false, false, false, false]);
});
