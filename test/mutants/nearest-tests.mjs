/** Names the test files nearest to a source file, by imports. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, posix } from "node:path";
import { readMutants } from "./mutants.mjs";

const IMPORT = /^(?:import|export)(?! type\b)[^;"]*"(\.[^"]+)"|\bimport\("(\.[^"]+)"\)/gm;

/**
 * Lists TypeScript files.
 * @param {string} root the tree
 * @param {string} folder below it
 * @returns {string[]} from the root of the tree, sorted
 */
export function listFiles(root, folder) {
  if (!existsSync(join(root, folder))) return [];
  const files = readdirSync(join(root, folder), { recursive: true, encoding: "utf8" }).filter((file) =>
    file.endsWith(".ts"),
  );
  return files.map((file) => `${folder}/${file}`).toSorted();
}

/** Finds the files that import each file. */
function readImporters(root) {
  const importers = new Map();
  for (const file of ["src", "test"].flatMap((folder) => listFiles(root, folder))) {
    for (const [, plain, late] of readFileSync(join(root, file), "utf8").matchAll(IMPORT)) {
      const imported = posix.join(dirname(file), plain ?? late).replace(/\.js$/, ".ts");
      if (!importers.has(imported)) importers.set(imported, []);
      importers.get(imported).push(file);
    }
  }
  return importers;
}

/** The number of folders that two files share below `src` and `test`. The two trees have the same structure. */
function countShared(one, other) {
  const [left, right] = [one, other].map((file) => dirname(file).split("/").slice(1));
  const end = left.findIndex((name, place) => name !== right[place]);
  return end === -1 ? left.length : end;
}

/**
 * Returns a function that names the nearest tests. It takes in turn a test that the lists of mutants name for the file or
 * its folder, a test with the fewest imports between, and a test in the nearest folder. The result begins with the nearest
 * folder, because tests of the whole application take longest. If no test imports the file, it names those of its part of `src`.
 * @param {string} root the tree
 * @param {number} most how many are named
 * @returns {(file: string) => string[]}
 */
export function findNearestTests(root, most) {
  const importers = readImporters(root);
  const { mutants } = readMutants(root);
  const all = listFiles(root, "test").filter((file) => file.endsWith(".test.ts"));
  return (file) => {
    const hops = new Map([[file, 0]]);
    for (const [reached, count] of hops) {
      for (const importer of importers.get(reached) ?? []) if (!hops.has(importer)) hops.set(importer, count + 1);
    }
    const reaching = all.filter((test) => hops.has(test));
    const tests = reaching.length > 0 ? reaching : all.filter((test) => countShared(file, test) > 0);
    const named = new Map();
    for (const mutant of mutants) {
      const weight = mutant.file === file ? 1000 : dirname(mutant.file) === dirname(file) ? 1 : 0;
      for (const test of mutant.tests) named.set(test, (named.get(test) ?? 0) + weight);
    }
    const byLists = (one, other) => (named.get(other) ?? 0) - (named.get(one) ?? 0);
    const byHops = (one, other) => (hops.get(one) ?? 0) - (hops.get(other) ?? 0);
    const byFolder = (one, other) => countShared(file, other) - countShared(file, one);
    const orders = [
      tests.toSorted((one, other) => byLists(one, other) || byFolder(one, other) || byHops(one, other)),
      tests.toSorted((one, other) => byHops(one, other) || byFolder(one, other) || byLists(one, other)),
      tests.toSorted((one, other) => byFolder(one, other) || byHops(one, other) || byLists(one, other)),
    ];
    const nearest = new Set();
    for (let rank = 0; nearest.size < Math.min(most, tests.length); rank += 1) {
      for (const order of orders) if (nearest.size < most) nearest.add(order[rank]);
    }
    return [...nearest].toSorted(byFolder);
  };
}
