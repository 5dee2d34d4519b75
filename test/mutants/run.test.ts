/** The mutant runner judges correctly. If it reported every mutant as killed, it would hide missing tests. */
import { execFile, execFileSync, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";

const ROOT = resolve(import.meta.dirname, "../..");
const SOURCE =
  "export const isAllowed = (age: number) => age >= 18;\nexport const isKnown = (name: string) => name !== '';\n";
const TESTS = `import { expect, test } from "@jest/globals";
import { isAllowed } from "../src/rule.js";
test("the young are refused", () => expect(isAllowed(17)).toBe(false));
test("the old are let in", () => expect(isAllowed(19)).toBe(true));
test("already red", () => expect(1).toBe(2));
`;
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
    const parameters = [join(ROOT, "test/mutants/run.mjs"), "--root", tree, "--workers", "1", ...more];
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
  write("test/rule.test.ts", TESTS);
});

afterAll(() => rmSync(tree, { recursive: true, force: true }));

test("kills a tested check, lets an untested one survive, and does not change the tree", async () => {
  const unguarded = { ...MUTANT, name: "unguarded", find: "name !== ''", replace: "true" };
  const { code, output, last } = await run([MUTANT, unguarded]);
  expect(output).toMatch(/^killed +rule: age .*by "the young are refused"$/m);
  expect(output).toMatch(/^SURVIVED +rule: unguarded /m);
  expect([code, last]).toEqual([1, "2 mutants, 1 survived"]);
  expect(readFileSync(join(tree, "src/rule.ts"), "utf8")).toBe(SOURCE);
});

test("exits with 0 without survivors, and filters by name and by list", async () => {
  const others = [MUTANT, { ...MUTANT, name: "other", find: "gone" }];
  expect(await run(others, "--only", "age")).toMatchObject({ code: 0, last: "1 mutants, 0 survived" });
  expect(await run([MUTANT], "--area", "rule.json")).toMatchObject({ code: 0, last: "1 mutants, 0 survived" });
  expect(await run([MUTANT], "--area", "else")).toMatchObject({ code: 1, last: "0 mutants, 0 survived" });
});

test("reports mutants that cannot be judged, and counts them as survivors", async () => {
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
    "--workers",
    "2",
  );
  for (const [place, [, message]] of mistakes.entries()) {
    const line = output.split("\n").find((text) => text.startsWith(`unusable rule: ${place} `));
    expect(`${line} ${output}`).toContain(message);
    expect(line).toBeDefined();
  }
  expect([code, last]).toEqual([1, "7 mutants, 7 survived"]);
  expect(await run("{")).toMatchObject({ code: 1, output: expect.stringContaining("rule.json cannot be read") });
});

