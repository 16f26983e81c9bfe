/** Run through `npm test`, which gives Node --experimental-vm-modules: our sources and oxc-parser are ES modules. */
export default {
  rootDir: "..",
  testMatch: ["<rootDir>/test/**/*.test.ts"],
  testPathIgnorePatterns: ["/node_modules/", "/test/jupyter/"],
  // it has a package.json of its own
  modulePathIgnorePatterns: ["<rootDir>/dist/labextension"],
  testEnvironment: "node",
  extensionsToTreatAsEsm: [".ts"],
  transform: { "\\.ts$": "<rootDir>/test/esbuild-transform.cjs" },
  testTimeout: 60_000,
  maxWorkers: 2,
};
