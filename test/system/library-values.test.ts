/**
 * Values of libraries of numbers, there and back: of their class where they arrive, with their methods, and with large memory
 * shared instead of copied. Each case runs as a script and as a cell.
 */
import { FrontProcess } from "../fixtures/front-process.ts";
import { Sandbox } from "../fixtures/sandbox.ts";

const sandbox = new Sandbox();
let front: FrontProcess;
beforeAll(async () => {
  sandbox.link("ndarray", "ml-matrix", "apache-arrow");
  front = new FrontProcess(sandbox);
  await front.cell("await ray.init({ numCpus: 2 });");
});
afterAll(async () => {
  await front.close();
  await sandbox.close();
});

/** `body` gives `result`. Memory that `shared` names is the same for two gets of one ref, and lies in a file of the store. */
const inScript = (imports: string, body: string): Promise<unknown> => sandbox.scriptValue(`import ray from "ray-ts"; ${imports}\nawait ray.init({ numCpus: 2 });\n${TOOLS}\n${body}\nreport(result); await ray.shutdown();`);

async function inCell(imports: string, body: string): Promise<unknown> {
  const done = await front.cell(`${imports}\n{ ${TOOLS}\n${body}\nconsole.log("RESULT " + JSON.stringify(result)); }`);
  const [, result] = /^RESULT (.*)$/m.exec(done.stdout) ?? [];
  if (result === undefined) throw new Error(`The cell gave no result: ${done.error ?? ""}\n${done.stderr}`);
  return JSON.parse(result);
}

/** Whether two gets of a ref read the same memory: a copy would be made anew by each. */
const TOOLS = `const isShared = async (ref, memory) => { const [a, b] = [memory(await ray.get(ref)), memory(await ray.get(ref))]; return a.buffer === b.buffer && a.buffer.byteLength > a.byteLength; };`;

const CASES: Readonly<Record<string, { imports: string; body: string; result: unknown }>> = {
  "ndarray: an argument and a result": {
    imports: `import ndarray from "ndarray";`,
    body: `
      const grid = ndarray(new Float64Array(300 * 400).fill(2), [300, 400]);
      grid.set(1, 2, 7);
      const look = ray.remote((a) => [a.get(1, 2), a.shape, a.dtype, a.constructor === ndarray(new Float64Array(1), [1, 1]).constructor, a.transpose(1, 0).lo(2, 1)]);
      const [at, shape, dtype, isOfClass, back] = await ray.get(look.remote(grid));
      const result = [at, shape, dtype, isOfClass, back.get(0, 0), back.shape, back.constructor === grid.constructor, await isShared(ray.put(grid), (a) => a.data)];`,
    result: [7, [300, 400], "float64", true, 7, [398, 299], true, true],
  },
  "ndarray: a view of a few numbers": {
    imports: `import ndarray from "ndarray";`,
    body: `
      const column = ndarray(Int32Array.from({ length: 12 }, (_, i) => i), [3, 4]).pick(-1, 2);
      const result = await ray.get(ray.remote((a) => [a.dimension, a.get(0), a.get(1), a.get(2)]).remote(column));`,
    result: [1, 2, 6, 10],
  },
  "ml-matrix: an argument and a result": {
    imports: `import { Matrix } from "ml-matrix";`,
    body: `
      const work = ray.remote((m) => [m instanceof Matrix, m.rows, m.sum(), m.clone().mul(2), m.mmul(m.transpose())]);
      const [isMatrix, rows, sum, twice, product] = await ray.get(work.remote(Matrix.ones(3, 2000)));
      const result = [isMatrix, rows, sum, twice instanceof Matrix, twice.sum(), product.get(1, 1), product.addRow([1, 1, 1]).rows, await isShared(ray.put(Matrix.ones(100, 2000)), (m) => m.data[7])];`,
    result: [true, 3, 6000, true, 12000, 2000, 4, true],
  },
  "ml-matrix: matrices with private state, and results of decompositions": {
    imports: `import { DistanceMatrix, Matrix, SVD, SymmetricMatrix } from "ml-matrix";`,
    body: `
      const work = ray.remote((s, d) => [s instanceof SymmetricMatrix, s.get(0, 1), d instanceof DistanceMatrix, d.get(1, 0), s.set(0, 1, 9), new SVD(new Matrix([[2, 0], [0, 1]]))]);
      const [isSymmetric, at, isDistance, distance, changed, svd] = await ray.get(work.remote(new SymmetricMatrix([[1, 5], [5, 2]]), new DistanceMatrix([[0, 4], [4, 0]])));
      const result = [isSymmetric, at, isDistance, distance, changed instanceof SymmetricMatrix, changed.get(1, 0), svd instanceof SVD, svd.diagonal];`,
    result: [true, 5, true, 4, true, 9, true, [2, 1]],
  },
  "apache-arrow: a table with numbers and strings": {
    imports: `import * as arrow from "apache-arrow";`,
    body: `
      const table = arrow.tableFromArrays({ id: Int32Array.from({ length: 50_000 }, (_, i) => i), price: new Float64Array(50_000).fill(1.5), name: Array.from({ length: 50_000 }, (_, i) => "n" + (i % 10)) });
      const work = ray.remote((t) => {
        let sum = 0;
        for (const price of t.getChild("price")) sum += price;
        return [t.constructor === arrow.Table, t.schema.fields[0].type.constructor === arrow.Int32, sum, t.get(11).name, t.slice(10, 13), arrow.tableToIPC(t).byteLength > 600_000];
      });
      const [isTable, isType, sum, name, some, isWritten] = await ray.get(work.remote(table));
      const result = [isTable, isType, sum, name, some.constructor === arrow.Table, some.toArray().map((row) => row.name), isWritten, await isShared(ray.put(table), (t) => t.getChild("price").data[0].values)];`,
    result: [true, true, 75_000, "n1", true, ["n0", "n1", "n2"], true, true],
  },
  "apache-arrow: vectors of one chunk, of two, of strings and remembered ones, made by a task": {
    imports: `import * as arrow from "apache-arrow";`,
    body: `
      const make = ray.remote(() => {
        const floats = arrow.makeVector(new Float64Array(20_000).fill(3));
        return [floats, floats.concat(arrow.makeVector(new Float64Array(2).fill(4))), arrow.vectorFromArray(["a", null, "c"], new arrow.Utf8()), arrow.vectorFromArray(["x", "y", "x"])];
      });
      const vectors = await ray.get(make.remote());
      const again = await ray.get(ray.remote((vs) => vs.map((v) => [v instanceof arrow.Vector, v.length, v.get(v.length - 1), v.nullCount])).remote(vectors));
      const result = [again, vectors.every((v) => v instanceof arrow.Vector), vectors[1].get(20_001), vectors[2].toJSON(), vectors[3].indexOf("y"), await isShared(ray.put(vectors[0]), (v) => v.data[0].values)];`,
    result: [[[true, 20_000, 3, 0], [true, 20_002, 4, 0], [true, 3, "c", 1], [true, 3, "x", 0]], true, 4, ["a", null, "c"], 1, true],
  },
};

describe.each([["a script", inScript], ["a cell", inCell]])("in %s", (_where, run) => {
  test.each(Object.entries(CASES))("%s", async (_what, { imports, body, result }) => {
    expect(await run(imports, body)).toEqual(result);
  });
});
