/** Which test files run on MariaDB: every one that opens a test database, and not those that say the same on either. */
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test } from "@jest/globals";
import { usesTestDatabase } from "../support/mariadb/filter.cjs";

const FOLDER = resolve(import.meta.dirname, "..");
const files = readdirSync(FOLDER, { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".test.ts"))
  .map((file) => join(FOLDER, file));
/** What a test calls that opens a test database, or asks which one it is. */
const OPENS =
  /\b(?:openTestDatabase|testDatabaseUrl|startTestUsher|startReplicas|use\w*House|open\w*House|onMariaDb)\b/;

test("a file that opens a test database is chosen, through whatever it opens it", () => {
  const opening = files.filter((file) => file !== import.meta.filename && OPENS.test(readFileSync(file, "utf8")));
  expect(opening.length).toBeGreaterThan(50);
  expect(opening.filter((file) => !usesTestDatabase(file))).toEqual([]);
});

test.each([
  ["e2e/scenarios/ticketing.test.ts", true],
  ["docs/operators.test.ts", true],
  ["config/starting.test.ts", false],
  ["provisioning/decide.test.ts", false],
])("%s: %s", (file, isChosen) => {
  expect(usesTestDatabase(join(FOLDER, file))).toBe(isChosen);
});
