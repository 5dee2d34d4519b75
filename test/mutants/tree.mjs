/** Makes copies of the tree, in which jest runs, so that mutants never change the working tree. */
import { fork } from "node:child_process";
import { once } from "node:events";
import { cpSync, existsSync, mkdirSync, realpathSync, symlinkSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { setTimeout } from "node:timers/promises";

/** These folders are linked instead of copied, because tests only read them. */
const LINKED = ["node_modules", "dist"];
const LEFT_OUT = [...LINKED, ".git", "data", "coverage"];

/** The limit of one run, for mutants that make their tests hang. */
export const LIMIT_SECONDS = 180;

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
 * Runs tests inside a copy, in one process after another.
 * @param {string} copy the copy's root
 * @param {{ cache: string, children: Set<import("node:child_process").ChildProcess> }} shared the jest cache of all
 *   copies, and the running processes, so that they can be ended
 */
export function openTests(copy, { cache, children }) {
  let child = null;
  let errors = "";

  function start() {
    errors = "";
    child = fork(join(import.meta.dirname, "jest-process.mjs"), {
      cwd: copy,
      stdio: ["ignore", "ignore", "pipe", "ipc"],
      execArgv: ["--experimental-vm-modules"],
      env: { ...process.env, NODE_ENV: "test", NODE_OPTIONS: "", FORCE_COLOR: "0" },
    });
    const started = child;
    children.add(started);
    started.stderr.on("data", (chunk) => (errors = `${errors}${chunk}`.slice(-4000)));
    // These errors need no report here, because the run that waits for the process reports them.
    started
      .on("error", () => {})
      .on("close", () => {
        children.delete(started);
        if (child === started) child = null;
      });
  }

  function end() {
    child?.kill("SIGKILL");
    child = null;
  }

  /**
   * Runs the tests of a mutant.
   * @param {{ tests: string[], testName?: string }} selection
   * @param {number} [limitSeconds] after which the tests are stopped
   * @returns {Promise<{ passed: number, failed: number, broken: string | null, firstFailure: string | null, seconds: number, isLate?: boolean }>}
   *   `broken` is the reason why tests could not run. `isLate` is true if the tests were stopped at the limit.
   */
  async function run({ tests, testName }, limitSeconds = LIMIT_SECONDS) {
    const startedAt = performance.now();
    if (child === null) start();
    const asked = child;
    const settled = new AbortController();
    const { signal } = settled;
    const give = (broken) => ({ passed: 0, failed: 0, broken, firstFailure: null, isSpent: true });
    const answers = [
      once(asked, "message", { signal }).then(([answer]) => answer),
      once(asked, "close", { signal }).then(() => give(`jest gave no report:\n${errors}`)),
      setTimeout(limitSeconds * 1000, give(`the tests took longer than ${Math.ceil(limitSeconds)} seconds`), {
        signal,
      }),
    ];
    asked.send({ tests, testName, cache });
    const answer = await Promise.race(answers).catch((error) => give(`jest could not be started: ${error.message}`));
    settled.abort();
    if (answer.isSpent) end();
    return { ...answer, seconds: (performance.now() - startedAt) / 1000 };
  }

  return { run, end };
}
