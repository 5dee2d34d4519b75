/**
 * Copies a SQLite database while Usher runs: one consistent moment, in one file, checked afterwards.
 *
 *     node scripts/backup-sqlite.mjs data/usher.sqlite /backups/usher.sqlite
 *
 * Ends with another code than 0, and says why, when the copy cannot be made or is damaged.
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
