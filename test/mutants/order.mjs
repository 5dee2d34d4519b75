/** The order of mutants if there is not enough time for all: recent changes first, then a different part each day. */
import { execFileSync } from "node:child_process";
import { keyOfTests } from "./mutants.mjs";

const RECENT_SECONDS = 2 * 24 * 3600;
const DAY_MILLISECONDS = 24 * 3600 * 1000;
/** Multiples of the golden ratio modulo 1 spread evenly, so that each day starts far from the previous days. */
const GOLDEN_RATIO = (Math.sqrt(5) - 1) / 2;

/**
 * Finds recent mutants: their file, one of their tests or their own entry changed in the two days before the newest commit
 * or in the working tree.
 * @param {string} root the tree
 * @param {import("./mutants.mjs").Mutant[]} mutants
 * @returns {Set<import("./mutants.mjs").Mutant> | null} `null` when the history is missing or shorter than two days
 */
export function findRecent(root, mutants) {
  const askGit = (...parameters) => {
    try {
      return execFileSync("git", parameters, {
        cwd: root,
        encoding: "utf8",
        stdio: ["ignore", "pipe", "ignore"],
      }).trim();
    } catch {
      return "";
    }
  };
  const newest = askGit("log", "-1", "--format=%ct");
  const base = newest && askGit("rev-list", "-1", `--before=${Number(newest) - RECENT_SECONDS}`, "HEAD");
  if (!base) return null;
  const changed = new Set(askGit("diff", "--name-only", "--relative", base).split("\n"));
  const lists = new Set(mutants.map(({ area }) => `test/mutants/${area}.json`).filter((list) => changed.has(list)));
  const earlier = [...lists].flatMap((list) => JSON.parse(askGit("show", `${base}:./${list}`) || "[]"));
  const entries = new Set(earlier.map((entry) => JSON.stringify(entry)));
  const isRecent = ({ area, ...entry }) =>
    [entry.file, ...entry.tests].some((file) => changed.has(file)) ||
    (lists.has(`test/mutants/${area}.json`) && !entries.has(JSON.stringify(entry)));
  return new Set(mutants.filter(isRecent));
}

/**
 * Groups mutants with the same tests, so that the tests run unmutated once.
 * @param {import("./mutants.mjs").Mutant[]} mutants
 * @returns {import("./mutants.mjs").Mutant[][]} sorted by their tests
 */
export function groupByTests(mutants) {
  const groups = new Map();
  for (const mutant of mutants) {
    const key = keyOfTests(mutant);
    groups.set(key, [...(groups.get(key) ?? []), mutant]);
  }
  return [...groups].toSorted(([one], [other]) => (one < other ? -1 : 1)).map(([, group]) => group);
}

/**
 * Puts the groups with recent mutants first. Both parts begin at a group that changes from day to day.
 * @param {import("./mutants.mjs").Mutant[][]} groups
 * @param {Set<import("./mutants.mjs").Mutant>} recent
 * @param {string} date the day, as `2026-11-30`
 */
export function orderByDay(groups, recent, date) {
  const share = ((Date.parse(date) / DAY_MILLISECONDS) * GOLDEN_RATIO) % 1;
  const rotate = (list) => {
    const start = Math.floor(share * list.length);
    return [...list.slice(start), ...list.slice(0, start)];
  };
  const isRecent = (group) => group.some((mutant) => recent.has(mutant));
  return [...rotate(groups.filter(isRecent)), ...rotate(groups.filter((group) => !isRecent(group)))];
}
