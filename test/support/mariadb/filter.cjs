/**
 * Which test files run on MariaDB: those that read USHER_TEST_DATABASE_URL, or import something that does. What the rest
 * says is the same on either database, and `npm test` has said it. Test files that are named on the command line run.
 */
const { existsSync, readFileSync } = require("node:fs");
const path = require("node:path");

const IMPORTS = /\b(?:from|import) ?\(?"(\.[^"]+)"/g;
/** What is imported for its types alone is not there when the test runs. */
const TYPE_IMPORTS = /^(?:import|export) type [^;]*;/gm;

/** Jest's own filter: takes the paths that it found, and answers those that are to run. */
async function filter(paths) {
  const named = process.argv.slice(2).filter((argument) => !argument.startsWith("-"));
  const isNamed = named.some((pattern) => paths.some((each) => each.includes(pattern)));
  return { filtered: isNamed ? paths : paths.filter(usesTestDatabase) };
}

/** Whether a test file, or what it imports, reads the URL of the test database. */
function usesTestDatabase(test) {
  const reached = new Set([test]);
  for (const file of reached) {
    const { reads, imports } = look(file);
    if (reads) return true;
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
  const found = { reads: text.includes('env["USHER_TEST_DATABASE_URL"]'), imports };
  looked.set(file, found);
  return found;
}

module.exports = Object.assign(filter, { usesTestDatabase });
