import { newProcessName, objectId, type ObjectId } from "../../../runtime/ids.ts";
import { References } from "../../../runtime/store/references.ts";

const [owner, middle, reader] = [newProcessName("driver"), newProcessName("worker"), newProcessName("worker")];
const X = objectId(owner, 1);
const Y = objectId(owner, 2);
const forget = (id: ObjectId) => ({ type: "forget-value", id });

describe("an owner", () => {
  let refs: References;
  beforeEach(() => void (refs = new References(owner)));
  afterEach(() => refs.assertInvariants());

  test("forgets a value when its last handle goes", () => {
    refs.created(X);
    refs.retained(X);
    expect(refs.released(X)).toEqual([]);
    expect(refs.released(X)).toEqual([forget(X)]);
    expect(refs.size).toBe(0);
  });

  test("keeps a value that is only in a message, until the lend is done", () => {
    refs.created(X);
    refs.lent(1, middle, [X]);
    expect(refs.released(X)).toEqual([]);
    expect(refs.lendDone(1, middle)).toEqual([forget(X)]);
  });

  test("counts what a reply says was kept before the lend ends", () => {
    refs.created(X);
    refs.lent(1, middle, [X]);
    refs.released(X);
    expect(refs.lendDone(1, middle, [X])).toEqual([]);
    expect(refs.unborrowedBy(X, middle)).toEqual([forget(X)]);
  });

  test("keeps what a value contains, through a chain of values", () => {
    refs.created(X);
    refs.created(Y, [X]);
    expect(refs.released(X)).toEqual([]);
    expect(refs.released(Y)).toEqual([forget(Y), forget(X)]);
  });

  test("forgets a chain of 200,000 values without running out of stack", () => {
    refs.created(objectId(owner, 0));
    for (let i = 1; i < 200_000; i++) {
      refs.created(objectId(owner, i), [objectId(owner, i - 1)]);
      refs.released(objectId(owner, i - 1));
    }
    expect(refs.released(objectId(owner, 199_999))).toHaveLength(200_000);
    expect(refs.size).toBe(0);
  });

  test("forgets a value that contains 300,000 refs", () => {
    const ids = Array.from({ length: 300_000 }, (_, i) => objectId(owner, i + 10));
    for (const id of ids) refs.created(id);
    refs.created(X, ids);
    for (const id of ids) refs.released(id);
    expect(refs.released(X)).toHaveLength(300_001);
  });

  test("forgets no value while its block is read here", () => {
    refs.created(X);
    refs.pinned(X);
    refs.pinned(X);
    expect(refs.released(X)).toEqual([]);
    expect(refs.unpinned(X, 0)).toEqual([]);
    expect(refs.unpinned(X, 0)).toEqual([forget(X)]);
  });

  test("moves a block that nobody else knows at once, and none that is read or under way", () => {
    refs.created(X);
    expect(refs.moved(X)).toEqual([{ type: "free-old", id: X, move: 1 }]);
    refs.pinned(X);
    expect(refs.owned.isMovable(X)).toBe(false);
    refs.unpinned(X, 0);
    refs.lent(1, middle, [X]);
    expect(refs.owned.isMovable(X)).toBe(false);
    expect(() => refs.moved(X)).toThrow(/was moved while it was in use/);
    refs.lendDone(1, middle);
    expect(refs.moved(X)).toEqual([{ type: "free-old", id: X, move: 3 }]);
    refs.released(X);
  });

  test("frees a moved block when all that hold the object have answered, also those that come meanwhile", () => {
    refs.created(X);
    refs.borrowedBy(X, middle);
    expect(refs.moved(X)).toEqual([{ type: "tell-moved", id: X, to: middle, move: 1 }]);
    expect(refs.owned.isMovable(X)).toBe(false);
    expect(refs.borrowedBy(X, reader)).toEqual([{ type: "tell-moved", id: X, to: reader, move: 1 }]);
    expect(refs.moveCleared(X, 1, middle)).toEqual([]);
    expect(refs.unborrowedBy(X, reader)).toEqual([{ type: "free-old", id: X, move: 1 }]);
    expect(refs.moveCleared(X, 1, middle)).toEqual([]);
    refs.unborrowedBy(X, middle);
    refs.released(X);
    expect(refs.size).toBe(0);
  });

  test("asks again who answered, let go and comes back with an address from before", () => {
    refs.created(X);
    refs.borrowedBy(X, middle);
    refs.borrowedBy(X, reader);
    refs.moved(X);
    refs.moveCleared(X, 1, middle);
    refs.unborrowedBy(X, middle);
    expect(refs.borrowedBy(X, middle)).toEqual([{ type: "tell-moved", id: X, to: middle, move: 1 }]);
    expect(refs.moveCleared(X, 1, reader)).toEqual([]);
    expect(refs.processDied(middle)).toEqual([{ type: "free-old", id: X, move: 1 }]);
    refs.processDied(reader);
    refs.released(X);
  });

  test("lets go of what a lost value held, and takes the value that is made again", () => {
    refs.created(X);
    refs.created(Y);
    refs.stored(Y, [X]);
    refs.released(X);
    expect(refs.lost(Y)).toEqual([forget(X)]);
    expect(refs.stored(Y, [])).toEqual([]);
    expect(refs.released(Y)).toEqual([forget(Y)]);
    expect(refs.lost(Y)).toEqual([]);
    expect(refs.size).toBe(0);
  });

  test("drops counts and lends of a process that died, and what it sent before", () => {
    refs.created(X);
    refs.lent(1, middle, [X]);
    refs.borrowedBy(X, middle);
    refs.released(X);
    expect(refs.processDied(middle)).toEqual([forget(X)]);
    refs.borrowedBy(X, middle);
    expect([...refs.unborrowedBy(X, middle), ...refs.moveCleared(X, 1, middle), ...refs.lendDone(1, middle, [X])]).toEqual([]);
    expect(refs.size).toBe(0);
  });

  test("forgets a task's value that comes when nobody waits for it", () => {
    refs.created(X);
    expect(refs.released(X)).toEqual([forget(X)]);
    expect(refs.stored(X, [Y])).toEqual([forget(X)]);
    expect(refs.size).toBe(0);
  });

  test("says what it knows when a count would become negative", () => {
    refs.created(X);
    refs.released(X);
    expect(() => refs.owned.released(X)).toThrow(`Object ${X} was released without a local handle: it is not known`);
    refs.created(Y);
    expect(() => refs.unborrowedBy(Y, middle)).toThrow(/was given back by .* which had not borrowed it: {"id":.*"local":1/);
    expect(() => refs.unpinned(Y, 0)).toThrow(/was unpinned without a pin/);
    refs.released(Y);
  });
});

describe("a borrower", () => {
  let refs: References;
  const end = (lendId: number, kept: readonly ObjectId[] = [], to = owner) => ({ type: "end-lend", lendId, to, kept });
  beforeEach(() => void (refs = new References(middle)));
  afterEach(() => refs.assertInvariants());

  test("that only reads its argument sends nothing but the end of the lend", () => {
    refs.received(1, owner, [X]);
    expect(refs.retained(X)).toEqual([]);
    expect(refs.released(X)).toEqual([]);
    expect(refs.settled(1, owner)).toEqual([end(1)]);
    expect(refs.size).toBe(0);
  });

  test("that keeps an argument of its owner says so by the end of the lend, and lets go later", () => {
    refs.received(1, owner, [X, Y]);
    refs.retained(X);
    expect(refs.settled(1, owner)).toEqual([end(1, [X])]);
    expect(refs.released(X)).toEqual([{ type: "unborrow", id: X }]);
  });

  test("that got a ref from a third process ends the lend when the owner has answered", () => {
    refs.received(1, reader, [X]);
    refs.retained(X);
    expect(refs.settled(1, reader)).toEqual([{ type: "borrow", id: X, seq: 1 }]);
    expect(refs.acknowledged(X, 1)).toEqual([end(1, [], reader)]);
    refs.released(X);
  });

  test("takes an answer from before it let go for no answer to the borrow after it", () => {
    refs.received(1, reader, [X]);
    refs.retained(X);
    refs.settled(1, reader);
    expect(refs.released(X)).toEqual([{ type: "unborrow", id: X }, end(1, [], reader)]);
    refs.received(2, reader, [X]);
    refs.retained(X);
    expect(refs.settled(2, reader)).toEqual([{ type: "borrow", id: X, seq: 2 }]);
    expect(refs.acknowledged(X, 1)).toEqual([]);
    expect(refs.acknowledged(X, 2)).toEqual([end(2, [], reader)]);
    refs.released(X);
  });

  test("whose lend waits for another owner registers the lender's own ref by a borrow", () => {
    const foreign = objectId(reader, 1);
    refs.received(1, owner, [X, foreign]);
    refs.retained(X);
    refs.retained(foreign);
    expect(refs.settled(1, owner)).toEqual([{ type: "borrow", id: foreign, seq: 1 }, { type: "borrow", id: X, seq: 2 }]);
    expect(refs.released(X)).toEqual([{ type: "unborrow", id: X }]);
    expect(refs.acknowledged(foreign, 1)).toEqual([end(1)]);
    refs.released(foreign);
  });

  test("holds what it sends on, and what its own values contain", () => {
    const own = objectId(middle, 1);
    refs.received(1, owner, [X, Y]);
    refs.lent(7, reader, [X]);
    refs.created(own, [Y]);
    expect(refs.settled(1, owner)).toEqual([end(1, [X, Y])]);
    expect(refs.lendDone(7, reader)).toEqual([{ type: "unborrow", id: X }]);
    expect(refs.released(own)).toEqual([forget(own), { type: "unborrow", id: Y }]);
    expect(refs.size).toBe(0);
  });

  test("asks the owner at once when the lender dies", () => {
    refs.received(1, reader, [X]);
    refs.retained(X);
    expect(refs.processDied(reader)).toEqual([{ type: "borrow", id: X, seq: 1 }]);
    expect(refs.settled(1, reader)).toEqual([]);
    refs.acknowledged(X, 1);
    refs.released(X);
  });

  test("answers a move when what it read and what it sent before are done", () => {
    const clear = { type: "clear-move", id: X, move: 4 };
    refs.received(1, owner, [X]);
    refs.pinned(X);
    refs.settled(1, owner);
    refs.lent(7, reader, [X]);
    expect(refs.borrowed.isUnread(X)).toBe(false);
    expect(refs.movedByOwner(X, 4)).toEqual([]);
    expect(refs.moveOf(X)).toBe(4);
    refs.pinned(X); // by the new address
    refs.lent(8, reader, [X]);
    expect(refs.unpinned(X, 0)).toEqual([]);
    expect(refs.lendDone(7, reader)).toEqual([clear]);
    expect([...refs.lendDone(8, reader), ...refs.unpinned(X, 4)]).toEqual([{ type: "unborrow", id: X }]);
    expect(refs.movedByOwner(X, 5)).toEqual([{ ...clear, move: 5 }]);
    expect(refs.size).toBe(0);
  });

  test("tells a dead owner nothing, and waits for no answer of it", () => {
    refs.received(1, reader, [X]);
    refs.retained(X);
    refs.settled(1, reader);
    expect(refs.processDied(owner)).toEqual([end(1, [], reader)]);
    expect(refs.released(X)).toEqual([]);
    expect(refs.size).toBe(0);
  });
});