test("counts mutants that it did not judge as survivors when it is ended, and removes its copies", async () => {
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

test("isolates the tests of a mutant from what an earlier one left running", async () => {
  const left =
    'setTimeout(() => { throw new Error("left"); }), [...Array(50)].map(() => setInterval(() => {}, 60_000))';
  const leaving = { ...MUTANT, name: "leaving", replace: `Boolean([${left}])` };
  const later = { ...leaving, name: "later", tests: ["test/then.test.ts"], testName: "finds nothing" };
  write(
    "test/then.test.ts",
    `import { expect, test } from "@jest/globals";
const countTimers = () => process.getActiveResourcesInfo().filter((name) => name === "Timeout").length;
test("finds nothing of another's", () => expect(countTimers()).toBeLessThan(50));`,
  );
  const { output, last } = await run([leaving, later]);
  expect([output, last]).toEqual([expect.stringMatching(/^SURVIVED +rule: later /m), "2 mutants, 1 survived"]);
});

test("finds an entry whose text is missing without running a test, and our lists are sound", async () => {
  const lost = await run([MUTANT, { ...MUTANT, name: "lost", find: "gone" }], "--check");
  expect(lost).toMatchObject({ code: 1, last: "2 mutants, 1 cannot be judged" });
  expect(lost.output).toMatch(/^unusable rule: lost .*"find" occurs 0 times in src\/rule.ts/m);
  const ours = await run([], "--check", "--root", ROOT);
  expect([ours.output, ours.code]).toEqual([expect.stringMatching(/^\d{3,} mutants, 0 cannot be judged\n$/), 0]);
});

test("finds a name that no test has any more in a report of jest", async () => {
  const report = join(tree, "report.json");
  const fullNames = ["rules the young are refused", "rules the old are let in"];
  const assertionResults = fullNames.map((fullName) => ({ fullName, status: "pending" }));
  write("report.json", JSON.stringify({ testResults: [{ name: join(tree, "test/rule.test.ts"), assertionResults }] }));
  const check = async (testName: string | undefined, tests = MUTANT.tests) =>
    await run([{ ...MUTANT, testName, tests }], "--check", "--names", report);

  for (const testName of [
    "Young|old",
    "the (young|old) are",
    "^rules the (young are|old)",
    "let in|(young|old) (are)",
    undefined,
  ])
    expect(await check(testName)).toMatchObject({ code: 0, last: "1 mutants, 0 cannot be judged" });
  for (const [testName, part] of [
    ["young|aged", "aged"],
    ["the (young|aged) are", "the (?:aged) are"],
    ["rules (the (young|old)|nobody)", "rules (?:nobody)"],
  ] as const) {
    const { code, output } = await check(testName);
    expect([code, output]).toEqual([1, expect.stringContaining(`no test in test/rule.test.ts is named "${part}"`)]);
  }
  write("test/unreported.test.ts", TESTS);
  const unknown = await check("young", ["test/unreported.test.ts"]);
  expect([unknown.code, unknown.output]).toEqual([
    1,
    expect.stringContaining("the report has no test/unreported.test.ts"),
  ]);
});

describe("with a budget", () => {
  const NAMES = ["one", "two", "three", "four", "five", "six"];
  const tests = TESTS.replace("the young", NAMES.map((name) => `young ${name}`).join(", "));
  const entries: (typeof MUTANT)[] = NAMES.map((name) => ({ ...MUTANT, name, testName: `young ${name}` }));

  async function judge(list: object[], date: string, seconds = "60") {
    const { output, ...rest } = await run(list, "--budget-seconds", seconds, "--date", date);
    return { ...rest, output, judged: [...output.matchAll(/^killed +rule: (\w+)/gm)].map(([, name]) => name) };
  }

  function commit(day: number): void {
    const date = `2026-11-${day}T12:00:00Z`;
    const env = { ...process.env, GIT_AUTHOR_DATE: date, GIT_COMMITTER_DATE: date };
    const author = ["-c", "user.name=Test", "-c", "user.email=test@example.com", "-c", "commit.gpgsign=false"];
    for (const words of [
      ["init", "-q"],
      ["add", "src", "test"],
      [...author, "commit", "-q", "-m", "Change"],
    ]) {
      execFileSync("git", words, { cwd: tree, env });
    }
  }

  beforeAll(() => {
    write("test/rule.test.ts", tests);
    write("test/touched.test.ts", tests);
    write("src/touched.ts", SOURCE);
    write("test/other.test.ts", tests.replace("rule.js", "touched.js"));
  });

  test("and without history, the date chooses where to begin", async () => {
    const four = entries.slice(0, 4);
    const first = await judge(four, "2026-11-01");
    expect(first).toMatchObject({ code: 0, last: "4 mutants, 0 survived" });
    expect(first.output).toContain("The history of two days is missing, so that only the date chooses.\n");
    expect(first.output).toMatch(/^Judged 4 of 4 within 60 seconds\.\n[\d.]+ seconds\n4 mutants, 0 survived\n$/m);
    expect(new Set(first.judged)).toEqual(new Set(NAMES.slice(0, 4)));
    const second = await judge(four, "2026-11-02");
    expect(second.judged).not.toEqual(first.judged);
    expect((await judge(four, "2026-11-02")).judged).toEqual(second.judged);
  });

  test("mutants whose code, tests or entry changed in the last two days of history come first", async () => {
    const changes: Record<string, object> = {
      two: { file: "src/touched.ts", tests: ["test/other.test.ts"] },
      four: { tests: ["test/touched.test.ts"] },
    };
    const before = entries.map((entry) => ({ ...entry, ...changes[entry.name] }));
    write("test/mutants/rule.json", JSON.stringify(before));
    commit(10);
    write("src/touched.ts", `${SOURCE}export const more = 1;\n`);
    write("test/touched.test.ts", `${tests}// Changed.\n`);
    const after = before.map((entry) => (entry.name === "six" ? { ...entry, replace: "age > 0" } : entry));
    write("test/mutants/rule.json", JSON.stringify(after));
    commit(20);
    // In the order of their tests, these three are never next to each other.
    const { judged, output } = await judge(after, "2026-11-01");
    expect([new Set(judged.slice(0, 3)), judged.length]).toEqual([new Set(["two", "four", "six"]), 6]);
    expect(output).toContain("3 of 6 mutants changed in two days.\n");
  });

  test("a mutant that is not judged in time is not a survivor, and one that never ends does not delay the end", async () => {
    const endless = { ...MUTANT, replace: "(() => { for (;;); })()" };
    const { code, output } = await judge([endless, MUTANT], "2026-11-01", "1");
    expect(output).toMatch(/^Judged 0 of 2 within 1 seconds\.\n[\d.]+ seconds\n0 mutants, 0 survived\n$/m);
    expect(code).toBe(0);
  });
});
