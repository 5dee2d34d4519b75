/**
 * Removes security checks from copies of the code, one at a time, and expects the named tests to fail.
 *
 *     node test/mutants/run.mjs [--area oidc] [--only nonce] [--workers 3] [--root FOLDER]
 *     node test/mutants/run.mjs --budget-seconds 360 [--date 2026-11-30]
 *     node test/mutants/run.mjs --random 60 --seed 1
 *     node test/mutants/run.mjs --check [--names REPORT.json]
 *
 * `--area` selects one list, `--only` the mutants whose name contains a text. Prints a line for each mutant and, last,
 * `N mutants, M survived`. A mutant that could not be judged counts as a survivor. Exits with 1 when there is a survivor.
 *
 * With `--budget-seconds`, no mutant begins after that time. Running mutants get a twentieth of that time more. Mutants whose
 * code, tests or entry changed in the last two days of history come first, then the others. Both parts begin at a group that
 * the date chooses, so that every mutant is judged within some days. The line before the last two says
 * `Judged N of A within S seconds.`, and the last line counts only those N.
 *
 * `--random` changes that many places, which the seed chooses from the conditions, bounds, booleans, numbers, calls,
 * spreads and terms of SQL in `src`. The nearest tests judge them, file by file. Exits with 0 even with survivors; the last
 * line is `N random mutants, M survived, K could not be judged`.
 *
 * `--check` runs no test. It prints the entries whose text does not occur exactly once, and those whose file does not
 * exist. With a report of jest (`npm test -- --json --outputFile=REPORT.json`), also those whose `testName` has an
 * alternative that no test in their files carries.
 */
import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { findMistake, findStaleName, readMutants, readTestNames } from "./mutants.mjs";
import { findRecent, groupByTests, orderByDay } from "./order.mjs";
import { choosePlaces, judgePlaces } from "./random.mjs";
import { copyTree, LIMIT_SECONDS, openTests } from "./tree.mjs";

const { values: options } = parseArgs({
  options: {
    area: { type: "string" },
    only: { type: "string" },
    // One more than the number of processors, because some mutants make their tests wait for a time limit.
    workers: { type: "string", default: String(availableParallelism() + 1) },
    "budget-seconds": { type: "string" },
    date: { type: "string", default: new Date().toISOString().slice(0, 10) },
    random: { type: "string" },
    seed: { type: "string", default: "1" },
    check: { type: "boolean", default: false },
    names: { type: "string" },
    root: { type: "string", default: resolve(import.meta.dirname, "../..") },
  },
});

const startedAt = performance.now();
const budget = options["budget-seconds"] === undefined ? null : Number(options["budget-seconds"]);
for (const name of ["budget-seconds", "random", "seed", "workers"]) {
  if (options[name] === undefined || /^\d+$/.test(options[name])) continue;
  process.stderr.write(`--${name} is "${options[name]}", which is not a whole number: use digits only.\n`);
  process.exit(2);
}
const root = realpathSync(options.root);
const temporary = realpathSync(mkdtempSync(join(tmpdir(), "usher-mutants-")));
const shared = { cache: join(temporary, "cache"), children: new Set() };
process.on("exit", () => {
  for (const child of shared.children) child.kill("SIGKILL");
  rmSync(temporary, { recursive: true, force: true, maxRetries: 5 });
});
for (const signal of ["SIGINT", "SIGTERM"]) {
  process.on(signal, () => {
    process.stdout.write(`Ended by ${signal}.\n`);
    if (options.random === undefined) finish();
    process.exit(1);
  });
}

/** Distributes jobs to copies of the tree, each of which runs one at a time. */
async function shareOut(jobs, work) {
  const waiting = [...jobs];
  const workers = Array.from({ length: Math.min(Math.max(1, Number(options.workers)), jobs.length) }, (_, number) => {
    const copy = join(temporary, `${number}`);
    copyTree(root, copy);
    return { copy, tests: openTests(copy, shared) };
  });
  await Promise.all(
    workers.map(async (worker) => {
      for (let job = waiting.shift(); job !== undefined; job = waiting.shift()) await work(worker, job);
      worker.tests.end();
    }),
  );
}

let judgements = 0;
let survivors = 0;
function report(verdict, mutant, seconds, detail) {
  judgements += 1;
  if (verdict !== "killed") survivors += 1;
  process.stdout.write(`${verdict.padEnd(9)}${mutant.area}: ${mutant.name} (${seconds.toFixed(1)} s) ${detail}\n`);
}

