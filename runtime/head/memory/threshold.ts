/** From which share of the memory on workers are ended. Ray's default. */
export const DEFAULT_THRESHOLD = 0.95;

/** What `RAY_TS_MEMORY_USAGE_THRESHOLD` asks for: a share, undefined for "never"; `fault` when it asks for nothing that there is. */
export function memoryThreshold(text: string | undefined): { readonly threshold: number | undefined; readonly fault?: string } {
  const asked = text?.trim() ?? "";
  if (asked === "") return { threshold: DEFAULT_THRESHOLD };
  if (asked.toLowerCase() === "off") return { threshold: undefined };
  const share = Number(asked);
  if (share === 0) return { threshold: undefined };
  if (share > 0 && share <= 1) return { threshold: share };
  return { threshold: DEFAULT_THRESHOLD, fault: `RAY_TS_MEMORY_USAGE_THRESHOLD is ${JSON.stringify(asked)}, and must be a share of the memory like 0.9, or "off" (0) to end no worker for its memory; it is taken as ${DEFAULT_THRESHOLD}` };
}
