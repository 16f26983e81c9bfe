/**
 * Instances of classes of libraries that hold closures over themselves, or private state, but whose class can make them again
 * from data. They cross as that data and the class; the data's memory is shared as any other.
 */
import type { createRequire } from "node:module";
import { types } from "node:util";

/** `how` is a name in `REMAKE`; `parts` are the class and what it is given. */
export interface Remade {
  readonly how: string;
  readonly parts: readonly unknown[];
}

type Fields = Readonly<Record<string, unknown>>;
type Class<Args extends readonly unknown[] = readonly any[]> = new (...args: Args) => object;

/** How a part is made again on the other side. */
export const REMAKE: Readonly<Record<string, (...parts: any[]) => unknown>> = {
  // a vector of one chunk has its accessors as closures, one of many has a prototype of its type's
  "arrow-vector": (made: Class, data: unknown, isMemoized: boolean) => {
    const vector = new made(data) as { memoize(): object };
    return isMemoized ? vector.memoize() : vector;
  },
  // its constructor is the only one that can give a matrix its private methods
  "ml-matrix": (made: Class, fields: object) => Object.assign(new made(0, 0), fields),
  "ml-symmetric": (made: Class, matrix: object) => new made(matrix),
  // ndarray generates a class for each element type and number of dimensions, once a process
  ndarray: (make: NdArray, data: unknown, shape: unknown, stride: unknown, offset: unknown) => make(data, shape, stride, offset),
};

type NdArray = (data: unknown, shape: unknown, stride: unknown, offset: unknown) => object;

/** For an instance whose class is `made`, the nearest class up its prototype chain; undefined: it crosses as any instance does. */
export function remadeOf(value: object, made: Function): Remade | undefined {
  const rule = RULES[made.name] ?? (/^View(\d+d|_Nil)/.test(made.name) ? generated : undefined);
  return rule === undefined || types.isProxy(value) ? undefined : rule(value as Fields, made);
}

/** By the class's name, then by what only these classes have: a user's class of that name has other parts. */
const RULES: Readonly<Record<string, (value: Fields, made: Function) => Remade | undefined>> = {
  Vector: (value, made) => (isArrow(made) ? { how: "arrow-vector", parts: [made, value["data"], false] } : undefined),
  MemoizedVector: (value, made) => {
    const base = Object.getPrototypeOf(made) as Function;
    return isArrow(base) ? { how: "arrow-vector", parts: [base, value["data"], true] } : undefined;
  },
  Matrix: (value, made) => {
    if (!isMatrix(made) || !Array.isArray(value["data"])) return undefined;
    return { how: "ml-matrix", parts: [made, { ...value }] };
  },
  SymmetricMatrix: symmetric,
  DistanceMatrix: symmetric,
};

function symmetric(value: Fields, made: Function): Remade | undefined {
  const { toMatrix } = value;
  if (!isMatrix(made) || typeof toMatrix !== "function") return undefined;
  return { how: "ml-symmetric", parts: [made, toMatrix.call(value)] };
}

function generated({ data, shape, stride, offset }: Fields, made: Function): Remade | undefined {
  if (!Array.isArray(shape) || !Array.isArray(stride)) return undefined;
  const make = loadedNdArrays().find((each) => each(data, shape, stride, offset).constructor === made);
  return make && { how: "ndarray", parts: [make, data, shape, stride, offset] };
}

/** The generated class names nothing that it came from: the package is looked for among those that are loaded. */
function loadedNdArrays(): readonly NdArray[] {
  const { cache } = (process.getBuiltinModule("node:module") as { createRequire: typeof createRequire }).createRequire(import.meta.url);
  return Object.entries(cache).filter(([path, module]) => /node_modules[\\/]ndarray[\\/]ndarray\.js$/.test(path) && typeof module?.exports === "function").map(([, module]) => module?.exports as NdArray);
}

/** apache-arrow's Vector. */
const isArrow = (made: Function): boolean => Object.hasOwn(made, "isVector") && (made.prototype as object)[Symbol.for("apache-arrow/Vector") as never] === true;

/** ml-matrix's Matrix and its like. */
const isMatrix = (made: Function): boolean => (made.prototype as { klass?: unknown }).klass === "Matrix" && typeof (made as { isMatrix?: unknown }).isMatrix === "function";
