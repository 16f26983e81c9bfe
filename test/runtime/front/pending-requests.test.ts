import { PendingRequests } from "../../../runtime/front/pending-requests.ts";

test("each question gets its own answer", async () => {
  const pending = new PendingRequests<string>();
  const ids: number[] = [];
  const both = [pending.ask((id) => ids.push(id), 10_000), pending.ask((id) => ids.push(id), 10_000)];
  pending.answer(ids[1] as number, "second");
  pending.answer(ids[0] as number, "first");
  expect(await Promise.all(both)).toEqual(["first", "second"]);
});

test("without an answer it is undefined, after the time or when all are given up", async () => {
  const pending = new PendingRequests<string>();
  expect(await pending.ask(() => undefined, 1)).toBeUndefined();
  const asked = pending.ask(() => undefined, 10_000);
  pending.answerAll(undefined);
  expect(await asked).toBeUndefined();
});
