/** The README's table of file names is complete. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "@jest/globals";
import { readCode, readTable, readText, ROOT } from "./markdown.js";

const suffixOf = (path: string) => /\.(\w+)\.ts$/.exec(path)?.[1];

it("the README explains each suffix of a file in src, and no others", () => {
  const files = readdirSync(join(ROOT, "src"), { recursive: true, encoding: "utf8" });
  const used = files.map(suffixOf).filter((suffix) => suffix !== undefined && suffix !== "d");
  const explained = readTable(readText("README.md"), "file").flatMap(([names = ""]) => readCode(names).map(suffixOf));
  expect(new Set(explained.filter((suffix) => suffix !== undefined))).toEqual(new Set(used));
});
