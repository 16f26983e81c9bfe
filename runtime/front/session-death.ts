/** How a session's end is told to the user. */
import type { OutputError } from "../session/output.ts";
import { type SessionEnd, describeEnd } from "./session-process.ts";

const WHAT_IS_LEFT = "Its variables are lost. The cluster, its detached actors and their state are kept. A fresh session has started: run the cells that you need again.";

export function diedInCell(end: SessionEnd): OutputError {
  const ename = "SessionDiedError";
  const evalue = end.wasRestarted ? `The session was restarted, as this cell did not stop. ${WHAT_IS_LEFT}` : `The session ended while this cell ran, ${describeEnd(end)}. ${WHAT_IS_LEFT}`;
  return { ename, evalue, traceback: [`${ename}: ${evalue}`] };
}

export function diedBetweenCells(end: SessionEnd): string {
  return `The session ended after the last cell, ${describeEnd(end)}. ${WHAT_IS_LEFT}\n`;
}
