/** The two values that travel most, encoded and packed once: no arguments, and no result. */
import type { Encoded } from "../engine/engine.ts";
import { pack } from "./pack.ts";

const NOTHING: readonly never[] = [];

/** `u`, alone: undefined, which most methods return. */
export const UNDEFINED_TAG = 0x75;

export const NO_ARGS: Encoded = { head: Buffer.from("[]"), buffers: NOTHING, refs: NOTHING };
export const UNDEFINED: Encoded = { head: Buffer.from([UNDEFINED_TAG]), buffers: NOTHING, refs: NOTHING };

export const NO_ARGS_PACKED = pack(NO_ARGS);
export const UNDEFINED_PACKED = pack(UNDEFINED);
