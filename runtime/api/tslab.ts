/** What `import * as tslab from "tslab"` gives: tslab's display API, drawn by ours. Its types are the package's own. */
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { RayHost } from "./host.ts";

type Show<T> = (content: T) => void;

/** As tslab declares it. */
export interface TslabDisplay {
  readonly javascript: Show<string>;
  readonly html: Show<string>;
  readonly markdown: Show<string>;
  readonly latex: Show<string>;
  readonly svg: Show<string>;
  readonly png: Show<Uint8Array>;
  readonly jpeg: Show<Uint8Array>;
  readonly gif: Show<Uint8Array>;
  readonly pdf: Show<Uint8Array>;
  readonly text: Show<string>;
  raw(contentType: string, content: string | Uint8Array): void;
}

export function createTslab(host: Pick<RayHost, "display">): Readonly<Record<string, unknown>> {
  const tslab = { display: displayOf(host, undefined), newDisplay: () => displayOf(host, randomBytes(8).toString("hex")), versions };
  return { default: tslab, ...tslab };
}

/** With an id every call but the first takes the place of the one before. */
function displayOf(host: Pick<RayHost, "display">, displayId: string | undefined): TslabDisplay {
  let isShown = false;
  const raw = (contentType: string, content: string | Uint8Array): void => {
    const update = isShown;
    isShown = displayId !== undefined;
    host.display({ [contentType]: typeof content === "string" ? content : Buffer.from(content.buffer, content.byteOffset, content.byteLength).toString("base64") }, { update, ...(displayId === undefined ? {} : { displayId }) });
  };
  const as = (contentType: string) => (content: string | Uint8Array): void => raw(contentType, content);
  return {
    javascript: as("text/javascript"), html: as("text/html"), markdown: as("text/markdown"), latex: as("text/latex"), svg: as("image/svg+xml"),
    png: as("image/png"), jpeg: as("image/jpeg"), gif: as("image/gif"), pdf: as("application/pdf"), text: as("text/plain"), raw,
  };
}

/** Of the packages whose API and whose TypeScript cells get. */
const versions = {
  get tslab(): string { return versionOf("tslab"); },
  get typescript(): string { return versionOf("typescript"); },
  node: process.version,
};

const versionOf = (name: string): string => (JSON.parse(readFileSync(createRequire(import.meta.url).resolve(`${name}/package.json`), "utf8")) as { version: string }).version;
