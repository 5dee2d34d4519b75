/** The mutant runner judges rightly: a runner that calls everything killed would be worse than none. */
import { execFile, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";

const ROOT = resolve(import.meta.dirname, "../..");
const SOURCE =
  "export const isAllowed = (age: number) => age >= 18;\nexport const isKnown = (name: string) => name !== '';\n";
const MUTANT = {
  name: "age",
  file: "src/rule.ts",
  find: "age >= 18",
  replace: "true",
  tests: ["test/rule.test.ts"],
  testName: "young",
};

let tree: string;

function write(path: string, text: string): void {
  mkdirSync(dirname(join(tree, path)), { recursive: true });
  writeFileSync(join(tree, path), text);
}

function run(mutants: unknown, ...more: string[]): Promise<{ code: number; output: string; last: string }> {
  write("test/mutants/rule.json", typeof mutants === "string" ? mutants : JSON.stringify(mutants));
  return new Promise((done) => {
    const parameters = [join(ROOT, "test/mutants/run.mjs"), "--root", tree, ...more];
    execFile(process.execPath, parameters, { env: { ...process.env, NODE_OPTIONS: "" } }, (error, output) => {
      done({ code: error ? Number(error.code) : 0, output, last: output.trimEnd().split("\n").at(-1) ?? "" });
    });
  });
}

beforeAll(() => {
  tree = mkdtempSync(join(tmpdir(), "usher-mutants-test-"));
  for (const file of ["jest.config.js", ".swcrc", "package.json"]) write(file, readFileSync(join(ROOT, file), "utf8"));
  symlinkSync(join(ROOT, "node_modules"), join(tree, "node_modules"));
  write("src/rule.ts", SOURCE);
  write(
    "test/rule.test.ts",
    `import { expect, test } from "@jest/globals";
import { isAllowed } from "../src/rule.js";
test("the young are refused", () => expect(isAllowed(17)).toBe(false));
test("the old are let in", () => expect(isAllowed(19)).toBe(true));
test("already red", () => expect(1).toBe(2));`,
  );
});

afterAll(() => rmSync(tree, { recursive: true, force: true }));

test("a check that a test guards is killed, one that none guards survives, and the tree stays as it was", async () => {
  const unguarded = { ...MUTANT, name: "unguarded", find: "name !== ''", replace: "true" };
  const { code, output, last } = await run([MUTANT, unguarded]);
  expect(output).toMatch(/^killed +rule: age .*by "the young are refused"$/m);
  expect(output).toMatch(/^SURVIVED +rule: unguarded /m);
  expect([code, last]).toEqual([1, "2 mutants, 1 survived"]);
  expect(readFileSync(join(tree, "src/rule.ts"), "utf8")).toBe(SOURCE);
});

test("a green run ends with 0, filtered by name and by list", async () => {
  const others = [MUTANT, { ...MUTANT, name: "other", find: "gone" }];
  expect(await run(others, "--only", "age")).toMatchObject({ code: 0, last: "1 mutants, 0 survived" });
  expect(await run([MUTANT], "--area", "rule.json")).toMatchObject({ code: 0, last: "1 mutants, 0 survived" });
  expect(await run([MUTANT], "--area", "else")).toMatchObject({ code: 1, last: "0 mutants, 0 survived" });
});

test("what cannot be judged is said and counts against the run", async () => {
  const mistakes: [object, string][] = [
    [{ find: "absent" }, '"find" occurs 0 times in src/rule.ts'],
    [{ find: "export" }, '"find" occurs 2 times in src/rule.ts'],
    [{ tests: ["test/none.test.ts"] }, "test/none.test.ts does not exist"],
    [{ testName: "nobody" }, "no test is named nobody"],
    [{ testName: "already red" }, '"already red" fails already'],
    [{ replace: "((" }, "did not run"],
    [{ replace: "age >= 18" }, '"replace" changes nothing'],
  ];
  const { code, output, last } = await run(
    mistakes.map(([change], name) => ({ ...MUTANT, ...change, name: `${name}` })),
  );
  for (const [place, [, message]] of mistakes.entries()) {
    const line = output.split("\n").find((text) => text.startsWith(`unusable rule: ${place} `));
    expect(`${line} ${output}`).toContain(message);
    expect(line).toBeDefined();
  }
  expect([code, last]).toEqual([1, "7 mutants, 7 survived"]);
  expect(await run("{")).toMatchObject({ code: 1, output: expect.stringContaining("rule.json cannot be read") });
});

test("a run that is ended counts the mutants that it did not judge as survivors, and leaves no copy behind", async () => {
  write("test/mutants/rule.json", JSON.stringify([MUTANT, { ...MUTANT, name: "second" }]));
  const temporary = mkdtempSync(join(tmpdir(), "usher-mutants-test-"));
  const child = spawn(process.execPath, [join(ROOT, "test/mutants/run.mjs"), "--root", tree, "--workers", "1"], {
    env: { ...process.env, NODE_OPTIONS: "", TMPDIR: temporary },
  });
  let output = "";
  child.stdout.on("data", (chunk: Buffer) => {
    output += chunk.toString("utf8");
    if (output.includes("rule: age ")) child.kill("SIGTERM");
  });
  const code = await new Promise((done) => child.on("close", done));
  expect([code, output.trimEnd().split("\n").at(-1)]).toEqual([1, "2 mutants, 1 survived"]);
  expect(readdirSync(temporary)).toEqual([]);
  rmSync(temporary, { recursive: true });
});
