/**
 * Chooses the test files of `npm run test:mariadb` and `npm run test:long`: files that read USHER_TEST_DATABASE_URL or
 * USHER_TEST_LONG, or that import such a file. The results of all other files are the same as under `npm test`. Test files
 * named on the command line always run.
 *
 * With USHER_TEST_REST, it chooses the files that `npm run test:mariadb` leaves out, and those of `test/platform`, which
 * also test the SQLite driver. Together, the two runs take every file.
 */
const { existsSync, readFileSync } = require("node:fs");
const path = require("node:path");

const IMPORTS = /\b(?:from|import) ?\(?"(\.[^"]+)"/g;
/** Imports of types. They do not exist when the test runs. */
const TYPE_IMPORTS = /^(?:import|export) type [^;]*;/gm;

/** Jest's filter: takes the found paths, and returns the paths to run. */
async function filter(paths) {
  const named = process.argv.slice(2).filter((argument) => !argument.startsWith("-"));
  const isNamed = named.some((pattern) => paths.some((each) => each.includes(pattern)));
  return { filtered: isNamed ? paths : paths.filter(isChosen) };
}

function isChosen(test) {
  if (process.env.USHER_TEST_LONG !== undefined) return reaches(test, "USHER_TEST_LONG");
  const opensDatabase = reaches(test, "USHER_TEST_DATABASE_URL");
  if (process.env.USHER_TEST_REST === undefined) return opensDatabase;
  return !opensDatabase || test.includes(`${path.sep}test${path.sep}platform${path.sep}`);
}

/** Whether a test file, or a file that it imports, reads an environment variable. */
function reaches(test, variable) {
  const reached = new Set([test]);
  for (const file of reached) {
    const { text, imports } = look(file);
    if (text.includes(`env["${variable}"]`)) return true;
    for (const each of imports) reached.add(each);
  }
  return false;
}

const looked = new Map();

function look(file) {
  const known = looked.get(file);
  if (known !== undefined) return known;
  const text = readFileSync(file, "utf8");
  const imports = [];
  for (const [, name] of text.replaceAll(TYPE_IMPORTS, "").matchAll(IMPORTS)) {
    const target = path.join(path.dirname(file), name);
    const source = [target.replace(/\.js$/, ".ts"), target].find(existsSync);
    if (source !== undefined) imports.push(source);
  }
  const found = { text, imports };
  looked.set(file, found);
  return found;
}

module.exports = Object.assign(filter, { reaches });
