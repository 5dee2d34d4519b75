/** Every file is short, and begins with a sentence about its purpose. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { listFiles, ROOT } from "./cruise.js";

const MAXIMUM_LINES = 500;

const files = ["src", "migrations"].flatMap((folder) =>
  [".ts", ".js", ".css"].flatMap((ending) => listFiles(ROOT, folder, ending)),
);
const read = (file: string) => readFileSync(join(ROOT, file), "utf8");

test("there are files to check", () => {
  expect(files.length).toBeGreaterThan(0);
});

test("every file begins with a comment", () => {
  expect(files.filter((file) => !/^(\/\/|\/\*\*?)\s*\*?\s*\p{L}/u.test(read(file)))).toEqual([]);
});

test(`no file has more than ${MAXIMUM_LINES} lines`, () => {
  expect(files.filter((file) => read(file).split("\n").length - 1 > MAXIMUM_LINES)).toEqual([]);
});
