import { memoryRay } from "../../../fixtures/memory-host.ts";

test("a pool takes no work once it is closed, and is joined only then", async () => {
  const { ray } = memoryRay();
  const pool = new ray.util.Pool({ processes: 1 });
  await expect(pool.join()).rejects.toThrow("Pool.join: the pool is still open");
  pool.close();
  await expect(pool.map((x: number) => x, [1])).rejects.toThrow("Pool.map: the pool was closed");
  await pool.join();
});

test("wrong uses of a pool are named", async () => {
  const { ray } = memoryRay();
  expect(() => new ray.util.Pool({ processes: 0 })).toThrow('new ray.util.Pool option "processes" must be a whole number of at least 1; got 0');
  const pool = new ray.util.Pool({ processes: 1 });
  await expect(pool.map(1 as never, [])).rejects.toThrow("Pool.map wants a function; got 1");
  expect(() => pool.imap((x: number) => x, 5 as never)).toThrow("Pool.imap wants an array or another iterable; got 5");
  await pool.terminate();
});
