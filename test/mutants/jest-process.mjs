/**
 * Runs tests on request in one process of jest, one request after another. A process for each request would take three times
 * as long. `tree.mjs` starts it inside a copy of the tree and sends the requests.
 */
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { runCLI } from "jest";

/** The memory limit. Earlier runs stay in memory, so a process above the limit is replaced, as jest replaces its workers. */
const LIMIT_BYTES = 800e6;

const ENVIRONMENT = join(import.meta.dirname, "bail-environment.mjs");

const countHandles = () => process.getActiveResourcesInfo().length;

async function run({ tests, testName, cache }) {
  const { results } = await runCLI(
    {
      _: tests,
      rootDir: process.cwd(),
      runTestsByPath: true,
      testNamePattern: testName,
      testEnvironment: ENVIRONMENT,
      runInBand: true,
      coverage: false,
      cacheDirectory: cache,
      silent: true,
      reporters: [],
    },
    [process.cwd()],
  );
  const unable = results.testResults.find((file) => file.failureMessage && file.testResults.length === 0);
  return {
    passed: results.numPassedTests,
    failed: results.numFailedTests,
    broken: unable
      ? `${tests.find((test) => unable.testFilePath.endsWith(test))} did not run:\n${unable.failureMessage}`
      : null,
    firstFailure:
      results.testResults.flatMap((file) => file.testResults).find((test) => test.status === "failed")?.fullName ??
      null,
  };
}

/** Replaces the process if a mutant left something running, because it could make the tests of the next mutant fail. */
let isSpent = false;
for (const event of ["uncaughtException", "unhandledRejection"]) process.on(event, () => (isSpent = true));

let handlesBefore;
async function answer(request) {
  handlesBefore ??= countHandles();
  const result = await run(request).catch((error) => ({
    passed: 0,
    failed: 0,
    broken: `jest gave no report:\n${error.stack}`,
    firstFailure: null,
  }));
  await setImmediate();
  isSpent ||= countHandles() > handlesBefore || process.memoryUsage.rss() > LIMIT_BYTES;
  process.send({ ...result, isSpent });
}
process.on("message", (request) => void answer(request)).on("disconnect", () => process.exit());
