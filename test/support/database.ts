/**
 * Fresh databases for tests: a SQLite file in a temporary folder, or, when USHER_TEST_DATABASE_URL names a server
 * (`mariadb://root@127.0.0.1:PORT`), a new database on it.
 */
import { randomBytes } from "node:crypto";
import { existsSync, statfsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Connection, ConnectionOptions } from "mysql2/promise";
import type { DataSourceParts } from "../../src/platform/database/create-data-source.js";
import type { OpenDatabase } from "../../src/platform/database/database.js";
import { openDatabase } from "../../src/platform/database/open-database.js";

const serverUrl = process.env["USHER_TEST_DATABASE_URL"] ?? "";

/** Whether the tests run on a MariaDB or MySQL server. */
export const onMariaDb = serverUrl !== "";

/** A database in memory if possible, because a SQLite file waits for the disk at every commit. */
const FOLDER = isAmple("/dev/shm") ? "/dev/shm" : tmpdir();

function isAmple(folder: string): boolean {
  if (!existsSync(folder)) return false;
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize > 2 ** 30;
}

/** Statements of `lockOrganization`, without the one that reads the organization. */
export const LOCK_STATEMENTS = onMariaDb ? 1 : 0;
/** Text in the first statement of a lock. */
export const LOCK_STATEMENT = onMariaDb ? "UPDATE organization SET lock_count" : "FROM organization";

/** A new database. */
export interface TestDatabaseUrl {
  /** The URL for `openDatabase`, or for DATABASE_URL of a child process. */
  readonly url: string;
  /** Deletes the database. The caller must close it first. */
  readonly remove: () => Promise<void>;
}

/** An open test database. `close` also deletes it. */
export interface TestDatabase extends OpenDatabase {
  readonly url: string;
  /** Closes and opens it again, like a restart. */
  readonly reopen: () => Promise<TestDatabase>;
}

/** Makes a new, empty database, which any process may open by its URL. */
export async function testDatabaseUrl(): Promise<TestDatabaseUrl> {
  if (!onMariaDb) {
    const folder = await mkdtemp(join(FOLDER, "usher-test-"));
    return {
      url: `sqlite:${join(folder, "usher.sqlite")}`,
      remove: () => rm(folder, { recursive: true, force: true }),
    };
  }
  const name = `usher_test_${randomBytes(6).toString("hex")}`;
  // The default collation treats a, A and á as equal, as on many servers. This shows whether code depends on the default.
  await runOnServer(`CREATE DATABASE ${name} CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci`);
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return { url: url.href, remove: () => runOnServer(`DROP DATABASE IF EXISTS ${name}`) };
}

/** Opens the given database, or a new, empty one. Does not run migrations. */
export async function openTestDatabase(parts: DataSourceParts, made?: TestDatabaseUrl): Promise<TestDatabase> {
  const { url, remove } = made ?? (await testDatabaseUrl());
  const open = async (): Promise<TestDatabase> => {
    const database = await openDatabase({ url, ...parts });
    return {
      ...database,
      url,
      close: async () => {
        await database.close();
        await remove();
      },
      reopen: async () => {
        await database.close();
        return open();
      },
    };
  };
  try {
    return await open();
  } catch (error) {
    await remove();
    throw error;
  }
}

/** Connects to the server of the tests. The caller ends the connection. */
export async function connectToServer(options: ConnectionOptions = {}): Promise<Connection> {
  const { createConnection } = await import("mysql2/promise");
  const { hostname, port, username, password } = new URL(serverUrl);
  return await createConnection({
    ...options,
    host: hostname,
    port: Number(port || 3306),
    user: decodeURIComponent(username),
    password: decodeURIComponent(password),
  });
}

async function runOnServer(statement: string): Promise<void> {
  const connection = await connectToServer();
  try {
    await connection.query(statement);
  } finally {
    await connection.end();
  }
}
