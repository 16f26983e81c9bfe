/**
 * What is done at a pause of V8: stop for the user, or go on by itself. V8 steps by statements, also in code of Node's, and stops at
 * places that stand for nothing in the user's text; a person steps by lines of that text. Pure.
 */
import type { Stack } from "./stack.ts";

export type StepKind = "next" | "stepIn" | "stepOut";

export interface Step {
  readonly kind: StepKind;
  /** Where it began. */
  readonly scriptId: string | undefined;
  readonly line: number | undefined;
  readonly depth: number;
  /** Pauses that it has gone on from. */
  readonly taken: number;
}

export type Decision = "stop" | "resume" | StepKind;

/** A loop on one line is left to the user after so many rounds. */
const MOST_TAKEN = 60;

export function afterStep(step: Step, stack: Stack): Decision {
  const { top, onTop, depth } = stack;
  const isEnough = step.taken >= MOST_TAKEN;
  if (onTop === "added") return isEnough ? "resume" : "next";
  if (onTop === "others") return depth === 0 || isEnough ? "resume" : "stepOut";
  if (isEnough) return "stop";
  const isSamePlace = top?.script.id === step.scriptId && top?.position.line === step.line && depth === step.depth;
  if (isSamePlace && step.kind !== "stepOut") return step.kind;
  return "stop";
}

export const beginStep = (kind: StepKind, { top, depth }: Stack): Step => ({ kind, scriptId: top?.script.id, line: top?.position.line, depth, taken: 0 });
