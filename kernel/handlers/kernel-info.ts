import type { Handler } from "../context.ts";
import { PROTOCOL_VERSION } from "../wire/message.ts";

/** The syntax that cells are read with. Not the Node version: it is stored in notebooks and must not differ from machine to machine. */
const TYPESCRIPT_VERSION = "7.0";

export const kernelInfo: Handler = (_request, { version }) => ({
  status: "ok",
  protocol_version: PROTOCOL_VERSION,
  implementation: "ray-ts",
  implementation_version: version,
  language_info: {
    name: "typescript",
    version: TYPESCRIPT_VERSION,
    mimetype: "application/typescript",
    file_extension: ".ts",
    pygments_lexer: "typescript",
    codemirror_mode: "typescript",
    nbconvert_exporter: "script",
  },
  banner: `ray-ts ${version}: TypeScript with Ray's tasks, actors and objects, on Node ${process.versions.node}`,
  debugger: true,
  supported_features: ["debugger", "kernel subshells"],
  help_links: [
    { text: "Ray Core", url: "https://docs.ray.io/en/latest/ray-core/walkthrough.html" },
    { text: "TypeScript", url: "https://www.typescriptlang.org/docs/" },
    { text: "Node.js", url: "https://nodejs.org/api/" },
  ],
});
