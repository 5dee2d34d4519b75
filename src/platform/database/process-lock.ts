/**
 * One process per SQLite file. The lock is a write transaction that is held open on an empty file beside the database:
 * the operating system takes it back when the process ends, however it ends, so there is nothing to clean up and no
 * process number to be mistaken about.
 */
import type SqliteHandle from "better-sqlite3";
import { existsSync, mkdirSync, realpathSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";

/** Another process has the file open. */
export class DatabaseInUseError extends Error {
  override readonly name = "DatabaseInUseError";
}

/** The file's real place: two paths to one file must meet at one lock. Creates the folder when it is missing. */
export function settleSqlitePath(path: string): string {
  const absolute = resolve(path);
  if (existsSync(absolute)) return realpathSync(absolute);
  mkdirSync(dirname(absolute), { recursive: true });
  return join(realpathSync(dirname(absolute)), basename(absolute));
}

/**
 * Takes the lock of a SQLite file for as long as this process lives or until the answer is called.
 * @throws DatabaseInUseError when somebody else has it
 */
export function takeProcessLock(Sqlite: typeof SqliteHandle, path: string): () => void {
  const handle = new Sqlite(`${path}-process`, { timeout: 0 });
  try {
    handle.pragma("locking_mode = EXCLUSIVE");
    handle.exec("BEGIN EXCLUSIVE");
  } catch (error) {
    handle.close();
    if ((error as { code?: unknown }).code !== "SQLITE_BUSY") throw error;
    throw new DatabaseInUseError(
      `Another process uses the SQLite database ${path}. One process at a time may open it: stop the other one, or use MySQL or MariaDB for several.`,
    );
  }
  return () => handle.close();
}
