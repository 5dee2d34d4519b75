/** The database in a SQLite file: one connection that writes, under a lock, and one that reads committed rows. */
import type { Database, OpenDatabase, Reader, SqlValue, Transaction } from "./database.js";
import {
  createSqliteDataSource,
  SQLITE_BUSY_TIMEOUT_MILLISECONDS,
  type DataSourceParts,
} from "./create-data-source.js";
import type { SqliteTarget } from "./database-url.js";
import { readFirst } from "./reader.js";
import { SqliteConnection } from "./sqlite-connection.js";
import type { QueuedSqliteQueryRunner } from "./sqlite-query-runner.js";
import type { TransactionScope, TransactionScopes } from "./transaction-scope.js";

/**
 * Opens a SQLite file for this process alone. Creates the file and its folder when they are missing.
 * @throws DatabaseInUseError when another process has it open
 */
export async function openSqliteDatabase(target: SqliteTarget, parts: DataSourceParts): Promise<OpenDatabase> {
  const { dataSource, writer, readConnection } = await openConnections(target, parts);
  const reader = createReader(readConnection, writer.scopes);

  const transact: Database["transact"] = async (work, { mayBeLost = false } = {}) => {
    writer.scopes.refuseOutside(null, "A second transaction");
    const runner = dataSource.createQueryRunner() as QueuedSqliteQueryRunner;
    try {
      if (mayBeLost) await runner.deferSync();
      await runner.startTransaction();
      const scope: TransactionScope = { owner: runner, open: true, failure: null };
      runner.scope = scope;
      const transaction = createTransaction(runner);
      try {
        const result = await writer.scopes.run(scope, () => work(transaction));
        if (scope.failure) throw scope.failure;
        scope.open = false;
        await runner.commitTransaction();
        return result;
      } finally {
        scope.open = false;
      }
    } finally {
      // Rolls back what was not committed, and releases the lock.
      await runner.release();
    }
  };

  return {
    dialect: "sqlite",
    dataSource,
    reader,
    transact,
    ping: async () => {
      readConnection.run("SELECT 1");
    },
    close: async () => {
      const unlock = await writer.mutex.acquire();
      readConnection.close();
      await dataSource.destroy();
      unlock();
    },
  };
}

async function openConnections(target: SqliteTarget, parts: DataSourceParts) {
  try {
    const { dataSource, writer, path, Sqlite } = await createSqliteDataSource(target, parts);
    await dataSource.initialize();
    const handle = new Sqlite(path, { readonly: true, timeout: SQLITE_BUSY_TIMEOUT_MILLISECONDS });
    return { dataSource, writer, readConnection: new SqliteConnection(handle) };
  } catch (error) {
    const { code, message } = error as { code?: unknown; message: string };
    // An error of the file system or of SQLite, such as a folder without write permission, is not a defect.
    if (typeof code !== "string") throw error;
    throw new Error(`The SQLite database ${target.path} cannot be opened: ${message}.`, { cause: error });
  }
}

function createReader(connection: SqliteConnection, scopes: TransactionScopes): Reader {
  const rows = async <Row>(sql: string, parameters?: readonly SqlValue[]): Promise<Row[]> => {
    scopes.refuseOutside(null, "A read of committed rows");
    return rowsOf<Row>(connection, sql, parameters);
  };
  return { dialect: "sqlite", rows, row: readFirst(rows) };
}

function createTransaction(runner: QueuedSqliteQueryRunner): Transaction {
  const query = async (sql: string, parameters?: readonly SqlValue[]) =>
    (await runner.query(sql, parameters ? [...parameters] : [], true)) as { records: unknown[]; affected?: number };
  const rows = async <Row>(sql: string, parameters?: readonly SqlValue[]): Promise<Row[]> =>
    (await query(sql, parameters)).records as Row[];
  return {
    dialect: "sqlite",
    manager: runner.manager,
    rows,
    row: readFirst(rows),
    execute: async (sql, parameters) => (await query(sql, parameters)).affected ?? 0,
  };
}

function rowsOf<Row>(connection: SqliteConnection, sql: string, parameters?: readonly SqlValue[]): Row[] {
  const answer = connection.run(sql, parameters);
  if (!("rows" in answer)) throw new TypeError("A reader runs only statements that return rows.");
  return answer.rows as Row[];
}
