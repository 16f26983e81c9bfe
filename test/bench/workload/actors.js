class Actor { n = 0; small() { return undefined; } }
class AsyncActor { async small() { return undefined; } }
const RemoteActor = ray.remote(Actor);

async function createMs() {
  const start = performance.now();
  const made = RemoteActor.remote();
  await ray.get(made.small.remote());
  const ms = msSince(start);
  await ray.kill(made);
  return ms;
}
await createMs();
const warm = [];
for (let i = 0; i < 3; i++) { await new Promise((spare) => setTimeout(spare, 1500)); warm.push(await createMs()); }
bench("actor_create_warm_ms", medianOf(warm));
const cold = [];
for (let i = 0; i < 5; i++) { cold.push(await createMs()); await new Promise((gone) => setTimeout(gone, 300)); }
bench("actor_create_ms", medianOf(cold));

const actor = RemoteActor.remote();
await ray.get(actor.small.remote());
async function actorSync(n) { for (let i = 0; i < n; i++) await ray.get(actor.small.remote()); }
async function actorAsync(n) { await ray.get(Array.from({ length: n }, () => actor.small.remote())); }
bench("actor_sync", await rate(5000, actorSync));
bench("actor_async", await rate(40_000, async (n) => { for (let k = 0; k < n; k += 10_000) await actorAsync(10_000); }));
bench("actor_async_1000", await rate(20_000, async (n) => { for (let k = 0; k < n; k += 1000) await actorAsync(1000); }));

const asyncActor = ray.remote(AsyncActor, { maxConcurrency: 1000 }).remote();
await ray.get(asyncActor.small.remote());
async function asyncActorAsync(n) { await ray.get(Array.from({ length: n }, () => asyncActor.small.remote())); }
bench("async_actor_async_1000", await rate(20_000, async (n) => { for (let k = 0; k < n; k += 1000) await asyncActorAsync(1000); }));
await ray.kill(asyncActor);
