/** A run of the code shows the effect of each random mutant, and the tests that import the code judge it. */
import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { afterEach, beforeEach, expect, test } from "@jest/globals";

const ROOT = resolve(import.meta.dirname, "../..");
let tree: string;

function write(path: string, text: string): void {
  mkdirSync(dirname(join(tree, path)), { recursive: true });
  writeFileSync(join(tree, path), text);
}

function run(count: number, seed: number): Promise<{ code: number; lines: string[]; last: string | undefined }> {
  const parameters = ["--root", tree, "--random", `${count}`, "--seed", `${seed}`, "--workers", "1"];
  const env = { ...process.env, NODE_OPTIONS: "" };
  return new Promise((done) => {
    execFile(process.execPath, [join(ROOT, "test/mutants/run.mjs"), ...parameters], { env }, (error, output) => {
      const lines = output.trimEnd().split("\n");
      done({ code: error ? Number(error.code) : 0, lines, last: lines.at(-1) });
    });
  });
}

beforeEach(() => {
  tree = mkdtempSync(join(tmpdir(), "usher-mutants-test-"));
  for (const file of ["jest.config.js", ".swcrc", "package.json"]) write(file, readFileSync(join(ROOT, file), "utf8"));
  symlinkSync(join(ROOT, "node_modules"), join(tree, "node_modules"));
});

afterEach(() => rmSync(tree, { recursive: true, force: true }));

test("finds each kind of place, chooses by seed, and skips comments, types, imports, descriptions and log texts", async () => {
  write(
    "src/kinds.ts",
    `/** ümläuts > 1 && true */
import { a, type B } from "./1.js";
export type C = { d: 1 | true } & B<2>;
@Decorated({ nullable: true, minimum: 3 })
export class E {
  async f(@Arg("g", { nullable: true }) g: number): Promise<void> {
    if (g > 7) a("ü");
    const enough = !g && a;
    logger.info("WHERE x = ?", 4, true);
    field({ description: "SELECT 5 WHERE true", deprecationReason: "1" + 1, value: false, ...a });
    await a(...[...enough], 200);
    void read(\`SELECT DISTINCT b FROM c WHERE b = ?\${g ? "" : " AND f IS NULL"} AND e BETWEEN ? AND ? ORDER BY g DESC\`);
    if (!g) return;
  }
}
`,
  );
  const { code, lines, last } = await run(999, 1);
  const found = lines.flatMap((line) => /^unusable src\/kinds.ts:(.*)$/.exec(line)?.[1] ?? []);
  const order = (one: string, other: string) => Number.parseInt(one) - Number.parseInt(other) || (one < other ? -1 : 1);
  expect(found.toSorted(order)).toEqual([
    "7 bound: g > 7 → g >= 7",
    '7 call: a("ü"); → ;',
    "7 condition: g > 7 → !(g > 7)",
    "7 number: 7 → 8",
    "8 condition: !g && a → !g || a",
    '9 call: logger.info("WHERE x = ?", 4, true); → ;',
    "10 boolean: false → true",
    '10 call: field({ description: "SELECT 5 WHERE true", deprecationReason: "1" + 1, value: false, ...a }); → ;',
    "10 spread: ...a → ...{}",
    "11 call: await a(...[...enough], 200); → ;",
    "11 number: 200 → 400",
    "11 spread: ...[...enough] → ...[]",
    "11 spread: ...enough → ...[]",
    "12 SQL: DESC → nothing",
    "12 SQL: DISTINCT → nothing",
    "12 SQL: IS NULL → IS NOT NULL",
    "12 SQL: b = ? → (1 = 1 OR b = ?)",
    "12 SQL: e BETWEEN ? AND ? → (1 = 1 OR e BETWEEN ? AND ?)",
    "12 SQL: f IS NULL → (1 = 1 OR f IS NULL)",
    '12 call: void read(`SELECT DISTINCT b FROM c WHERE b = ?${g ? "" : " AND f IS NULL"} AND e BETWEEN ? AND ? ORDER BY g DESC`); → ;',
    "12 condition: g → !(g)",
    "13 condition: !g → g",
  ]);
  expect([code, last]).toEqual([0, `${found.length} random mutants, 0 survived, ${found.length} could not be judged`]);
  const [once, again, other] = await Promise.all([run(5, 3), run(5, 3), run(5, 4)]);
  expect(once).toEqual(again);
  expect(once.last).toBe("5 random mutants, 0 survived, 5 could not be judged");
  expect(other.lines).not.toEqual(once.lines);
});

test("judges each place by the nearest tests, and does not change the tree", async () => {
  const source = `export const isAllowed = (age: number) => age >= 18;
export const isSmall = (size: number) => size < 5;
`;
  write("src/rule.ts", source);
  write("src/again.ts", 'export * from "./rule.js";\n');
  const head = 'import { expect, test } from "@jest/globals";\n';
  write(
    "test/again.test.ts",
    `${head}import { isAllowed } from "../src/again.js";
test("the young are refused", () => expect([17, 18].map(isAllowed)).toEqual([false, true]));
`,
  );
  write("test/red.test.ts", `${head}import "../src/rule.js";\ntest("is red already", () => expect(1).toBe(2));\n`);
  write("test/apart.test.ts", `${head}test("has nothing to do with it", () => expect(1).toBe(1));\n`);

  const all = await run(9, 1);
  expect([all.code, all.last]).toEqual([0, "4 random mutants, 2 survived, 0 could not be judged"]);
  const text = all.lines.join("\n");
  for (const change of ["age >= 18 → age > 18", "18 → 19"]) {
    expect(text).toMatch(new RegExp(`^killed +src/rule.ts:1 \\w+: ${change}\\n +by "the young are refused"$`, "m"));
  }
  for (const change of ["size < 5 → size <= 5", "5 → 6"]) {
    expect(text).toMatch(new RegExp(`^SURVIVED src/rule.ts:2 \\w+: ${change}\\n +passes test/again.test.ts$`, "m"));
  }
  expect(readFileSync(join(tree, "src/rule.ts"), "utf8")).toBe(source);
});
