/** Two workers, each restarted when it grows: a whole-application test file leaves about 13 MB behind. */
export default {
  testEnvironment: "node",
  roots: ["<rootDir>/test"],
  testMatch: ["**/*.test.ts"],
  extensionsToTreatAsEsm: [".ts"],
  moduleNameMapper: { "^(\\.{1,2}/.*)\\.js$": "$1" },
  transform: { "^.+\\.ts$": ["@swc/jest"] },
  setupFiles: ["reflect-metadata"],
  injectGlobals: false,
  maxWorkers: 2,
  workerIdleMemoryLimit: "400MB",
  testTimeout: 60_000,
};
