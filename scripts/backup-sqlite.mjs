/**
 * Copies a SQLite database while Usher runs: a consistent snapshot in one file, which is then checked.
 *
 *     node scripts/backup-sqlite.mjs data/usher.sqlite /backups/usher.sqlite
 *
 * Exits with 1 and the reason when the copy fails or is damaged.
 */
import { existsSync } from "node:fs";
import { loadSqlite } from "../dist/src/platform/database/sqlite-library.js";

const [source, target] = process.argv.slice(2);
if (source === undefined || target === undefined) fail("Usage: node scripts/backup-sqlite.mjs SOURCE TARGET");
if (existsSync(target)) fail(`${target} exists already: name a new file for each backup.`);
try {
  const Sqlite = await loadSqlite();
  await new Sqlite(source, { readonly: true, fileMustExist: true }).backup(target);
  const result = new Sqlite(target).pragma("integrity_check", { simple: true });
  if (result !== "ok") fail(`The copy ${target} is damaged: ${result}`);
} catch (error) {
  fail(`${source} cannot be copied to ${target}: ${error.message}`);
}

function fail(sentence) {
  process.stderr.write(`${sentence}\n`);
  process.exit(1);
}
