/**
 * Takes security checks out of copies of the code, one at a time, and expects the named tests to turn red.
 *
 *     node test/mutants/run.mjs [--area oidc] [--only nonce] [--workers 3] [--root FOLDER]
 *
 * `--area` takes one list, `--only` the mutants whose name contains a text. Prints a line for each mutant and, last,
 * `N mutants, M survived`, where a mutant that could not be judged counts as a survivor; ends with 1 when there is one.
 */
import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { findMistake, keyOfTests, readMutants } from "./mutants.mjs";
import { copyTree, runTests } from "./tree.mjs";

const { values: options } = parseArgs({
  options: {
    area: { type: "string" },
    only: { type: "string" },
    // One more than there are processors: some mutants make their tests wait for a time limit.
    workers: { type: "string", default: String(availableParallelism() + 1) },
    root: { type: "string", default: resolve(import.meta.dirname, "../..") },
  },
});

const startedAt = performance.now();
const root = realpathSync(options.root);
const temporary = realpathSync(mkdtempSync(join(tmpdir(), "usher-mutants-")));
const shared = { cache: join(temporary, "cache"), children: new Set() };
process.on("exit", () => {
  for (const child of shared.children) child.kill("SIGKILL");
  rmSync(temporary, { recursive: true, force: true, maxRetries: 5 });
});
for (const signal of ["SIGINT", "SIGTERM"]) {
  process.on(signal, () => {
    process.stdout.write(`Ended by ${signal} after ${judgements} of ${mutants.length} mutants.\n`);
    survivors += mutants.length - judgements;
    finish();
    process.exit(1);
  });
}

/** Hands jobs to the copies, each of which does one at a time. */
async function shareOut(copies, jobs, work) {
  const waiting = [...jobs];
  await Promise.all(
    copies.map(async (copy) => {
      for (let job = waiting.shift(); job !== undefined; job = waiting.shift()) await work(copy, job);
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

function finish() {
  for (const problem of problems) process.stdout.write(`${problem}\n`);
  process.stdout.write(`${((performance.now() - startedAt) / 1000).toFixed(1)} seconds\n`);
  process.stdout.write(`${mutants.length} mutants, ${survivors} survived\n`);
}

/** The unmutated tests must be green, alone and under this name, or their turning red means nothing. */
async function findUnusableTests(copies, mutants) {
  const unusable = new Map();
  const selections = new Map(mutants.map((mutant) => [keyOfTests(mutant), mutant]));
  await shareOut(copies, selections, async (copy, [key, mutant]) => {
    const { passed, failed, broken, firstFailure } = await runTests(copy, mutant, shared);
    if (broken) unusable.set(key, `unmutated, ${broken}`);
    else if (failed > 0) unusable.set(key, `unmutated, "${firstFailure}" fails already`);
    else if (passed === 0) unusable.set(key, `no test is named ${mutant.testName ?? "there"}`);
  });
  return unusable;
}

async function judge(copy, mutant) {
  const path = join(copy, mutant.file);
  const original = readFileSync(path, "utf8");
  // A function, because `$&` and the like in a replacement text would mean something.
  writeFileSync(
    path,
    original.replace(mutant.find, () => mutant.replace),
  );
  const { failed, broken, firstFailure, seconds } = await runTests(copy, mutant, shared);
  writeFileSync(path, original);
  if (failed > 0) report("killed", mutant, seconds, `by "${firstFailure}"`);
  else if (broken) report("unusable", mutant, seconds, `mutated, ${broken}`);
  else report("SURVIVED", mutant, seconds, `${mutant.file} passes ${mutant.tests.join(", ")}`);
}

const { mutants: all, problems } = readMutants(root);
const mutants = all.filter(
  ({ area, name }) =>
    (options.area === undefined || area === basename(options.area, ".json")) &&
    (options.only === undefined || String(name).includes(options.only)),
);
if (mutants.length === 0 && (options.area ?? options.only) !== undefined) problems.push("No mutant matches.");

const sound = mutants.filter((mutant) => {
  const mistake = findMistake(root, mutant);
  if (mistake !== null) report("unusable", mutant, 0, mistake);
  return mistake === null;
});
if (sound.length > 0) {
  const copies = Array.from({ length: Math.max(1, Number(options.workers)) }, (_, number) =>
    join(temporary, `${number}`),
  );
  for (const copy of copies) copyTree(root, copy);
  const unusable = await findUnusableTests(copies, sound);
  const judged = sound.filter((mutant) => {
    const reason = unusable.get(keyOfTests(mutant));
    if (reason !== undefined) report("unusable", mutant, 0, reason);
    return reason === undefined;
  });
  await shareOut(copies, judged, judge);
}

finish();
process.exitCode = survivors > 0 || problems.length > 0 ? 1 : 0;
