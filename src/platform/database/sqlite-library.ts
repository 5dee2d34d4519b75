/**
 * Chooses the SQLite driver. better-sqlite3 12 aborts the process on Node 24, and better-sqlite3 13 crashes on Node 20. So
 * package.json installs 13 under another name if Node is new enough.
 */
import type SqliteHandle from "better-sqlite3";

const FIRST_NODE_OF_13 = 22;

/** The package that holds the driver for the running Node. @internal */
export const SQLITE_PACKAGE =
  Number(process.versions.node.split(".")[0]) < FIRST_NODE_OF_13 ? "better-sqlite3" : "better-sqlite3-node22";

/** Loads the driver. An installation on MySQL or MariaDB never does. */
export async function loadSqlite(): Promise<typeof SqliteHandle> {
  const { default: Sqlite } = (await import(SQLITE_PACKAGE)) as { default: typeof SqliteHandle };
  return Sqlite;
}
