/** Metrics over HTTP, for Prometheus to fetch: only when asked for, only on this machine's loopback, and nothing but them. */
import { createServer, type Server } from "node:http";
import { CONTENT_TYPE } from "../metrics/prometheus.ts";

const LOOPBACK = "127.0.0.1";
/** A page in a browser reaches loopback too, under its own name. */
const OWN_HOSTS = /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/;

export async function serveMetrics(port: number, text: () => string): Promise<Server> {
  const server = createServer((request, response) => {
    const end = (status: number, body: string, type = "text/plain; charset=utf-8"): void => void response.writeHead(status, { "content-type": type, "x-content-type-options": "nosniff" }).end(body);
    if (!OWN_HOSTS.test(request.headers.host ?? "")) return end(403, "This is for http://127.0.0.1 alone\n");
    if (request.method !== "GET" && request.method !== "HEAD") return end(405, "GET /metrics\n");
    if (new URL(request.url ?? "/", "http://localhost").pathname !== "/metrics") return end(404, "There is only /metrics here\n");
    end(200, text(), CONTENT_TYPE);
  });
  server.unref();
  await new Promise<void>((listening, failed) => {
    server.once("error", failed);
    server.listen(port, LOOPBACK, () => {
      server.removeListener("error", failed);
      listening();
    });
  });
  return server;
}
