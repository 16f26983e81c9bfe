// What one item costs when there are many: submit, get and wait for all, with 1,000 to 100,000 refs in flight.
async function growth(n) {
  const submit = () => Array.from({ length: n }, () => noop.remote());
  const usEach = (ms) => (1000 * ms) / n;
  const start = performance.now();
  const refs = submit();
  const submitted = msSince(start);
  const getting = performance.now();
  await ray.get(refs);
  const got = msSince(getting);
  const others = submit();
  const waiting = performance.now();
  await ray.wait(others, { numReturns: n });
  return { submit: usEach(submitted), get: usEach(got), wait: usEach(msSince(waiting)) };
}
for (let i = 0; i < 60; i++) await growth(1000);
for (const n of [1000, 10_000, 100_000]) {
  const runs = [];
  for (let i = 0; i < Math.max(3, 30_000 / n); i++) { runs.push(await growth(n)); await collect(); }
  for (const what of ["submit", "get", "wait"]) bench(`${what}_us_each_of_${n}`, medianOf(runs.map((run) => run[what])));
}

class Member { constructor(i) { this.i = i; } which() { return this.i; } }
const RemoteMember = ray.remote(Member);
const creating = performance.now();
const members = Array.from({ length: 100 }, (_, i) => RemoteMember.remote(i));
const which = await ray.get(members.map((member) => member.which.remote()));
if (which.some((i, place) => i !== place)) throw new Error("wrong value");
bench("100_actors_answer_ms", msSince(creating));
await Promise.all(members.map((member) => ray.kill(member)));
