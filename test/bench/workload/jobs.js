// Monte Carlo Pi, Ray's documented example: 10 tasks of 1,000,000 samples, with a progress actor
class Progress { done = new Map(); report(i, k) { this.done.set(i, k); } get() { return [...this.done.values()].reduce((a, b) => a + b, 0); } }
const progress = ray.remote(Progress).remote();
const samplesInside = (n) => { let inside = 0; for (let k = 0; k < n; k++) { const x = 2 * Math.random() - 1; const y = 2 * Math.random() - 1; if (x * x + y * y <= 1) inside++; } return inside; };
const sample = ray.remote((n, i, progress) => { const inside = samplesInside(n); progress.report.remote(i, n); return inside; }, { name: "sample" });
async function pi(samples) { const parts = await ray.get(Array.from({ length: 10 }, (_, i) => sample.remote(samples, i, progress))); if (Math.abs((4 * parts.reduce((a, b) => a + b, 0)) / (10 * samples) - Math.PI) > 0.01) throw new Error("wrong Pi"); }
bench("pi_10x1M_ms", await medianMs(() => pi(1_000_000)));
// long enough that starting a task is nothing: two cores against one process with the same loop
const piTogether = await medianMs(() => pi(20_000_000), { warm: 1, times: 3 });
const piAlone = await medianMs(async () => { for (let i = 0; i < 10; i++) samplesInside(20_000_000); }, { warm: 0, times: 1 });
bench("pi_speedup_of_2_cores", piAlone / piTogether);

// word count: 8 documents of 50,000 words, 3 reducers
const VOCABULARY = Array.from({ length: 500 }, (_, i) => `w${String(i).padStart(3, "0")}`);
const DOCUMENTS = Array.from({ length: 8 }, () => Array.from({ length: 50_000 }, () => VOCABULARY[Math.floor(Math.random() * 500)]).join(" "));
const REDUCERS = 3;
const countWords = (text) => { const out = Array.from({ length: REDUCERS }, () => new Map()); for (const word of text.split(" ")) { const part = out[Number(word.slice(1)) % REDUCERS]; part.set(word, (part.get(word) ?? 0) + 1); } return out; };
const mapTask = ray.remote(countWords, { name: "map", numReturns: REDUCERS });
const reduceTask = ray.remote((...parts) => { const all = new Map(); for (const part of parts) for (const [word, n] of part) all.set(word, (all.get(word) ?? 0) + n); return all; }, { name: "reduce" });
async function wordCount() {
  const maps = DOCUMENTS.map((text) => mapTask.remote(text));
  const counts = await ray.get(Array.from({ length: REDUCERS }, (_, r) => reduceTask.remote(...maps.map((parts) => parts[r]))));
  if (counts.flatMap((count) => [...count.values()]).reduce((a, b) => a + b, 0) !== 400_000) throw new Error("wrong count");
}
bench("wordcount_8x50k_ms", await medianMs(wordCount));
