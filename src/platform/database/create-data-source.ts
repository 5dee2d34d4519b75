/** Makes TypeORM's data source for either database. `openDatabase` and the TypeORM command line both start here. */
import { DataSource, type EntitySchema, type Logger, type MigrationInterface } from "typeorm";
import type { BetterSqlite3Driver } from "typeorm/driver/better-sqlite3/BetterSqlite3Driver.js";
import type { MysqlDriver } from "typeorm/driver/mysql/MysqlDriver.js";
import type SqliteHandle from "better-sqlite3";
import type { DatabaseTarget, MysqlTarget, SqliteTarget } from "./database-url.js";
import { GuardedMysqlQueryRunner } from "./mysql-query-runner.js";
import { prepareMysqlPool } from "./mysql-pool.js";
import { settleSqlitePath, takeProcessLock } from "./process-lock.js";
import { Queue } from "./queue.js";
import { SqliteConnection } from "./sqlite-connection.js";
import { loadSqlite } from "./sqlite-library.js";
import { QueuedSqliteQueryRunner, type SqliteWriter } from "./sqlite-query-runner.js";
import { TransactionScopes } from "./transaction-scope.js";

// oxlint-disable-next-line typescript/ban-types -- TypeORM names entity classes no more precisely than this.
type EntityClass = Function | EntitySchema;
export type MigrationClass = new () => MigrationInterface;

/** Where the database speaks up: pino's loggers fit. */
export interface DatabaseLogger {
  readonly warn: (details: object, message: string) => void;
}

/** What a data source is made of. */
export interface DataSourceParts {
  readonly entities: readonly EntityClass[];
  readonly migrations: readonly MigrationClass[];
  readonly logger?: DatabaseLogger;
  /** For how long MySQL and MariaDB repeat a transaction that the server refuses, in milliseconds: 30,000 when left out. */
  readonly repeatForMilliseconds?: number;
}

/** How long SQLite waits for somebody else's lock, such as a backup's, in milliseconds. */
export const SQLITE_BUSY_TIMEOUT_MILLISECONDS = 5_000;

/** Makes the data source of either database, not yet initialized. */
export async function createDataSource(target: DatabaseTarget, parts: DataSourceParts): Promise<DataSource> {
  const created =
    target.kind === "sqlite" ? await createSqliteDataSource(target, parts) : await createMysqlDataSource(target, parts);
  return created.dataSource;
}

/**
 * Makes the data source of a SQLite file. Initializing it takes the file's process lock; destroying it gives it back.
 */
export async function createSqliteDataSource(
  target: SqliteTarget,
  parts: DataSourceParts,
): Promise<{ dataSource: DataSource; writer: SqliteWriter; path: string; Sqlite: typeof SqliteHandle }> {
  const Sqlite = await loadSqlite();
  const path = settleSqlitePath(target.path);
  const writer: SqliteWriter = { connection: null, queue: new Queue(), scopes: new TransactionScopes() };
  let leaveProcessLock = (): void => {};
  const dataSource = new DataSource({
    type: "better-sqlite3",
    database: path,
    driver: Sqlite,
    ...commonOptions(parts),
    timeout: SQLITE_BUSY_TIMEOUT_MILLISECONDS,
    prepareDatabase: (handle: SqliteHandle) => {
      try {
        leaveProcessLock = takeProcessLock(Sqlite, path);
        prepareSqliteHandle(handle);
      } catch (error) {
        leaveProcessLock();
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
    leaveProcessLock();
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
    // TypeORM asks the driver for `createPool` alone, and every connection must be prepared before its first query.
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
    // An UPDATE answers the rows that it matched, as on SQLite, and not only those whose values it changed.
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
 * MySQL's `text` ends at 64 KiB, SQLite's does not, and neither knows a name of the other's for more. So `text` in an
 * entity means `mediumtext` (16 MiB) on MySQL; `text()` in migrations does the same, and the schemas do not drift.
 */
function widenText(driver: MysqlDriver): void {
  const normalizeType = driver.normalizeType.bind(driver);
  driver.normalizeType = (column) => (column.type === "text" ? "mediumtext" : normalizeType(column));
}

function prepareSqliteHandle(handle: SqliteHandle): void {
  handle.pragma("journal_mode = WAL");
  // What was acknowledged survives a power cut.
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

/** TypeORM's own log would show bound values, which may be secrets: only its warnings are passed on. */
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