const elapsed = () => (performance.now() - startedAt) / 1000;
/** The second until which a mutant may run if it began within the budget. */
const lastSecond = budget === null ? Infinity : budget + Math.max(2, budget / 20);

function finish() {
  if (budget === null) survivors += mutants.length - judgements;
  for (const problem of problems) process.stdout.write(`${problem}\n`);
  if (budget !== null) process.stdout.write(`Judged ${judgements} of ${mutants.length} within ${budget} seconds.\n`);
  process.stdout.write(`${elapsed().toFixed(1)} seconds\n`);
  process.stdout.write(`${budget === null ? mutants.length : judgements} mutants, ${survivors} survived\n`);
}

/** Runs tests. Returns `null` if the budget ends first. */
async function runWithinBudget(tests, mutant) {
  if (elapsed() >= (budget ?? Infinity)) return null;
  const result = await tests.run(mutant, Math.min(LIMIT_SECONDS, lastSecond - elapsed()));
  return result.broken !== null && elapsed() >= lastSecond ? null : result;
}

/** The reason why a failure of these tests would prove nothing: they fail or do not run without a mutant. `null` if they pass. */
function findReason({ passed, failed, broken, firstFailure }, mutant) {
  if (broken) return `unmutated, ${broken}`;
  if (failed > 0) return `unmutated, "${firstFailure}" fails already`;
  return passed === 0 ? `no test is named ${mutant.testName ?? "there"}` : null;
}

/** Judges mutants with the same tests. */
async function judgeGroup({ copy, tests }, group) {
  const unmutated = await runWithinBudget(tests, group[0]);
  if (unmutated === null) return;
  const reason = findReason(unmutated, group[0]);
  for (const mutant of group) {
    if (reason === null) await judge(copy, tests, mutant);
    else report("unusable", mutant, unmutated.seconds, reason);
  }
}

async function judge(copy, tests, mutant) {
  const path = join(copy, mutant.file);
  const original = readFileSync(path, "utf8");
  // The replacement is a function, because `$&` has a meaning in a replacement text.
  writeFileSync(
    path,
    original.replace(mutant.find, () => mutant.replace),
  );
  const result = await runWithinBudget(tests, mutant);
  writeFileSync(path, original);
  if (result === null) return;
  const { failed, broken, firstFailure, seconds } = result;
  if (failed > 0) report("killed", mutant, seconds, `by "${firstFailure}"`);
  else if (broken) report("unusable", mutant, seconds, `mutated, ${broken}`);
  else report("SURVIVED", mutant, seconds, `${mutant.file} passes ${mutant.tests.join(", ")}`);
}

/** Judges the lists of mutants, as far as the budget allows. */
async function judgeLists(sound) {
  let groups = groupByTests(sound);
  if (budget !== null) {
    const recent = findRecent(root, sound);
    const said =
      recent === null
        ? "The history of two days is missing, so that only the date chooses."
        : `${recent.size} of ${sound.length} mutants changed in two days.`;
    process.stdout.write(`${said}\n`);
    groups = orderByDay(groups, recent ?? new Set(), options.date);
  }
  await shareOut(groups, judgeGroup);
  finish();
}

const { mutants: all, problems } = readMutants(root);
const mutants = all.filter(
  ({ area, name }) =>
    (options.area === undefined || area === basename(options.area, ".json")) &&
    (options.only === undefined || String(name).includes(options.only)),
);
if (mutants.length === 0 && (options.area ?? options.only) !== undefined) problems.push("No mutant matches.");

if (options.random === undefined) {
  const names = options.names === undefined ? null : readTestNames(options.names);
  const sound = mutants.filter((mutant) => {
    const mistake = findMistake(root, mutant) ?? (names === null ? null : findStaleName(names, mutant));
    if (mistake !== null) report("unusable", mutant, 0, mistake);
    return mistake === null;
  });
  if (options.check) {
    process.stdout.write(`${mutants.length} mutants, ${mutants.length - sound.length} cannot be judged\n`);
    for (const problem of problems) process.stdout.write(`${problem}\n`);
  } else {
    await judgeLists(sound);
  }
  process.exitCode = survivors > 0 || problems.length > 0 ? 1 : 0;
} else {
  const places = choosePlaces(root, Number(options.random), Number(options.seed));
  await judgePlaces({ root, places, shareOut });
}
