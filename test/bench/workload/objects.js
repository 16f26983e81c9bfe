async function putSmall(n) { for (let i = 0; i < n; i++) ray.put(0); }
bench("put_small", await rate(50_000, putSmall));
const small = ray.put(0);
async function getSmall(n) { for (let i = 0; i < n; i++) await ray.get(small); }
bench("get_small", await rate(50_000, getSmall));
async function putGetTiny() { const refs = Array.from({ length: 10_000 }, (_, i) => ray.put(i)); const values = await ray.get(refs); if (values.at(-1) !== 9999) throw new Error("wrong value"); }
bench("put_get_10k_tiny_ms", await medianMs(putGetTiny));
const holder = ray.remote(() => Array.from({ length: 10_000 }, () => ray.put(1)), { name: "holder" });
const held = holder.remote();
await ray.wait([held]);
bench("get_obj_with_10k_refs_ms", await medianMs(async () => { if ((await ray.get(held)).length !== 10_000) throw new Error("wrong value"); }, { warm: 1, times: 3 }));

const big = new Float64Array(13_107_200).fill(1);
const settle = async () => { await collect(); await collect(); };
{
  const puts = [];
  for (let i = 0; i < 9; i++) { const start = performance.now(); ray.put(big); puts.push(msSince(start)); await settle(); }
  bench("put_100MiB_GiBps", 100 / 1024 / (medianOf(puts.slice(4)) / 1000));
}
bench("get_100MiB_ms", medianOf(await (async () => {
  const gets = [];
  for (let i = 0; i < 5; i++) { const ref = ray.put(big); const start = performance.now(); const value = await ray.get(ref); gets.push(msSince(start)); if (value[1] !== 1) throw new Error("wrong value"); await collect(); }
  return gets;
})()));
const bigRef = ray.put(big);
bench("get_again_100MiB_ms", await medianMs(async () => { if ((await ray.get(bigRef))[1] !== 1) throw new Error("wrong value"); }));
const sumOf = (xs) => { let s = 0; for (let i = 0; i < xs.length; i++) s += xs[i]; return s; };
const sum = ray.remote(sumOf, { name: "sum" });
const sizeOf = ray.remote((xs) => xs.length, { name: "sizeOf" });
bench("local_sum_100MiB_ms", await medianMs(async () => sumOf(big)));
bench("task_sum_100MiB_by_ref_ms", await medianMs(() => ray.get(sum.remote(bigRef))));
bench("task_len_100MiB_by_ref_ms", await medianMs(() => ray.get(sizeOf.remote(bigRef))));
bench("task_len_100MiB_by_value_ms", await medianMs(() => ray.get(sizeOf.remote(big)), { warm: 4, pause: settle }));
const make100 = ray.remote(() => new Float64Array(13_107_200).fill(1), { name: "make100" });
bench("task_returns_100MiB_ms", await medianMs(async () => { if ((await ray.get(make100.remote()))[1] !== 1) throw new Error("wrong value"); }, { warm: 3, pause: settle }));
