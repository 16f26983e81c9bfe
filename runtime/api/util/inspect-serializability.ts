/** `ray.util.inspectSerializability`. */
import type { SendFailure } from "../../serialize/codec.ts";
import type { Home } from "../home.ts";

export interface Serializability {
  readonly ok: boolean;
  readonly failures: readonly SendFailure[];
}

export function inspectSerializability(home: Home, value: unknown, name?: string): Serializability {
  const label = name ?? ((typeof value === "function" && value.name) || "value");
  const failures = home.host.codec.failures(value, label);
  console.log(treeOf(label, failures));
  return { ok: failures.length === 0, failures };
}

function treeOf(label: string, failures: readonly SendFailure[]): string {
  if (failures.length === 0) return `${label} can be sent`;
  const lines = failures.flatMap(({ path, reason, hint }, place) => {
    const [branch, stem] = place === failures.length - 1 ? ["└─", "   "] : ["├─", "│  "];
    return [`${branch} ${path}: ${reason}`, ...(hint === "" ? [] : [`${stem}   ${hint}`])];
  });
  return [`${label} cannot be sent:`, ...lines].join("\n");
}
