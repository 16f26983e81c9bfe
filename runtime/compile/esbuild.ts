/**
 * The lowering that oxc cannot do, by esbuild: its native program, or the same in WebAssembly (27 times slower) where no native
 * one runs. `RAY_TS_ESBUILD=wasm` chooses the second everywhere.
 */
import { createRequire } from "node:module";
import type { TransformOptions, TransformResult } from "esbuild";

/** What the lowering refuses; `offset` in the text that it was given. */
export class LoweringError extends Error {
  readonly offset: number;

  constructor(message: string, offset: number) {
    super(message);
    this.offset = offset;
  }
}

type Transform = (text: string, options: TransformOptions) => TransformResult;

/** Loaded when first needed: most sessions never need it, and it starts a process. */
let transform: Transform | undefined;

export function transformWithEsbuild(text: string, options: TransformOptions): TransformResult {
  const { program, result } = transform === undefined ? runFirst(text, options) : { program: transform, result: run(transform, text, options) };
  transform = program;
  if (isFailure(result)) throw toLoweringError(result, text);
  return result;
}

interface Failure {
  readonly errors: readonly { readonly text: string; readonly location: { readonly line: number; readonly column: number } | null }[];
}

const isFailure = (value: object): value is Failure => "errors" in value;

function runFirst(text: string, options: TransformOptions): { readonly program: Transform; readonly result: TransformResult | Failure } {
  const load = createRequire(import.meta.url);
  if (process.env["RAY_TS_ESBUILD"] !== "wasm") {
    try {
      const { transformSync: program } = load("esbuild") as { readonly transformSync: Transform };
      return { program, result: run(program, text, options) };
    } catch {
      // the package has no program for this platform, which its first call says: the same in WebAssembly, then
    }
  }
  const { transformSync: program } = load("esbuild-wasm") as { readonly transformSync: Transform };
  return { program, result: run(program, text, options) };
}

/** Throws when esbuild could not run; what it says against the text is a result. */
function run(program: Transform, text: string, options: TransformOptions): TransformResult | Failure {
  try {
    return program(text, { ...options, logLevel: "silent" });
  } catch (error) {
    if (typeof error === "object" && error !== null && isFailure(error)) return error;
    throw error;
  }
}

function toLoweringError({ errors: [first] }: Failure, text: string): LoweringError {
  const { line, column } = first?.location ?? { line: 1, column: 0 };
  const lines = text.split("\n");
  const before = lines.slice(0, line - 1).reduce((length, each) => length + each.length + 1, 0);
  // esbuild counts columns in bytes.
  const inLine = Buffer.from(lines[line - 1] ?? "").subarray(0, column).toString().length;
  return new LoweringError(first?.text ?? "The text could not be lowered", before + inLine);
}
