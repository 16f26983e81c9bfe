import { RunningCell } from "../../../runtime/front/running-cell.ts";
import type { ExecuteReply } from "../../../runtime/session/session-protocol.ts";

const reply = (id: number): ExecuteReply => ({ type: "executed", id, status: "ok", interrupted: false });

/** In every order of the three things the result comes with the last. */
test.each([["reply", "pipe", "pipe"], ["pipe", "reply", "pipe"], ["pipe", "pipe", "reply"]])("a cell is done after %s, %s and %s", async (...steps: string[]) => {
  const cell = new RunningCell(4, "In[4]");
  steps.forEach((step, at) => {
    expect(cell.isSettled).toBe(false);
    if (step === "reply") cell.replied(reply(4));
    else cell.outputEnded(4);
    if (at === 2) expect(cell.isSettled).toBe(true);
  });
  expect(await cell.result).toEqual({ status: "ok", interrupted: false, sessionDied: false });
});

test("marks and replies of other cells count nothing", () => {
  const cell = new RunningCell(4, "In[4]");
  cell.replied(reply(3));
  cell.outputEnded(3);
  cell.outputEnded(4);
  cell.outputEnded(4);
  expect(cell.isSettled).toBe(false);
});

test("the session's death is the cell's error", async () => {
  const cell = new RunningCell(1, "In[1]");
  cell.sessionDied({ ename: "SessionDiedError", evalue: "gone", traceback: [] });
  expect(await cell.result).toMatchObject({ status: "error", sessionDied: true, error: { ename: "SessionDiedError" } });
});

test("an interrupt before the session has the cell stops it there", async () => {
  const cell = new RunningCell(1, "In[1]");
  expect(cell.interrupt()).toBe(false);
  cell.stopBeforeStart();
  expect(await cell.result).toMatchObject({ status: "error", interrupted: true, sessionDied: false });
  const sent = new RunningCell(2, "In[2]");
  sent.wasSent = true;
  expect(sent.interrupt()).toBe(true);
});
