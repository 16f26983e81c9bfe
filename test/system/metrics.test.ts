/** Row 93: metrics measured in tasks, actors and the driver, as a command and an endpoint give them. */
import { createServer, type AddressInfo } from "node:net";
import { request } from "node:http";
import { join } from "node:path";
import { distFolder } from "../fixtures/dist-folder.ts";
import { parseExposition, type Exposition } from "../fixtures/exposition.ts";
import { Sandbox, type Finished } from "../fixtures/sandbox.ts";

let sandbox: Sandbox;
beforeEach(() => { sandbox = new Sandbox(); });
afterEach(async () => {
  await cli("stop", "--force");
  await sandbox.close();
}, 30_000);

const cli = (...args: string[]): Promise<Finished> => sandbox.start([join(distFolder(), "cli.js"), ...args]).finished;

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const { port } = server.address() as AddressInfo;
  await new Promise((closed) => server.close(closed));
  return port;
}

function fetchText(port: number, path: string, headers: Record<string, string> = {}): Promise<{ status: number | undefined; type: string | undefined; text: string }> {
  return new Promise((resolve, reject) => {
    request({ host: "127.0.0.1", port, path, headers, agent: false }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (chunk: string) => (text += chunk)).on("end", () => resolve({ status: response.statusCode, type: response.headers["content-type"], text }));
    }).on("error", reject).end();
  });
}

const valueOf = ({ samples }: Exposition, name: string, labels: Record<string, string> = {}): number | undefined =>
  samples.find((sample) => sample.name === name && Object.entries(labels).every(([key, value]) => sample.labels[key] === value))?.value;

const work = `import ray from "ray-ts";
  const { Counter, Gauge, Histogram } = ray.util.metrics;
  const served = new Counter("served", { description: "requests\\nserved", tagKeys: ["route", "by"] }).setDefaultTags({ by: "nobody" });
  const latency = new Histogram("latency_ms", { boundaries: [1, 10, 100] });
  const serve = ray.remote(function serve(i) { served.inc(1, { route: i % 2 ? "/odd" : '/even "quoted"' }); latency.observe(i); if (i === 7) throw new Error("seven"); return i; });
  class Store { constructor() { this.length = new ray.util.metrics.Gauge("store_length"); } set(n) { this.length.set(n); served.inc(5, { route: "/store", by: "actor" }); } }
  const store = ray.remote(Store).remote();
  await Promise.allSettled(Array.from({ length: 20 }, (_, i) => serve.remote(i).value()));
  await ray.get(store.set.remote(3));
  served.inc(100, { route: "driver" });
  const text = async () => JSON.stringify(await ray.state.metrics());
  while (!((t) => t.includes('"/store"') && t.includes("store_length") && (t.match(/"value":10[,}]/g) ?? []).length >= 2)(await text())) await new Promise((r) => setTimeout(r, 20));
`;

describe("row 93: ray.util.metrics", () => {
  test("what tasks, an actor and the driver measure is one text, with the cluster's own, and outlives its driver", async () => {
    expect(await cli("metrics")).toMatchObject({ code: 1, stderr: expect.stringContaining("ray-ts start") });
    await cli("start", "--num-cpus", "2");
    expect(await sandbox.script(`${work} await ray.shutdown();`, { RAY_TS_ADDRESS: "auto" })).toMatchObject({ code: 0, stderr: expect.any(String) });
    const told = parseExposition((await cli("metrics")).stdout);
    expect(["/odd", "/even \"quoted\"", "/store", "driver"].map((route) => valueOf(told, "ray_served_total", { route }))).toEqual([10, 10, 5, 100]);
    expect(valueOf(told, "ray_served_total", { route: "/store", by: "actor" })).toBe(5);
    expect(told.help.get("ray_served_total")).toBe("requests\nserved");
    expect(["1", "10", "100", "+Inf"].map((le) => valueOf(told, "ray_latency_ms_bucket", { le }))).toEqual([2, 11, 20, 20]);
    expect([valueOf(told, "ray_latency_ms_sum"), valueOf(told, "ray_latency_ms_count"), valueOf(told, "ray_store_length")]).toEqual([190, 20, 3]);
    expect([valueOf(told, "ray_ts_tasks_total", { name: "serve", state: "finished" }), valueOf(told, "ray_ts_tasks_total", { name: "serve", state: "failed" }), valueOf(told, "ray_ts_tasks_total", { name: "Store.set", state: "finished" })]).toEqual([19, 1, 1]);
    expect([valueOf(told, "ray_ts_resources_total", { name: "CPU" }), valueOf(told, "ray_ts_drivers"), valueOf(told, "ray_ts_actors", { state: "dead" })]).toEqual([2, 0, 1]);
    expect(valueOf(told, "ray_ts_object_store_bytes")).toBeGreaterThan(0);
    expect((JSON.parse((await cli("metrics", "--json")).stdout) as { name: string }[]).map(({ name }) => name)).toEqual(expect.arrayContaining(["served", "ts_workers"]));
  }, 60_000);

  test("metricsExportPort serves them on loopback, to no page of another name, and nothing listens without it", async () => {
    const port = await freePort();
    const script = sandbox.startScript(`import "node:process";
      ${work.replace('import ray from "ray-ts";', `import ray from "ray-ts"; await ray.init({ numCpus: 2, metricsExportPort: ${port} });`)}
      console.log("ready");
      for await (const _ of process.stdin);
      await ray.shutdown();`);
    await script.output(/ready/);
    const { status, type, text } = await fetchText(port, "/metrics");
    expect([status, type]).toEqual([200, "text/plain; version=0.0.4; charset=utf-8"]);
    expect(valueOf(parseExposition(text), "ray_served_total", { route: "driver" })).toBe(100);
    expect((await fetchText(port, "/")).status).toBe(404);
    expect((await fetchText(port, "/metrics", { host: "evil.example" })).status).toBe(403);
    script.child.stdin?.end();
    expect(await script.finished).toMatchObject({ code: 0 });
    await expect(fetchText(port, "/metrics")).rejects.toThrow("ECONNREFUSED");
  }, 60_000);

  test("a port that is taken is said when the cluster starts", async () => {
    const taken = createServer();
    await new Promise<void>((listening) => taken.listen(0, "127.0.0.1", listening));
    const { port } = taken.address() as AddressInfo;
    const { stderr, code } = await cli("start", "--metrics-export-port", String(port));
    await new Promise((closed) => taken.close(closed));
    expect({ code, isSaid: stderr.includes("EADDRINUSE") && stderr.includes(String(port)) }).toEqual({ code: 1, isSaid: true });
  }, 60_000);
});
