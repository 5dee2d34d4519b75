/** Deletes the data of an earlier demonstration. */
import { readdir, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { DatabaseInUseError, resolveSqlitePath, acquireProcessLock } from "../src/platform/database/process-lock.js";
import { loadSqlite } from "../src/platform/database/sqlite-library.js";

/**
 * Empties the folder of the demonstration's database, except for the lock file.
 *
 * @throws Error if that demonstration still runs; nothing is deleted then
 */
export async function removeEarlierDemo(databasePath: string): Promise<void> {
  const path = resolveSqlitePath(databasePath);
  const folder = dirname(path);
  const unlock = await takeLock(path);
  try {
    const left = (await readdir(folder)).filter((name) => !name.startsWith(`${basename(path)}-process`));
    for (const name of left) await rm(join(folder, name), { recursive: true });
  } finally {
    unlock();
  }
}

async function takeLock(path: string): Promise<() => void> {
  try {
    return acquireProcessLock(await loadSqlite(), path);
  } catch (error) {
    if (!(error instanceof DatabaseInUseError)) throw error;
    throw new Error(
      `Another demonstration runs in ${dirname(path)}. End it, or give this one a PORT and a USHER_DATA_DIR of its own.`,
      { cause: error },
    );
  }
}
