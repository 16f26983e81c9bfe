/**
 * The life of the cluster as the user sees it: `ray.init`, `ray.isInitialized`, `ray.shutdown`. Owns: the context of each
 * engine and what `ray.init` asked for. The host starts and ends the engine.
 *
 * L1. One engine has one context: a second `ray.init` that asks for nothing else gives the same one.
 * L2. An init during a shutdown waits for its end.
 */
import type { ClusterInfo, Engine } from "../engine/engine.ts";
import type { RuntimeEnv } from "../engine/runtime-env.ts";
import { RayError } from "../errors.ts";
import { ClusterContext, type RayContext } from "./context.ts";
import type { Home } from "./home.ts";
import { checkOptions, INIT_OPTIONS, type InitOptions } from "./options.ts";
import { envDifference, withWholeEnv } from "./runtime-env.ts";

interface Started {
  /** What `ray.init` asked for; empty when a remote call started the engine. */
  readonly asked: InitOptions;
  readonly info: Promise<ClusterInfo>;
  readonly context: Promise<RayContext>;
}

export class Cluster {
  private readonly home: Home;
  private readonly started = new WeakMap<Engine, Started>();
  /** Engines that could not connect: nothing is running. */
  private readonly failed = new WeakSet<Engine>();
  private ending: Promise<void> | undefined;

  constructor(home: Home) {
    this.home = home;
  }

  async init(options: InitOptions | undefined): Promise<RayContext> {
    const asked = withWholeEnv(checkOptions<InitOptions>(options, INIT_OPTIONS, "ray.init"), this.home.host.folder, "ray.init");
    if (this.ending) await this.ending; // L2
    const running = this.running();
    const engine = running ?? this.home.host.start(asked as never);
    const { asked: before, info, context } = this.started.get(engine) ?? this.begin(engine, running ? {} : asked); // L1
    const result = await context;
    // compared for a new one too: a host that kept a cluster from before hands that over
    refuseOther(asked, before, await info, engine.runtimeEnv);
    return result;
  }

  isInitialized(): boolean {
    return this.running() !== undefined;
  }

  private running(): Engine | undefined {
    const engine = this.home.host.currentEngine();
    return engine && !this.failed.has(engine) ? engine : undefined;
  }

  private begin(engine: Engine, asked: InitOptions): Started {
    const info = engine.connect();
    const context = info.then(
      (known) => new ClusterContext(known, () => this.shutdownOf(engine)),
      (error: unknown) => {
        this.failed.add(engine);
        this.started.delete(engine);
        throw error;
      },
    );
    const started = { asked, info, context };
    this.started.set(engine, started);
    return started;
  }

  /** Ends the cluster; does nothing when there is none. */
  shutdown(): Promise<void> {
    const { host } = this.home;
    if (host.taskContext()) return Promise.reject(new RayError("ray.shutdown() was called inside a task or an actor: only the session or script that started the cluster can end it"));
    const engine = host.currentEngine();
    if (!engine) return this.ending ?? Promise.resolve();
    return (this.ending ??= this.end(engine));
  }

  private async shutdownOf(engine: Engine): Promise<void> {
    if (this.home.host.currentEngine() === engine) await this.shutdown();
  }

  private async end(engine: Engine): Promise<void> {
    this.home.scopeOf(engine).end(new RayError("ray.shutdown() ended the cluster while this call waited for an object"));
    try {
      await this.home.host.shutdown();
    } finally {
      this.ending = undefined;
    }
  }
}

/** Throws when `ray.init` asks for what the running cluster is not. */
function refuseOther(asked: InitOptions, before: InitOptions, info: ClusterInfo, env: RuntimeEnv): void {
  const differences: string[] = [];
  const compare = (name: string, wanted: unknown, is: unknown): void => {
    if (wanted !== undefined && is !== undefined && wanted !== is) differences.push(`${name} is ${JSON.stringify(is)}, not ${JSON.stringify(wanted)}`);
  };
  if (asked.address === "local" && info.isJoined === true) throw new RayError(`ray.init: a cluster was joined already, the one at ${JSON.stringify(info.address)}, so there is none of one's own. Leave it first: await ray.shutdown()`);
  if (asked.address !== undefined && asked.address !== "local" && info.isJoined !== true) throw new RayError(`ray.init: a cluster of one's own is running already, so the one at ${JSON.stringify(asked.address)} cannot be joined. End it first: await ray.shutdown()`);
  if (asked.address !== undefined && !["auto", "local"].includes(asked.address)) compare("address", asked.address.replace(/(?<=.)\/+$/, ""), info.address);
  compare("numCpus", asked.numCpus, info.numCpus);
  compare("numGpus", asked.numGpus, info.resources["GPU"] ?? 0);
  compare("memory", asked.memory, info.resources["memory"]);
  compare("namespace", asked.namespace, info.namespace);
  compare("metricsExportPort", asked.metricsExportPort, before.metricsExportPort ?? "not served");
  compare("logToDriver", asked.logToDriver, before.logToDriver ?? true);
  // what the machine had no room for was made smaller: what was asked for counts
  compare("objectStoreMemory", asked.objectStoreMemory, before.objectStoreMemory ?? info.objectStoreMemory);
  compare("objectStoreDisk", asked.objectStoreDisk, before.objectStoreDisk ?? "what the disk has");
  compare("objectSpillingDirectory", asked.objectSpillingDirectory, before.objectSpillingDirectory ?? "the temp folder");
  for (const [name, amount] of Object.entries(asked.resources ?? {})) compare(`resources.${name}`, amount, info.resources[name] ?? 0);
  const other = asked.runtimeEnv === undefined ? undefined : envDifference(asked.runtimeEnv as RuntimeEnv, env);
  if (other !== undefined) differences.push(other);
  if (differences.length === 0) return;
  throw new RayError(`ray.init: a cluster is running already, and its ${differences.join("; its ")}. Leave these options out to use it as it is, or end it first: await ray.shutdown()`);
}
