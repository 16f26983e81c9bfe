import type { ActorId, ProcessName } from "../../../runtime/ids.ts";
import { ActorBook, type ActorBookShell } from "../../../runtime/head/actor-book.ts";
import type { ActorWanted, FromHead } from "../../../runtime/wire/message.ts";

const driver = "d1" as ProcessName;
const worker = "w1" as ProcessName;
const actor = "d1-a1" as ActorId;
const wanted: ActorWanted = {
  type: "actor-wanted", actor, handleRef: undefined, className: "Counter", methods: [], shape: {}, namespace: "n", detached: false, getIfExists: false, maxConcurrency: 1, maxRestarts: 0,
  codeKey: "k", code: { refs: [] }, args: { refs: [] }, topLevelRefs: [], lend: 0,
};

function book(living: readonly ProcessName[], now = (): number => 0): { book: ActorBook; told: [ProcessName, FromHead][] } {
  const told: [ProcessName, FromHead][] = [];
  const shell: ActorBookShell = {
    isPersistent: false, namespace: "n", client: () => undefined, now, isThere: (name) => living.includes(name), jobOf: () => undefined, pidOf: () => 7, memoryEnd: () => undefined,
    env: () => "", tell: (to, message) => void told.push([to, message]), handle: () => undefined, push: () => undefined,
  };
  return { book: new ActorBook(shell), told };
}

test("who asks for an actor before its wish has come hears of it when that has: a handle may travel faster", () => {
  const { book: actors, told } = book([driver, worker]);
  actors.watched(worker, actor);
  actors.dropLate();
  expect(told).toEqual([]);
  actors.wanted(driver, wanted, []);
  actors.onState({ type: "actor-state", actor, state: "alive", worker: "w2" as ProcessName, restarts: 0 });
  expect(told.map(([to, message]) => [to, message.type, "state" in message && message.state])).toEqual([[driver, "actor-state", "alive"], [worker, "actor-state", "alive"]]);
});

test("who asks for an actor whose owner is gone, or of which no news comes, is told that it is dead", () => {
  const { book: ownerless, told } = book([worker]);
  ownerless.watched(worker, actor);
  expect(told).toEqual([[worker, { type: "actor-state", actor, state: "dead", cause: "the cluster does not know it: it ended long ago, or is of another cluster" }]]);

  let now = 0;
  const { book: actors, told: later } = book([driver, worker], () => now);
  actors.watched(worker, actor);
  now = 9_000;
  actors.dropLate();
  expect(later).toEqual([]);
  now = 11_000;
  actors.dropLate();
  expect(later.map(([to, message]) => [to, "state" in message && message.state])).toEqual([[worker, "dead"]]);
});
