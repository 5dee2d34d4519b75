/** The database on a MySQL or MariaDB server: a pool, and transactions that are retried when the server asks for it. */
import { setTimeout as pause } from "node:timers/promises";
import type { Pool } from "mysql2";
import { QueryFailedError, type DataSource } from "typeorm";
import type { MysqlDriver } from "typeorm/driver/mysql/MysqlDriver.js";
import { createMysqlDataSource, type DataSourceParts } from "./create-data-source.js";
import type { OpenDatabase, Reader, SqlValue, Transaction } from "./database.js";
import type { MysqlTarget } from "./database-url.js";
import { isRetryable, withoutValues } from "./driver-errors.js";
import { explainConnectionFailure } from "./explain-connection-failure.js";
import { GuardedMysqlQueryRunner } from "./mysql-query-runner.js";
import { recordStatement } from "./query-count.js";
import { readFirst } from "./reader.js";
import type { TransactionScope, TransactionScopes } from "./transaction-scope.js";
import { bindValue } from "./values.js";

/** After this time, no further attempt at a transaction begins. */
const RETRY_FOR_MILLISECONDS = 30_000;
const LONGEST_PAUSE_MILLISECONDS = 2_000;

/**
 * Opens a database on a MySQL or MariaDB server.
 * @throws Error with a sentence for an operator, without the password, when the server cannot be used
 */
export async function openMysqlDatabase(target: MysqlTarget, parts: DataSourceParts): Promise<OpenDatabase> {
  const { dataSource, scopes } = await createMysqlDataSource(target, parts);
  try {
    await dataSource.initialize();
  } catch (error) {
    throw explainConnectionFailure(target, error);
  }
  const driver = dataSource.driver as MysqlDriver;
  const pool = driver.pool as Pool;
  const reader = createReader(pool, scopes);
  try {
    await refuseOtherServer(target, reader);
  } catch (error) {
    await dataSource.destroy();
    throw error;
  }
  const underWay = new Set<Promise<unknown>>();
  return {
    dialect: "mysql",
    dataSource,
    reader,
    transact: (work) => {
      const transacting = transactWithRetries(dataSource, scopes, work, parts);
      underWay.add(transacting);
      const forget = () => underWay.delete(transacting);
      transacting.then(forget, forget);
      return transacting;
    },
    ping: async () => {
      await queryPool(pool, "SELECT 1", []);
    },
    close: async () => {
      // Transactions under way may finish, as on SQLite.
      await Promise.allSettled(underWay);
      await dataSource.destroy();
    },
  };
}

/** TypeORM must know whether the server is MySQL or MariaDB, because they describe their schemas differently. */
async function refuseOtherServer(target: MysqlTarget, reader: Reader): Promise<void> {
  const version = await reader.row<{ version: string }>("SELECT VERSION() AS version");
  const kind = /mariadb/i.test(version?.version ?? "") ? "mariadb" : "mysql";
  if (kind !== target.kind) {
    const name = kind === "mariadb" ? "MariaDB" : "MySQL";
    throw new Error(
      `The server at ${target.host}:${target.port} is ${name}: begin the database URL with ${kind}:// instead of ${target.kind}://.`,
    );
  }
}

function createReader(pool: Pool, scopes: TransactionScopes): Reader {
  const rows = async <Row>(sql: string, parameters: readonly SqlValue[] = []): Promise<Row[]> => {
    scopes.refuseOutside(null, "A read of committed rows");
    return (await queryPool(pool, sql, parameters)) as Row[];
  };
  return { dialect: "mysql", rows, row: readFirst(rows) };
}

async function queryPool(pool: Pool, sql: string, parameters: readonly SqlValue[]): Promise<unknown> {
  recordStatement(sql);
  const values = parameters.map(bindValue);
  try {
    const [rows] = await pool.promise().query(sql, values);
    return rows;
  } catch (error) {
    throw new QueryFailedError(sql, undefined, withoutValues(error, sql));
  }
}

async function transactWithRetries<T>(
  dataSource: DataSource,
  scopes: TransactionScopes,
  work: (transaction: Transaction) => Promise<T>,
  { logger, retryForMilliseconds = RETRY_FOR_MILLISECONDS }: DataSourceParts,
): Promise<T> {
  scopes.refuseOutside(null, "A second transaction");
  const lastStart = Date.now() + retryForMilliseconds;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await transactOnce(dataSource, scopes, work);
    } catch (error) {
      if (!isRetryable(error) || Date.now() > lastStart) throw error;
      logger?.warn(
        { attempt, reason: (error as Error).message },
        "The database refused a transaction, which is retried.",
      );
      // At random, so that two transactions that collided do not collide again.
      await pause(Math.random() * Math.min(LONGEST_PAUSE_MILLISECONDS, 10 * 2 ** attempt));
    }
  }
}

async function transactOnce<T>(
  dataSource: DataSource,
  scopes: TransactionScopes,
  work: (transaction: Transaction) => Promise<T>,
): Promise<T> {
  const runner = dataSource.createQueryRunner() as GuardedMysqlQueryRunner;
  const scope: TransactionScope = { owner: runner, open: true, failure: null };
  try {
    await runner.startTransaction();
    runner.scope = scope;
    let result: T;
    try {
      result = await scopes.run(scope, () => work(createTransaction(runner)));
      if (scope.failure) throw scope.failure;
      scope.open = false;
      await runner.commitTransaction();
    } catch (error) {
      scope.open = false;
      await rollBack(runner);
      // The work may have wrapped a deadlock in another error, which would prevent the retry.
      throw scope.failure ?? error;
    }
    return result;
  } finally {
    await runner.release();
  }
}

/** Destroys a connection that cannot be rolled back: the next transaction on it would continue the old one. */
async function rollBack(runner: GuardedMysqlQueryRunner): Promise<void> {
  try {
    await runner.rollbackTransaction();
  } catch {
    const connection = (await runner.connect()) as { destroy(): void };
    connection.destroy();
  }
}

function createTransaction(runner: GuardedMysqlQueryRunner): Transaction {
  const query = (sql: string, parameters?: readonly SqlValue[]) => runner.query(sql, parameters ? [...parameters] : []);
  const rows = async <Row>(sql: string, parameters?: readonly SqlValue[]): Promise<Row[]> =>
    (await query(sql, parameters)) as Row[];
  const execute: Transaction["execute"] = async (sql, parameters) =>
    ((await query(sql, parameters)) as { affectedRows?: number }).affectedRows ?? 0;
  return { dialect: "mysql", manager: runner.manager, rows, row: readFirst(rows), execute };
}
