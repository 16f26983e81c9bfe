// TypeScript for jest, without checking types: `npm run typecheck` does that.
const { transformSync } = require("esbuild");

module.exports = {
  process(source, filename) {
    const { code, map } = transformSync(source, { loader: "ts", format: "esm", target: "node20", sourcefile: filename, sourcemap: "external", sourcesContent: true });
    return { code, map };
  },
};
