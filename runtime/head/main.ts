/** The head's program. Started by whoever needs a cluster (local/head-process.ts); told what to be through a pipe. */
import { Socket } from "node:net";
import type { ProcessName } from "../ids.ts";
import type { ClusterId } from "../ids.ts";
import { LogFile } from "../logs/log-file.ts";
import { prometheusText } from "../metrics/prometheus.ts";
import { serveMetrics } from "./metrics-endpoint.ts";
import { ownClusterRecord, writeClusterFile } from "../store/cluster-file.ts";
import { clusterFolders } from "../store/folders.ts";
import { removeClusterFolders } from "../store/remove-cluster.ts";
import { HEAD_BOOT_FD, type HeadBoot } from "./boot.ts";
import { Head } from "./head.ts";

/** Other pid namespaces judge a cluster by its record's age. */
const RECORD_AGAIN_MS = 3_600_000;
const MOST_LOG_BYTES = 16 << 20;

const pipe = new Socket({ fd: HEAD_BOOT_FD });
pipe.on("error", () => pipe.destroy());
const boot = await readBoot(pipe);
const address = { ...boot.address, headPid: process.pid };
const logFile = new LogFile(address.logFolder, "head", MOST_LOG_BYTES);
const log = (text: string): void => logFile.write(`${new Date().toISOString()} ${text}\n`);

process.on("uncaughtException", (error) => {
  log(`uncaught: ${error.stack ?? String(error)}`);
  head.end("an internal error, see above");
  setTimeout(leave, 1000).unref();
});
// a terminal's Ctrl-C and a closing shell are the front's business
for (const signal of ["SIGINT", "SIGHUP"] as const) process.on(signal, () => undefined);
process.on("SIGTERM", () => head.end("SIGTERM"));

const head = new Head({ address, self: address.headName as ProcessName, prestart: boot.prestart, warmEnv: boot.warmEnv ?? "", folder: boot.folder, isPersistent: boot.isPersistent, log, onEnd: leave });
// whoever may read a standing cluster's record may join it
const record = { ...ownClusterRecord(address.clusterId), diskFolder: address.diskFolder, ...(boot.isPersistent ? { address } : {}) };
const writeRecord = (): void => writeClusterFile({ ...clusterFolders(address.clusterId as ClusterId), disk: address.diskFolder }, record);
writeRecord();
setInterval(writeRecord, RECORD_AGAIN_MS).unref();
if (boot.metricsPort !== undefined) await serveMetrics(boot.metricsPort, () => prometheusText(head.metricFamilies())).catch(endWithoutPort);
await head.open();
log(`The head of cluster ${address.clusterId} runs: pid ${process.pid}, ${JSON.stringify(address.resources)}`);
pipe.write("ready\n");
// whoever started us joins the liveness socket and then lets the pipe go; if it died before, nobody will come
pipe.on("close", () => head.endWithoutOwner());

/** Whoever asked for the port shows the log. */
function endWithoutPort(error: Error): never {
  log(`Metrics cannot be served at http://127.0.0.1:${boot.metricsPort}/metrics: ${error.message}. Choose another port`);
  process.exit(1);
}

function leave(): void {
  removeClusterFolders(address.clusterId as ClusterId, address.diskFolder);
  process.exit(0);
}

async function readBoot(from: Socket): Promise<HeadBoot> {
  let text = "";
  for await (const chunk of from.iterator({ destroyOnReturn: false })) {
    text += String(chunk);
    if (text.includes("\n")) return JSON.parse(text) as HeadBoot;
  }
  throw new Error("Whoever started this head ended before saying what it should be");
}
