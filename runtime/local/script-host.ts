/**
 * What `ray` in a plain script needs: a cluster of its own, spawned at the first use, and an end. A script that awaits nothing
 * more is over, as any Node program is: its sockets do not keep it alive, and its cluster ends with it.
 */
import { createRequire } from "node:module";
import { basename, dirname } from "node:path";
import { fileURLToPath } from "node:url";
import type { ProgressView, RayHost } from "../api/host.ts";
import type { Engine } from "../engine/engine.ts";
import type { EngineEvent } from "../engine/events.ts";
import type { JobId } from "../ids.ts";
import type { CodeShipper, RefHooks, ValueCodec } from "../serialize/codec.ts";
import { encodeSystemError } from "../serialize/encode-error.ts";
import { preview } from "../serialize/preview.ts";
import type { ClusterAddress, ClusterOptions } from "../session/session-protocol.ts";
import { createShipper, type Shipper } from "../ship/create-shipper.ts";
import { parseLater } from "../ship/foreign/parse-later.ts";
import { openHead, type HeadProcess } from "./head-process.ts";
import { jobEnv, printsWanted } from "./engine-options.ts";
import { LocalEngine } from "./local-engine.ts";
import { ScriptInput } from "./script-input.ts";
import { ScriptProgress } from "./script-progress.ts";
import { ScriptPrints } from "./script-prints.ts";
import { addressToJoin, attachTo } from "./standing-cluster.ts";
import { whenIdle } from "./when-idle.ts";

export function createScriptHost(): RayHost {
  return new ScriptHost();
}

/** Where it was started: a script may go elsewhere later. */
const FOLDER = process.cwd();

class ScriptHost implements RayHost {
  readonly codec: ValueCodec;
  readonly shipper: CodeShipper;
  private readonly ship: Shipper;
  private refs: RefHooks | undefined;
  private readonly input = new ScriptInput();
  private current: { readonly engine: LocalEngine; readonly head: Promise<HeadProcess>; readonly prints: ScriptPrints; readonly bars: Set<ScriptProgress>; readonly stopWaiting: () => void } | undefined;

  constructor() {
    const require = createRequire(process.argv[1] ?? process.cwd());
    this.ship = createShipper({
      runtime: { import: (specifier) => import(specifier) as Promise<Record<string, unknown>>, require },
      refs: () => this.refs,
      warn: (text) => console.error(text),
      parse: parseLater(createRequire(import.meta.url)),
    });
    this.codec = this.ship.codec;
    this.shipper = this.ship;
  }

  readonly folder = (): string => FOLDER;

  engine(): Engine {
    return this.current?.engine ?? this.start({});
  }

  currentEngine(): Engine | undefined {
    return this.current?.engine;
  }

  start(options: ClusterOptions): Engine {
    const address = addressToJoin(options, process.env);
    const job = `j${process.pid.toString(36)}-${Date.now().toString(36)}` as JobId;
    const head = address === undefined ? openHead({ cluster: options, kind: "driver" }) : attachTo(address, options.namespace ?? job);
    const engine: LocalEngine = new LocalEngine({
      kind: "driver",
      job: () => job,
      folder: () => FOLDER,
      connect: () => head.then(({ address: at }): ClusterAddress => at),
      encodeError: (error) => encodeSystemError(this.codec, error),
      decode: (value) => this.codec.decode(value),
      preview: (value) => previewOf(this.codec, value),
      notice: (text) => console.error(text),
      runtimeEnv: jobEnv(options),
      prints: printsWanted(options),
      onEnded: () => {
        if (this.current?.engine === engine) this.forget();
      },
    });
    const stopWaiting = whenIdle(() => engine.isWaitedFor, () => void this.shutdown());
    this.current = { engine, head, prints: new ScriptPrints(engine), bars: new Set(), stopWaiting };
    return engine;
  }

  private forget(): void {
    this.current?.stopWaiting();
    this.current = undefined;
  }

  async shutdown(): Promise<void> {
    const { current } = this;
    if (!current) return;
    this.forget();
    for (const bar of current.bars) bar.end();
    await current.prints.end();
    await current.engine.close();
    await (await current.head).close();
  }

  registerRefs(hooks: RefHooks): void {
    this.refs = hooks;
  }

  registerRevivers(revivers: Readonly<Record<string, (...args: unknown[]) => unknown>>): void {
    this.ship.singletons.setRevivers(revivers);
    // what comes from a worker and holds its `ray` has ours here
    this.ship.singletons.set("ray", revivers["ray"]?.() as object);
  }

  taskContext(): undefined {
    return undefined;
  }

  origin(): undefined {
    return undefined;
  }

  /** Nothing says to what a script binds a function: `script.mjs:3` tells where it was made remote. */
  unitName(): string | undefined {
    return placeOfCaller();
  }

  drawProgress(view: ProgressView, snapshot: readonly EngineEvent[]): void {
    const { current } = this;
    if (!current) return; // its cluster has gone
    const bar: ScriptProgress = new ScriptProgress(current.engine, view, snapshot, process.stderr, () => current.bars.delete(bar));
    current.bars.add(bar);
    bar.start();
  }

  ask(prompt: string, password: boolean): Promise<string> {
    return this.input.ask(prompt, password);
  }

  display(data: Record<string, unknown>): void {
    console.log(typeof data["text/plain"] === "string" ? data["text/plain"] : JSON.stringify(data));
  }
}

const ownFolder = dirname(fileURLToPath(import.meta.url));

/** File and line of the user's code that called us, without its folder. */
function placeOfCaller(): string | undefined {
  const frames = new Error().stack?.split("\n").slice(1) ?? [];
  const [, url, line] = frames.map((frame) => /(?:\(|at |async )((?:file:|\/|[A-Za-z]:\\)[^()]*):(\d+):\d+\)?$/.exec(frame)).find((match) => match?.[1] && !pathOf(match[1]).startsWith(ownFolder)) ?? [];
  return url && line ? `${basename(pathOf(url))}:${line}` : undefined;
}

const pathOf = (urlOrPath: string): string => (urlOrPath.startsWith("file:") ? fileURLToPath(urlOrPath) : urlOrPath);

function previewOf(codec: ValueCodec, value: Parameters<ValueCodec["decode"]>[0]): string | undefined {
  const decoded = codec.decode(value);
  if (decoded instanceof Promise) {
    decoded.catch(() => undefined); // only a preview: whoever gets the object hears of it
    return undefined;
  }
  return preview(decoded);
}
