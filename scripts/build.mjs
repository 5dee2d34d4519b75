/**
 * Compiles the sources into `dist`, beside the files that are not code (styles, scripts of pages).
 *
 *     node scripts/build.mjs [--when-needed]
 *
 * It builds a new folder, which then replaces the old one: nothing of a deleted source stays, and a process that reads
 * `dist` meanwhile never sees half of it. The folder contains a hash of its sources.
 */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { prepareSqlite } from "./prepare-sqlite.mjs";

const ROOT = resolve(import.meta.dirname, "..");
const OUTPUT = join(ROOT, "dist");
const HASH = "sources.sha256";

/** What `tsconfig.build.json` includes. */
const FOLDERS = ["src", "migrations", "test/support", "testing", "demo", "bench"];
/** Files on which the output depends too. */
const FILES = [
  "ormconfig.ts",
  "package-lock.json",
  "tsconfig.json",
  "tsconfig.build.json",
  "tsconfig.types.json",
  "scripts/build.mjs",
];

/** @returns {string[]} */
function listSources() {
  const inFolders = FOLDERS.filter((folder) => existsSync(join(ROOT, folder))).flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(ROOT.length + 1)),
  );
  return [...inFolders, ...FILES.filter((file) => existsSync(join(ROOT, file)))].toSorted((left, right) =>
    left < right ? -1 : 1,
  );
}

/** By content, not by time: a checkout sets arbitrary times, and a deleted file has none. */
function hashSources(sources) {
  const hash = createHash("sha256");
  for (const file of sources) {
    const content = readFileSync(join(ROOT, file));
    hash.update(`${file}\0${content.length}\0`).update(content);
  }
  return hash.digest("hex");
}

/** Output in a new folder is not incremental, and then the compiler allows no build info file. */
const NOT_INCREMENTAL = ["--incremental", "false", "--tsBuildInfoFile", "null"];

/** @returns {boolean} whether it succeeded */
function compile(project, ...options) {
  const compiler = join(ROOT, "node_modules/typescript/bin/tsc");
  const { status } = spawnSync(process.execPath, [compiler, "-p", join(ROOT, project), ...options], {
    cwd: ROOT,
    stdio: "inherit",
  });
  return status === 0;
}

/**
 * Writes the declarations of the entries that package.json exports, and of the files that these declarations import. The
 * compiler writes the declarations of many more files.
 */
function declareTypes(output) {
  const all = `${output}-types`;
  try {
    if (!compile("tsconfig.types.json", "--outDir", all, ...NOT_INCREMENTAL)) return false;
    const { files } = JSON.parse(readFileSync(join(ROOT, "tsconfig.types.json"), "utf8"));
    const needed = new Set(files.map((file) => file.replace(/\.ts$/, ".d.ts")));
    for (const file of needed) {
      const text = readFileSync(join(all, file), "utf8");
      for (const [, specifier] of text.matchAll(/(?:from |import\()"(\.[^"]+)\.js"/g))
        needed.add(join(dirname(file), `${specifier}.d.ts`));
      cpSync(join(all, file), join(output, file));
    }
    return true;
  } finally {
    rmSync(all, { recursive: true, force: true });
  }
}

/**
 * Builds the SQLite driver if Node needs it, and `dist` unless it was built from these sources.
 * @param {{ whenNeeded: boolean }} options
 * @returns {boolean} whether `dist` can be used
 */
export function build({ whenNeeded }) {
  if (!prepareSqlite()) return false;
  // An installation without sources was built elsewhere.
  if (whenNeeded && !existsSync(join(ROOT, "src"))) return existsSync(OUTPUT);
  const sources = listSources();
  const hash = hashSources(sources);
  const hashFile = join(OUTPUT, HASH);
  if (whenNeeded && existsSync(hashFile) && readFileSync(hashFile, "utf8") === hash) return true;

  // Beside `dist`, so that source maps find the sources by the same relative paths.
  const fresh = `${OUTPUT}.new-${process.pid}`;
  const stale = `${OUTPUT}.old-${process.pid}`;
  try {
    if (!compile("tsconfig.build.json", "--outDir", fresh, ...NOT_INCREMENTAL)) return false;
    if (existsSync(join(ROOT, "tsconfig.types.json")) && !declareTypes(fresh)) return false;
    for (const file of sources.filter((source) => !source.endsWith(".ts") && !FILES.includes(source))) {
      mkdirSync(dirname(join(fresh, file)), { recursive: true });
      cpSync(join(ROOT, file), join(fresh, file));
    }
    writeFileSync(join(fresh, HASH), hash);
    if (existsSync(OUTPUT)) renameSync(OUTPUT, stale);
    renameSync(fresh, OUTPUT);
    return true;
  } finally {
    rmSync(fresh, { recursive: true, force: true });
    rmSync(stale, { recursive: true, force: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  process.exitCode = build({ whenNeeded: process.argv.includes("--when-needed") }) ? 0 : 1;
}
