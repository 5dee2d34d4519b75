/** Copies of the tree, so that the working tree is never touched, and jest runs inside them. */
import { spawn } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync, realpathSync, rmSync, symlinkSync } from "node:fs";
import { join, relative, sep } from "node:path";

/** Not copied: linked where tests need it (these are only read), or of no use to them. */
const LINKED = ["node_modules", "dist"];
const LEFT_OUT = [...LINKED, ".git", "data", "coverage"];

/** A mutant that makes its tests hang is stopped after this. */
const LIMIT_SECONDS = 180;

/**
 * Makes a copy of a tree.
 * @param {string} root the tree
 * @param {string} target a folder that does not exist yet
 */
export function copyTree(root, target) {
  mkdirSync(target, { recursive: true });
  cpSync(root, target, {
    recursive: true,
    filter: (source) => !LEFT_OUT.includes(relative(root, source).split(sep)[0]),
  });
  for (const folder of LINKED) {
    if (existsSync(join(root, folder))) symlinkSync(realpathSync(join(root, folder)), join(target, folder));
  }
}

/**
 * Runs tests inside a copy, in one process, until the first failure.
 * @param {string} copy the copy's root
 * @param {{ tests: string[], testName?: string }} selection
 * @param {{ cache: string, children: Set<import("node:child_process").ChildProcess> }} shared the jest cache of all
 *   copies, and where running processes are noted so that they can be ended
 * @returns {Promise<{ passed: number, failed: number, broken: string | null, firstFailure: string | null, seconds: number }>}
 *   `broken` says why tests could not be run at all
 */
export async function runTests(copy, { tests, testName }, { cache, children }) {
  const startedAt = performance.now();
  const report = join(copy, ".mutant-report.json");
  rmSync(report, { force: true });
  const child = spawn(
    process.execPath,
    [
      "--experimental-vm-modules",
      join(copy, "node_modules/jest/bin/jest.js"),
      `--rootDir=${copy}`,
      "--runInBand",
      "--bail",
      "--coverage=false",
      `--cacheDirectory=${cache}`,
      "--json",
      `--outputFile=${report}`,
      ...(testName === undefined ? [] : [`--testNamePattern=${testName}`]),
      "--runTestsByPath",
      ...tests,
    ],
    { cwd: copy, stdio: ["ignore", "ignore", "pipe"], env: { ...process.env, NODE_OPTIONS: "", FORCE_COLOR: "0" } },
  );
  children.add(child);
  let errors = "";
  child.stderr.on("data", (chunk) => (errors = `${errors}${chunk}`.slice(-4000)));
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    child.kill("SIGKILL");
  }, LIMIT_SECONDS * 1000);
  await new Promise((resolve, reject) => child.on("error", reject).on("close", resolve));
  clearTimeout(timer);
  children.delete(child);
  const seconds = (performance.now() - startedAt) / 1000;
  if (!existsSync(report)) {
    const broken = late ? `the tests took longer than ${LIMIT_SECONDS} seconds` : `jest gave no report:\n${errors}`;
    return { passed: 0, failed: 0, broken, firstFailure: null, seconds };
  }
  const results = JSON.parse(readFileSync(report, "utf8"));
  const failures = results.testResults.flatMap((file) =>
    file.assertionResults.filter((test) => test.status === "failed"),
  );
  const unable = results.testResults.find((file) => file.status === "failed" && file.assertionResults.length === 0);
  return {
    passed: results.numPassedTests,
    failed: results.numFailedTests,
    broken: unable ? `${relative(copy, unable.name)} did not run:\n${unable.message}` : null,
    firstFailure: failures[0]?.fullName ?? null,
    seconds,
  };
}
