/** The search for unused code (`knip.jsonc`) finds it in a tree that contains some. */
import { execFile } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { ROOT } from "./cruise.js";

const FILES = {
  "package.json": JSON.stringify({
    type: "module",
    scripts: { test: "jest" },
    dependencies: { express: "1", pino: "1" },
    devDependencies: { jest: "1" },
  }),
  "src/main.ts": 'import "express";\nimport { used } from "./rules.js";\nused();\n',
  "src/rules.ts": [
    "export function used() { return alone(); }",
    "export function alone() {}",
    "export function tested() {}",
    "/** Bytes. @internal */",
    "export const MAXIMUM = 1;",
    "export interface Shape {}",
  ].join("\n"),
  "src/attic.ts": "export const box = 1;\n",
  "src/connection/contract/index.ts": "export const forOtherPackages = 1;\n",
  "test/rules.test.ts": 'import { MAXIMUM, tested } from "../src/rules.js";\ntested(MAXIMUM);\n',
};

let tree: string;
beforeAll(() => {
  tree = realpathSync(mkdtempSync(join(tmpdir(), "usher-unused-")));
  for (const [file, text] of Object.entries(FILES)) {
    mkdirSync(dirname(join(tree, file)), { recursive: true });
    writeFileSync(join(tree, file), text);
  }
  for (const file of ["knip.jsonc", "jest.config.js"]) cpSync(join(ROOT, file), join(tree, file));
});
afterAll(() => rmSync(tree, { recursive: true, force: true }));

interface Report {
  readonly issues: readonly Record<
    "exports" | "types" | "files" | "dependencies",
    readonly { readonly name: string }[]
  >[];
}

/** The names of unused files, exports and dependencies. */
async function search(...parameters: string[]) {
  const program = join(ROOT, "node_modules/knip/bin/knip.js");
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [program, "--reporter", "json", "--no-exit-code", ...parameters],
    { cwd: tree, env: { ...process.env, NODE_OPTIONS: "" } },
  );
  const { issues } = JSON.parse(stdout) as Report;
  return issues
    .flatMap(({ exports, types, files, dependencies }) => [...exports, ...types, ...files, ...dependencies])
    .map(({ name }) => name)
    .toSorted();
}

test("finds files, dependencies, and exports that only their own file uses", async () => {
  expect(await search()).toEqual(["Shape", "alone", "pino", "src/attic.ts"]);
});

test("finds exports that only tests use, unless they are tagged for them", async () => {
  expect(await search("--production")).toEqual(["Shape", "alone", "pino", "src/attic.ts", "tested"]);
});
