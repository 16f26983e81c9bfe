/** Jest's names are globals in tests. */
import type * as globals from "@jest/globals";

declare global {
  const test: typeof globals.test;
  const it: typeof globals.it;
  const expect: typeof globals.expect;
  const describe: typeof globals.describe;
  const beforeAll: typeof globals.beforeAll;
  const afterAll: typeof globals.afterAll;
  const beforeEach: typeof globals.beforeEach;
  const afterEach: typeof globals.afterEach;
}
