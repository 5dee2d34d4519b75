/** Reads the lists of mutants and finds their mistakes without running a test. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";

/**
 * A security check that is removed from the code, and the tests that must notice.
 * @typedef {object} Mutant
 * @property {string} area the name of its list without `.json`
 * @property {string} name the fault
 * @property {string} file the changed file, from the root of the tree
 * @property {string} find text that occurs exactly once in that file
 * @property {string} replace its replacement
 * @property {string[]} tests test files that must fail, from the root of the tree
 * @property {string} [testName] a pattern for the names of the tests, as for `jest -t`
 */

const TEXTS = ["name", "file", "find"];

/**
 * Reads every list below `test/mutants`.
 * @param {string} root the tree
 * @returns {{ mutants: Mutant[], problems: string[] }} problems are sentences about lists that cannot be read
 */
export function readMutants(root) {
  const folder = join(root, "test/mutants");
  const mutants = [];
  const problems = [];
  const files = existsSync(folder) ? readdirSync(folder).filter((file) => file.endsWith(".json")) : [];
  for (const file of files.toSorted()) {
    const area = basename(file, ".json");
    try {
      const list = JSON.parse(readFileSync(join(folder, file), "utf8"));
      if (!Array.isArray(list)) throw new Error("it is not a list");
      mutants.push(...list.map((mutant) => ({ ...mutant, area })));
    } catch (error) {
      problems.push(`test/mutants/${file} cannot be read: ${error.message}`);
    }
  }
  return { mutants, problems };
}

/**
 * Finds the mistake in an entry. Returns `null` if it has none.
 * @param {string} root the tree
 * @param {Mutant} mutant
 * @returns {string | null}
 */
export function findMistake(root, mutant) {
  for (const key of TEXTS) {
    if (typeof mutant[key] !== "string" || mutant[key] === "") return `"${key}" is missing or not a text`;
  }
  if (typeof mutant.replace !== "string") return `"replace" is missing or not a text`;
  if (mutant.replace === mutant.find) return `"replace" changes nothing`;
  if (!Array.isArray(mutant.tests) || mutant.tests.length === 0) return `"tests" names no test`;
  if (mutant.testName !== undefined && typeof mutant.testName !== "string") return `"testName" is not a text`;
  for (const file of [mutant.file, ...mutant.tests]) {
    if (!existsSync(join(root, file))) return `${file} does not exist`;
  }
  const count = readFileSync(join(root, mutant.file), "utf8").split(mutant.find).length - 1;
  return count === 1 ? null : `"find" occurs ${count} times in ${mutant.file}, not once`;
}

/**
 * Reads the names of tests from a report of jest (`--json`), which lists skipped tests too.
 * @param {string} path the report
 * @returns {Map<string, string[]>} the full names of the tests in each file, whose path is absolute
 */
export function readTestNames(path) {
  const { testResults } = JSON.parse(readFileSync(path, "utf8"));
  return new Map(testResults.map((file) => [file.name, file.assertionResults.map(({ fullName }) => fullName)]));
}

/**
 * Finds an alternative of a mutant's `testName` that matches no test. Returns `null` if all match.
 * @param {Map<string, string[]>} names what `readTestNames` read
 * @param {Mutant} mutant
 * @returns {string | null}
 */
export function findStaleName(names, { tests, testName }) {
  const candidates = [];
  for (const test of tests) {
    const found = [...names].find(([path]) => path.endsWith(`/${test}`));
    if (found === undefined) return `the report has no ${test}`;
    candidates.push(...found[1]);
  }
  // jest also ignores the case of `-t`.
  const stale = listAlternatives(testName ?? "").find(
    (pattern) => !candidates.some((name) => new RegExp(pattern, "i").test(name)),
  );
  return stale === undefined ? null : `no test in ${tests.join(", ")} is named "${stale}"`;
}

/** The patterns without `|` that together match like a pattern: `a (b|c)` becomes `a (?:b)` and `a (?:c)`. */
function listAlternatives(pattern) {
  const bars = [];
  let depth = 0;
  let opened = 0;
  for (const { 0: sign, index } of pattern.matchAll(/\\.|\[(?:\\.|[^\]])*\]|[(|)]/g)) {
    if (sign === "(" && (depth += 1) === 1) opened = index;
    if (sign === "|" && depth === 0) bars.push(index);
    if (sign !== ")" || (depth -= 1) > 0) continue;
    const [before, inside, after] = [pattern.slice(0, opened), pattern.slice(opened + 1, index), pattern.slice(index)];
    const alternatives = listAlternatives(inside.replace(/^\?:/, ""));
    if (alternatives.length > 1 && bars.length === 0)
      return alternatives.flatMap((each) => listAlternatives(`${before}(?:${each}${after}`));
  }
  if (bars.length === 0) return [pattern];
  return [-1, ...bars].flatMap((bar, place) => listAlternatives(pattern.slice(bar + 1, bars[place])));
}

/**
 * The key of a mutant's tests. Mutants with the same key share one unmutated run.
 * @param {Mutant} mutant
 */
export function keyOfTests({ tests, testName }) {
  return JSON.stringify([tests, testName ?? null]);
}
