/** `RangeError: bad` of what a task threw, read from its bytes: without making the error, for which its class and code might be needed. */
import type { Encoded } from "../engine/engine.ts";
import { checkGraph, GRAPH_TAG, NODE, type Entry, type GraphNode, type Properties } from "./graph.ts";
import { ValueReader } from "./out-of-band.ts";

/** Undefined when the bytes are of something else. */
export function failureText(value: Encoded): string | undefined {
  const text = wholeText(value);
  return text === undefined ? undefined : firstLine(text);
}

const LONGEST_STACK = 4000;

/** The lines below that, if there are any: where it was thrown, in terms of cells and files. */
export function failureStack(value: Encoded): { readonly stack?: string } {
  const text = wholeText(value) ?? "";
  const end = text.indexOf("\n    at ");
  return end < 0 ? {} : { stack: text.slice(end + 1, end + 1 + LONGEST_STACK) };
}

/** Name and message, and the stack where there is one. */
function wholeText({ head, buffers }: Encoded): string | undefined {
  if (head[0] !== GRAPH_TAG) return undefined;
  try {
    const [root, nodes] = checkGraph(new ValueReader(head, buffers).readValue());
    const failure = Array.isArray(root) ? nodes[(root[0] as number) - 1] : undefined;
    if (failure?.[0] !== NODE.taskFailure) return undefined;
    const [, thrown, stack] = failure;
    if (typeof stack === "string") return stack;
    return Array.isArray(thrown) ? errorText(nodes[(thrown[0] as number) - 1]) : String(thrown);
  } catch {
    return undefined; // whoever gets the value hears of its bytes
  }
}

/** Stacks begin with name and message, as the class and its own `name` made them. */
function errorText(node: GraphNode | undefined): string | undefined {
  if (node?.[0] !== NODE.instance) return undefined;
  const [, , base, properties] = node as unknown as [number, Entry, readonly unknown[], Properties];
  const [kind, builtin, stack] = Array.isArray(base) ? base : [];
  if (kind !== "error") return undefined;
  if (typeof stack === "string") return stack;
  const message = properties.values[properties.keys.indexOf("message")];
  return `${String(builtin)}${typeof message === "string" ? `: ${message}` : ""}`;
}

const firstLine = (text: string): string => text.split("\n", 1)[0] as string;
