/**
 * Makes text stable that differs from run to run: ids, pids, durations, addresses, paths. Stored and new output go through
 * the same rules, so a rule never makes unequal what is equal; it only forgives.
 */
import { isRecord } from "../notebook/notebook.ts";

export interface Rule {
  readonly pattern: RegExp;
  readonly replace: string;
}

/** A folder of this machine and what stands for it in compared text. */
export type Place = readonly [path: string, name: string];

/** A rule in a notebook's metadata that we cannot use. */
export class SanitizeError extends Error {
  override readonly name = "SanitizeError";
}

/** In this order: paths before ports, ports before plain numbers with units. */
export function defaultRules(places: readonly Place[]): Rule[] {
  return [
    // longest first: the notebook's folder often lies under home
    ...placeRules(places),
    { pattern: /\bfile:\/\/\/?(?=<)/g, replace: "" },
    { pattern: /\b\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?/g, replace: "<date>" },
    { pattern: /\b\d{4}-\d{2}-\d{2}\b/g, replace: "<date>" },
    { pattern: /\b\d{1,2}:\d{2}:\d{2}(\.\d+)?\b/g, replace: "<time>" },
    { pattern: /\b(Mon|Tue|Wed|Thu|Fri|Sat|Sun) (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{2} \d{4}\b/g, replace: "<date>" },
    { pattern: /\b0x[0-9a-f]{6,}\b/gi, replace: "<address>" },
    { pattern: /\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi, replace: "<uuid>" },
    // objects `d3fa9c1d2-1a`, tasks `…-t1a`, actors `…-a1a`; bare names of processes `w3fa9c1d2`
    { pattern: /\b[dwhf][0-9a-f]{8}-t[0-9a-z]+\b/g, replace: "<task>" },
    { pattern: /\b[dwhf][0-9a-f]{8}-a[0-9a-z]+\b/g, replace: "<actor>" },
    { pattern: /\b[dwhf][0-9a-f]{8}-[0-9a-z]+\b/g, replace: "<object>" },
    { pattern: /\b[dwhf][0-9a-f]{8}\b/g, replace: "<process>" },
    { pattern: /\bpid([ =:]+)\d+/gi, replace: "pid$1<pid>" },
    { pattern: /\b(\d{1,3}\.){3}\d{1,3}:\d+\b/g, replace: "<address>" },
    { pattern: /\b(localhost|\[::1?\]):\d+\b/g, replace: "<address>" },
    { pattern: /\b(\d{1,3}\.){3}\d{1,3}\b/g, replace: "<address>" },
    { pattern: /\bport([ =:]+)\d+/gi, replace: "port$1<port>" },
    { pattern: /\b\d+(\.\d+)? ?(ns|µs|μs|us|ms|s|sec|secs|seconds?|min|minutes?)\b/g, replace: "<time>" },
    { pattern: /<time>( <time>)+/g, replace: "<time>" }, // `1 min 20 s` and `20 s` are both a while
    { pattern: /\b\d+(\.\d+)?(\/s| per second)(?![\w/])/g, replace: "<rate>" },
  ];
}

/** `ray_ts.sanitize: [{ pattern, replace }]` in the notebook's metadata; the patterns are JavaScript's. */
export function notebookRules(metadata: Readonly<Record<string, unknown>>): Rule[] {
  const ours = metadata["ray_ts"];
  const rules = isRecord(ours) ? ours["sanitize"] : undefined;
  if (rules === undefined) return [];
  if (!Array.isArray(rules)) throw new SanitizeError(`The notebook's metadata has ray_ts.sanitize, but it is no list; write [{ "pattern": "…", "replace": "…" }].`);
  return rules.map((rule: unknown, index) => {
    const pattern = isRecord(rule) ? rule["pattern"] : undefined;
    const replace = isRecord(rule) ? (rule["replace"] ?? "<…>") : undefined;
    if (typeof pattern !== "string" || typeof replace !== "string") {
      throw new SanitizeError(`Rule ${index + 1} of ray_ts.sanitize in the notebook's metadata needs "pattern" and "replace" as text.`);
    }
    try {
      return { pattern: new RegExp(pattern, "gm"), replace };
    } catch (error) {
      throw new SanitizeError(`Rule ${index + 1} of ray_ts.sanitize is no regular expression: ${(error as Error).message}`);
    }
  });
}

export const sanitize = (text: string, rules: readonly Rule[]): string => rules.reduce((clean, { pattern, replace }) => clean.replace(pattern, replace), text);

function placeRules(places: readonly Place[]): Rule[] {
  return places
    .map(([path, name]) => [path.replace(/[\\/]+$/, ""), name] as const)
    .filter(([path]) => path.length > 1)
    .sort(([a], [b]) => b.length - a.length)
    .map(([path, name]) => ({ pattern: new RegExp(escapeForRegExp(path) + "(?![\\w-])", "g"), replace: name }));
}

const escapeForRegExp = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
