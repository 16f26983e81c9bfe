/** `RangeError: bad` of what a task threw, read from its bytes: without making the error, for which its class and code might be needed. */
import type { Encoded } from "../engine/engine.ts";
import { checkGraph, GRAPH_TAG, NODE, type Entry, type GraphNode, type Properties } from "./graph.ts";
import { ValueReader } from "./out-of-band.ts";

/** Undefined when the bytes are of something else. */
export function failureText({ head, buffers }: Encoded): string | undefined {
  if (head[0] !== GRAPH_TAG) return undefined;
  try {
    const [root, nodes] = checkGraph(new ValueReader(head, buffers).readValue());
    const failure = Array.isArray(root) ? nodes[(root[0] as number) - 1] : undefined;
    if (failure?.[0] !== NODE.taskFailure) return undefined;
    const [, thrown, stack] = failure;
    if (typeof stack === "string") return firstLine(stack);
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
  if (typeof stack === "string") return firstLine(stack);
  const message = properties.values[properties.keys.indexOf("message")];
  return firstLine(`${String(builtin)}${typeof message === "string" ? `: ${message}` : ""}`);
}

const firstLine = (text: string): string => text.split("\n", 1)[0] as string;
