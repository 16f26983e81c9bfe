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

  test("frees no block while it is read", () => {
    refs.created(X);
    expect(refs.pinned(X, middle)).toBe(true);
    refs.pinned(X, middle);
    expect(refs.released(X)).toEqual([]);
    expect(refs.unpinned(X, middle)).toEqual([]);
    expect(refs.unpinned(X, middle)).toEqual([forget(X)]);
  });

  test("ray.free gives a value up though refs are held, but not under a reader", () => {
    refs.created(X);
    refs.created(Y);
    refs.pinned(Y, reader);
    expect(refs.freed([X, Y])).toEqual([forget(X)]);
    expect(refs.owned.hasValue(Y)).toBe(false);
    expect(refs.pinned(Y, middle)).toBe(false);
    expect(refs.unpinned(Y, reader)).toEqual([forget(Y)]);
    expect([...refs.released(X), ...refs.released(Y)]).toEqual([]);
    expect(refs.size).toBe(0);
  });

  test("drops counts, pins and lends of a process that died, and what it sent before", () => {
    refs.created(X);
    refs.lent(1, middle, [X]);
    refs.borrowedBy(X, middle);
    refs.pinned(X, middle);
    refs.released(X);
    expect(refs.processDied(middle)).toEqual([forget(X)]);
    refs.borrowedBy(X, middle);
    expect([...refs.unborrowedBy(X, middle), ...refs.unpinned(X, middle), ...refs.lendDone(1, middle, [X])]).toEqual([]);
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
    expect(() => refs.unpinned(Y, middle)).toThrow(/was unpinned 1 times by .* which had pinned it 0 times/);
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

  test("tells a dead owner nothing, and waits for no answer of it", () => {
    refs.received(1, reader, [X]);
    refs.retained(X);
    refs.settled(1, reader);
    expect(refs.processDied(owner)).toEqual([end(1, [], reader)]);
    expect(refs.released(X)).toEqual([]);
    expect(refs.size).toBe(0);
  });
});
