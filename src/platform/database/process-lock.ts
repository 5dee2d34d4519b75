/**
 * Allows one process per SQLite file. The lock is an open write transaction on an empty file next to the database. The
 * operating system releases it however the process ends. A file with a process id would have to be deleted after a crash.
 */
import type SqliteHandle from "better-sqlite3";
import { existsSync, mkdirSync, realpathSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";

/** Another process has the file open. */
export class DatabaseInUseError extends Error {
  override readonly name = "DatabaseInUseError";
}

/** The file's real path, so that two paths to one file share a lock. Creates a missing folder. */
export function resolveSqlitePath(path: string): string {
  const absolute = resolve(path);
  if (existsSync(absolute)) return realpathSync(absolute);
  mkdirSync(dirname(absolute), { recursive: true });
  return join(realpathSync(dirname(absolute)), basename(absolute));
}

/**
 * Acquires the lock of a SQLite file. The function that it returns releases the lock.
 * @throws DatabaseInUseError when another process holds it
 */
export function acquireProcessLock(Sqlite: typeof SqliteHandle, path: string): () => void {
  const handle = new Sqlite(`${path}-process`, { timeout: 0 });
  try {
    handle.pragma("locking_mode = EXCLUSIVE");
    handle.exec("BEGIN EXCLUSIVE");
  } catch (error) {
    handle.close();
    if ((error as { code?: unknown }).code !== "SQLITE_BUSY") throw error;
    throw new DatabaseInUseError(
      `Another process uses the SQLite database ${path}. Only one process may open it: stop the other one, or use MySQL or MariaDB to run several.`,
    );
  }
  return () => handle.close();
}
