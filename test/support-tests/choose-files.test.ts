/** The choice of test files for MariaDB and for long runs: exactly the files that behave differently there. */
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test } from "@jest/globals";
import { reaches } from "../support/choose-files.cjs";

const FOLDER = resolve(import.meta.dirname, "..");
const files = readdirSync(FOLDER, { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".test.ts"))
  .map((file) => join(FOLDER, file));
/** Functions with which a test opens a test database, or asks for its kind. */
const OPENS =
  /\b(?:openTestDatabase|testDatabaseUrl|startTestUsher|startReplicas|use\w*House|open\w*House|onMariaDb)\b/;

test("a file that opens a test database is chosen, through whatever it opens it", () => {
  const opening = files.filter((file) => file !== import.meta.filename && OPENS.test(readFileSync(file, "utf8")));
  expect(opening.length).toBeGreaterThan(50);
  expect(opening.filter((file) => !reaches(file, "USHER_TEST_DATABASE_URL"))).toEqual([]);
});

test.each([
  ["e2e/scenarios/ticketing.test.ts", "USHER_TEST_DATABASE_URL", true],
  ["docs/operators.test.ts", "USHER_TEST_DATABASE_URL", true],
  ["config/starting.test.ts", "USHER_TEST_DATABASE_URL", false],
  ["provisioning/decide.test.ts", "USHER_TEST_DATABASE_URL", false],
  ["provisioning/decide.test.ts", "USHER_TEST_LONG", true],
  ["conformance/connection-types.test.ts", "USHER_TEST_LONG", true],
  ["e2e/scenarios/ticketing.test.ts", "USHER_TEST_LONG", false],
])("%s differs by %s: %s", (file, variable, differs) => {
  expect(reaches(join(FOLDER, file), variable)).toBe(differs);
});
