import { CellHost } from "./cell-host.ts";
import { asyncCases, errorCases, moduleCases, scopeCases, typescriptCases, valueCases } from "./cell-cases.ts";
import type { CellCase } from "./cell-cases.ts";
import { loopCases } from "./loop-cases.ts";

async function runAll({ cells, error }: CellCase): Promise<{ value?: unknown; failure?: string }> {
  const host = new CellHost();
  let value: unknown;
  for (const [index, source] of cells.entries()) {
    try {
      value = await host.run(source);
    } catch (thrown) {
      const failure = host.stacks.mapStack(String((thrown as Error).stack ?? thrown));
      // A cell may fail in the middle of a case: what it left behind is what the case asks for.
      if (error || index === cells.length - 1) return { failure };
    }
  }
  return { value };
}

describe.each([
  ["the value of a cell", valueCases],
  ["names across cells", scopeCases],
  ["TypeScript in cells", typescriptCases],
  ["modules in cells", moduleCases],
  ["await in cells", asyncCases],
])("%s", (_, cases) => {
  test.each(cases.map((each) => [each.title, each] as const))("%s", async (_title, each) => {
    const { value, failure } = await runAll(each);
    expect(failure).toBeUndefined();
    expect(value).toEqual(each.value);
  });
});

describe("loops of the top level", () => {
  test.each(loopCases.map((each) => [each.title, each] as const))("%s", async (_title, each) => {
    const { value, failure } = await runAll(each);
    if (each.error) return expect(failure).toMatch(each.error);
    expect(failure).toBeUndefined();
    expect(value).toEqual(each.value);
  });
});

describe("errors of cells", () => {
  test.each(errorCases.map((each) => [each.title, each] as const))("%s", async (_title, each) => {
    const { failure } = await runAll(each);
    expect(failure).toMatch(each.error!);
  });
});
