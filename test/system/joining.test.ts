/** What a driver does when it joins a cluster, seen by the head: this process serves the liveness socket of one that has nothing else. */
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { serveLiveness, type LivenessHello } from "../../runtime/wire/liveness.ts";
import { Sandbox } from "../fixtures/sandbox.ts";

const sandbox = new Sandbox();
afterAll(() => sandbox.close());

test.each([["ipc", {}], ["tcp", { RAY_TS_TRANSPORT: "tcp" }]] as [string, Record<string, string>][])("a driver listens before the head hears its name: what the head says at once reaches it, over %s", async (transport, env) => {
  const folder = join(sandbox.folder, transport);
  for (const name of ["", "shm", "disk", "logs"]) mkdirSync(join(folder, name), { recursive: true, mode: 0o700 });
  const token = "a".repeat(64);
  const address = { folder, clusterId: "00000001", token, headName: "h00000001", headPid: process.pid, namespace: "n", nodeId: "1", resources: { CPU: 1 }, objectStoreMemory: 2 ** 20, sharedMemoryFolder: join(folder, "shm"), diskFolder: join(folder, "disk"), logFolder: join(folder, "logs") };
  writeFileSync(join(folder, "cluster.json"), JSON.stringify({ clusterId: "00000001", headPid: process.pid, pidNamespace: "", address }), { mode: 0o600 });

  let joined = (_: LivenessHello & { readonly listens: boolean }): void => {};
  const driver = new Promise<LivenessHello & { readonly listens: boolean }>((done) => (joined = done));
  const server = await serveLiveness({
    folder, token,
    onJoin: (hello) => {
      if (hello.kind === "driver") joined({ ...hello, listens: existsSync(join(folder, hello.name)) });
      return {};
    },
    onNote: () => undefined, onLeave: () => undefined, onRefused: () => undefined,
  });
  const script = sandbox.startScript(`import ray from "ray-ts"; await ray.init({ address: ${JSON.stringify(folder)} });`, env);
  try {
    expect(await driver).toMatchObject({ kind: "driver", listens: true });
  } finally {
    script.kill();
    await script.finished;
    server.close();
  }
});
