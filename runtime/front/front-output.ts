import type { Output } from "../session/output.ts";

/** Output of cells; comms are told apart. Live views have become `display` (and later updates of the same displayId) or `result`. */
export type FrontOutput = Exclude<Output, { type: "view" | "ui" | "ui-values" | "comm" | "comm-target" }>;
