/** An example is an ordinary package. From Usher, it imports only modules that Usher's package.json exports. */
import { readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { expect, test } from "@jest/globals";
import { listFiles, ROOT } from "./cruise.js";

const EXAMPLE = "examples/usher-connection-cas";
const read = (path: string) => readFileSync(join(ROOT, path), "utf8");
const files = listFiles(ROOT, EXAMPLE, ".js").filter((file) => !file.includes("node_modules"));
/** All imports, including imports of types in comments. */
const imports = files.flatMap((file) =>
  [...read(file).matchAll(/(?:from |import\(?)\s*"([^"]+)"/g)].map(([, specifier = ""]) => ({ file, specifier })),
);

test("an example imports only what Usher exports, itself, and its tools", () => {
  const { exports } = JSON.parse(read("package.json")) as { exports: object };
  const allowed = new Set(Object.keys(exports).map((entry) => entry.replace(/^\./, "usher")));
  const tools = ["@jest/globals", "fast-check"];
  const refused = imports.filter(({ file, specifier }) => {
    if (specifier.startsWith(".")) return !normalize(join(dirname(file), specifier)).startsWith(`${EXAMPLE}/`);
    if (specifier.startsWith("node:") || allowed.has(specifier)) return false;
    return !(file.includes("/test/") && tools.includes(specifier));
  });
  expect(refused).toEqual([]);
  expect(imports.filter(({ specifier }) => specifier === "usher/contract").length).toBeGreaterThan(3);
});

test("what Usher loads of an example does not import its tests or Usher's", () => {
  const loaded = imports.filter(({ file }) => file.startsWith(`${EXAMPLE}/src/`));
  expect(loaded.filter(({ specifier }) => /test/.test(specifier))).toEqual([]);
});
