/** Random mutants: small changes of the code that a seed chooses, judged by the nearest tests. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { transformSync } from "@swc/core";
import { findNearestTests, listFiles } from "./nearest-tests.mjs";
import { findPlaces } from "./places.mjs";

const MOST_TESTS = 6;
const LONGEST_SHOWN = 160;

/** Returns numbers from 0 to 1, the same for the same seed (mulberry32). */
function openNumbers(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let bits = Math.imul(state ^ (state >>> 15), 1 | state);
    bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits;
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Whether the changed code compiles. */
function compiles(root, { file, changed }) {
  try {
    transformSync(changed, { cwd: root, filename: join(root, file), configFile: join(root, ".swcrc") });
    return true;
  } catch {
    return false;
  }
}

/**
 * Chooses places. Each kind of change is equally likely. The same seed and tree give the same places.
 * @param {string} root the tree
 * @param {number} count
 * @param {number} seed
 * @returns {(import("./places.mjs").Place & { file: string })[]}
 */
export function choosePlaces(root, count, seed) {
  const kinds = new Map();
  for (const file of listFiles(root, "src")) {
    for (const place of findPlaces(readFileSync(join(root, file), "utf8"))) {
      if (!kinds.has(place.kind)) kinds.set(place.kind, []);
      kinds.get(place.kind).push({ ...place, file });
    }
  }
  const next = openNumbers(seed);
  const takeOne = (list) => list.splice(Math.floor(next() * list.length), 1)[0];
  const lists = [...kinds].toSorted(([one], [other]) => (one < other ? -1 : 1)).map(([, places]) => places);
  const chosen = [];
  while (chosen.length < count && lists.some((list) => list.length > 0)) {
    const place = takeOne(lists[Math.floor(next() * lists.length)]);
    if (place !== undefined && compiles(root, place)) chosen.push(place);
  }
  return chosen;
}

/** Whether a failure counts: the failed test, or the file that did not load, must pass without the mutant. */
async function isGreenUnmutated(tests, test, { broken, firstFailure }) {
  const name = broken ? "^$" : `^${firstFailure.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&")}$`;
  const alone = await tests.run({ tests: [test], testName: name });
  if (broken) return alone.broken === null;
  if (alone.passed > 0 && alone.failed === 0) return true;
  const whole = await tests.run({ tests: [test] });
  return whole.broken === null && whole.failed === 0;
}

/** Judges one place: the verdict and its reason. */
async function judgePlace({ copy, tests }, place, nearest) {
  const path = join(copy, place.file);
  const original = readFileSync(path, "utf8");
  const green = [];
  for (const test of nearest) {
    writeFileSync(path, place.changed);
    const result = await tests.run({ tests: [test] });
    writeFileSync(path, original);
    if (result.isLate) return ["unusable", `${test} took too long`];
    if (result.failed === 0 && result.broken === null) green.push(test);
    else if (await isGreenUnmutated(tests, test, result)) {
      return ["killed", result.firstFailure === null ? `${test} does not load` : `by "${result.firstFailure}"`];
    }
  }
  return green.length > 0 ? ["SURVIVED", `passes ${green.join(", ")}`] : ["unusable", "no test could be run"];
}

const show = (text) => {
  const line = text.trim().replace(/\s+/g, " ");
  return line.length > LONGEST_SHOWN ? `${line.slice(0, LONGEST_SHOWN)}…` : line;
};

/**
 * Judges places. Prints a line for each place, and then the number of survivors.
 * @param {object} settings
 * @param {string} settings.root the tree
 * @param {(import("./places.mjs").Place & { file: string })[]} settings.places
 * @param {(jobs: unknown[], work: (worker: unknown, job: unknown) => Promise<void>) => Promise<void>} settings.shareOut
 *   hands the places to the copies of the tree
 */
export async function judgePlaces({ root, places, shareOut }) {
  const counts = { killed: 0, SURVIVED: 0, unusable: 0 };
  const findTests = findNearestTests(root, MOST_TESTS);
  await shareOut(places, async (worker, place) => {
    const [verdict, detail] = await judgePlace(worker, place, findTests(place.file));
    counts[verdict] += 1;
    const change = `${place.kind}: ${show(place.before)} → ${show(place.after) || "nothing"}`;
    process.stdout.write(`${verdict.padEnd(9)}${place.file}:${place.line} ${change}\n         ${detail}\n`);
  });
  process.stdout.write(
    `${places.length} random mutants, ${counts.SURVIVED} survived, ${counts.unusable} could not be judged\n`,
  );
}
