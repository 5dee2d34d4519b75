/** Makes TypeORM's data source for either database. `openDatabase` and the TypeORM command line both start here. */
import { DataSource, type EntitySchema, type Logger, type MigrationInterface } from "typeorm";
import type { BetterSqlite3Driver } from "typeorm/driver/better-sqlite3/BetterSqlite3Driver.js";
import type { MysqlDriver } from "typeorm/driver/mysql/MysqlDriver.js";
import type SqliteHandle from "better-sqlite3";
import type { DatabaseTarget, MysqlTarget, SqliteTarget } from "./database-url.js";
import { GuardedMysqlQueryRunner } from "./mysql-query-runner.js";
import { prepareMysqlPool } from "./mysql-pool.js";
import { resolveSqlitePath, acquireProcessLock } from "./process-lock.js";
import { Mutex } from "./mutex.js";
import { SqliteConnection } from "./sqlite-connection.js";
import { loadSqlite } from "./sqlite-library.js";
import { QueuedSqliteQueryRunner, type SqliteWriter } from "./sqlite-query-runner.js";
import { TransactionScopes } from "./transaction-scope.js";

// oxlint-disable-next-line typescript/ban-types -- TypeORM has no narrower type of entity classes.
type EntityClass = Function | EntitySchema;
export type MigrationClass = new () => MigrationInterface;

export interface DatabaseLogger {
  readonly warn: (details: object, message: string) => void;
}

export interface DataSourceParts {
  readonly entities: readonly EntityClass[];
  readonly migrations: readonly MigrationClass[];
  readonly logger?: DatabaseLogger;
  /** How long Usher repeats a transaction that a MySQL or MariaDB server refuses; 30,000 when left out. */
  readonly retryForMilliseconds?: number;
}

/** How long SQLite waits for the lock of another process, such as a backup. */
export const SQLITE_BUSY_TIMEOUT_MILLISECONDS = 5_000;

/** Makes the data source of either database, not initialized. */
export async function createDataSource(target: DatabaseTarget, parts: DataSourceParts): Promise<DataSource> {
  const created =
    target.kind === "sqlite" ? await createSqliteDataSource(target, parts) : await createMysqlDataSource(target, parts);
  return created.dataSource;
}

/**
 * Makes the data source of a SQLite file. Initializing it acquires the file's process lock, and destroying it releases the
 * lock.
 */
export async function createSqliteDataSource(
  target: SqliteTarget,
  parts: DataSourceParts,
): Promise<{ dataSource: DataSource; writer: SqliteWriter; path: string; Sqlite: typeof SqliteHandle }> {
  const Sqlite = await loadSqlite();
  const path = resolveSqlitePath(target.path);
  const writer: SqliteWriter = { connection: null, mutex: new Mutex(), scopes: new TransactionScopes() };
  let releaseProcessLock = (): void => {};
  const dataSource = new DataSource({
    type: "better-sqlite3",
    database: path,
    driver: Sqlite,
    ...commonOptions(parts),
    timeout: SQLITE_BUSY_TIMEOUT_MILLISECONDS,
    prepareDatabase: (handle: SqliteHandle) => {
      try {
        releaseProcessLock = acquireProcessLock(Sqlite, path);
        prepareSqliteHandle(handle);
      } catch (error) {
        releaseProcessLock();
        handle.close();
        throw error;
      }
      writer.connection = new SqliteConnection(handle);
    },
  });
  const driver = dataSource.driver as BetterSqlite3Driver;
  driver.createQueryRunner = () => new QueuedSqliteQueryRunner(driver, writer);
  driver.disconnect = async () => {
    writer.connection?.close();
    writer.connection = null;
    releaseProcessLock();
  };
  return { dataSource, writer, path, Sqlite };
}

/** Makes the data source of a MySQL or MariaDB database. */
export async function createMysqlDataSource(
  target: MysqlTarget,
  parts: DataSourceParts,
): Promise<{ dataSource: DataSource; scopes: TransactionScopes }> {
  const { default: mysql2 } = await import("mysql2");
  const dataSource = new DataSource({
    type: target.kind,
    // Replaces `createPool`, the only function of the driver that TypeORM calls, so that every connection is prepared
    // before its first query.
    driver: { ...mysql2, createPool: (options: object) => prepareMysqlPool(mysql2.createPool(options)) },
    host: target.host,
    port: target.port,
    username: target.username,
    password: target.password,
    database: target.database,
    ...(target.tls ? { ssl: { rejectUnauthorized: true } } : {}),
    ...commonOptions(parts),
    charset: "utf8mb4",
    timezone: "Z",
    connectTimeout: 10_000,
    poolSize: target.poolSize,
    supportBigNumbers: true,
    // Counts and sums arrive as numbers, as on SQLite.
    bigNumberStrings: false,
    // An UPDATE counts the rows that it matched, as on SQLite, not only the rows that it changed.
    flags: ["FOUND_ROWS"],
    extra: { decimalNumbers: true, enableKeepAlive: true },
  });
  const scopes = new TransactionScopes();
  const driver = dataSource.driver as MysqlDriver;
  driver.createQueryRunner = (mode) => new GuardedMysqlQueryRunner(driver, mode, scopes);
  widenText(driver);
  return { dataSource, scopes };
}

/**
 * MySQL's `text` holds 64 KiB, and SQLite does not know `mediumtext`. So `text` in an entity means `mediumtext` (16 MiB)
 * on MySQL, as `text()` does in migrations.
 */
function widenText(driver: MysqlDriver): void {
  const normalizeType = driver.normalizeType.bind(driver);
  driver.normalizeType = (column) => (column.type === "text" ? "mediumtext" : normalizeType(column));
}

function prepareSqliteHandle(handle: SqliteHandle): void {
  handle.pragma("journal_mode = WAL");
  // With this setting, a committed transaction survives a power cut.
  handle.pragma("synchronous = FULL");
  handle.pragma("foreign_keys = ON");
}

function commonOptions({ entities, migrations, logger }: DataSourceParts) {
  return {
    entities: [...entities],
    migrations: [...migrations],
    synchronize: false,
    migrationsRun: false,
    logger: forwardWarnings(logger),
  };
}

/** Passes on only TypeORM's warnings, because its other lines contain bound values, which may be secrets. */
function forwardWarnings(logger: DatabaseLogger | undefined): Logger {
  return {
    logQuery: () => {},
    logQueryError: () => {},
    logQuerySlow: () => {},
    logSchemaBuild: () => {},
    logMigration: () => {},
    log: (level, message) => {
      if (level === "warn") logger?.warn({}, String(message));
    },
  };
}
