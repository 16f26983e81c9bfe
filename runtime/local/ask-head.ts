/** Questions to a head from a program that is no driver: a command, a front. */
import type { MetricFamily } from "../engine/metrics.ts";
import type { StackRow } from "../engine/records.ts";
import type { StateAnswer, StateQuery, StateRows, StateTable } from "../engine/state.ts";
import { ClusterDiedError } from "../errors.ts";
import { newProcessName, type JobId } from "../ids.ts";
import type { ClusterAddress } from "../session/session-protocol.ts";
import { Connection } from "./connection.ts";
import { HeadQuestions } from "./head-questions.ts";

type Answers<T extends readonly StateTable[]> = { readonly [K in keyof T]: StateAnswer<StateRows[T[K]]> };

/** Joins, asks for these tables and leaves. */
export async function askHead<const T extends readonly StateTable[]>(address: ClusterAddress, tables: T, query: StateQuery = { limit: 10_000 }): Promise<Answers<T>> {
  return (await withHead(address, (ask) => Promise.all(tables.map((table) => ask((reply) => ({ type: "state-sought", reply, table, query })))))) as unknown as Answers<T>;
}

export async function askForStacks(address: ClusterAddress): Promise<readonly StackRow[]> {
  return (await withHead(address, (ask) => ask((reply) => ({ type: "stacks-sought", reply })))) as readonly StackRow[];
}

export async function askForMetrics(address: ClusterAddress): Promise<readonly MetricFamily[]> {
  return (await withHead(address, (ask) => ask((reply) => ({ type: "metrics-sought", reply })))) as readonly MetricFamily[];
}

async function withHead<T>(address: ClusterAddress, work: (ask: HeadQuestions["ask"]) => Promise<T>): Promise<T> {
  const fail = (reason: string): void => questions.failAll(new ClusterDiedError(reason));
  const connection: Connection = new Connection({
    self: newProcessName("front"),
    kind: "front",
    job: "" as JobId,
    joinsLiveness: true,
    connect: () => Promise.resolve(address),
    onMessage: (_from, message) => { if (message.type === "answer") questions.answered(message.reply, message.value); },
    onRecord: () => undefined,
    onConnected: () => undefined,
    onEnded: fail,
    onRefused: fail,
  });
  const questions = new HeadQuestions((message) => connection.sayToHead(message));
  try {
    await connection.connected;
    return await work((make) => questions.ask(make));
  } finally {
    await connection.close();
  }
}
