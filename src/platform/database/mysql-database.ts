/** The database on a MySQL or MariaDB server: a pool, and transactions that are repeated when the server asks for it. */
import { setTimeout as pause } from "node:timers/promises";
import type { Pool } from "mysql2";
import { QueryFailedError, type DataSource } from "typeorm";
import type { MysqlDriver } from "typeorm/driver/mysql/MysqlDriver.js";
import { createMysqlDataSource, type DataSourceParts } from "./create-data-source.js";
import type { OpenDatabase, Reader, SqlValue, Transaction } from "./database.js";
import type { MysqlTarget } from "./database-url.js";
import { asksForRepetition, withoutValues } from "./driver-errors.js";
import { explainConnectionFailure } from "./explain-connection-failure.js";
import { GuardedMysqlQueryRunner } from "./mysql-query-runner.js";
import { recordStatement } from "./query-count.js";
import { readFirst } from "./reader.js";
import type { TransactionScope, TransactionScopes } from "./transaction-scope.js";
import { bindValue } from "./values.js";

/** For how long new attempts at a transaction are begun, and the longest pause between two. */
const REPEAT_FOR_MILLISECONDS = 30_000;
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
      const transacting = transactRepeatedly(dataSource, scopes, work, parts);
      underWay.add(transacting);
      const forget = () => underWay.delete(transacting);
      transacting.then(forget, forget);
      return transacting;
    },
    ping: async () => {
      await queryPool(pool, "SELECT 1", []);
    },
    close: async () => {
      // What has begun may finish, as on SQLite.
      await Promise.allSettled(underWay);
      await dataSource.destroy();
    },
  };
}

/** The two servers describe their schemas differently, and TypeORM needs to know which one it reads. */
async function refuseOtherServer(target: MysqlTarget, reader: Reader): Promise<void> {
  const version = await reader.row<{ version: string }>("SELECT VERSION() AS version");
  const kind = /mariadb/i.test(version?.version ?? "") ? "mariadb" : "mysql";
  if (kind !== target.kind) {
    const name = kind === "mariadb" ? "MariaDB" : "MySQL";
    throw new Error(
      `The server at ${target.host}:${target.port} is ${name}: let the database URL begin with ${kind}:// instead of ${target.kind}://.`,
    );
  }
}

function createReader(pool: Pool, scopes: TransactionScopes): Reader {
  const rows = async <Row>(sql: string, parameters: readonly SqlValue[] = []): Promise<Row[]> => {
    scopes.refuseAround(null, "A read of committed rows");
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

async function transactRepeatedly<T>(
  dataSource: DataSource,
  scopes: TransactionScopes,
  work: (transaction: Transaction) => Promise<T>,
  { logger, repeatForMilliseconds = REPEAT_FOR_MILLISECONDS }: DataSourceParts,
): Promise<T> {
  scopes.refuseAround(null, "A second transaction");
  const lastStart = Date.now() + repeatForMilliseconds;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await transactOnce(dataSource, scopes, work);
    } catch (error) {
      if (!asksForRepetition(error) || Date.now() > lastStart) throw error;
      logger?.warn({ attempt, reason: (error as Error).message }, "A transaction is repeated");
      // At random, so that two that ran into each other do not do so again.
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
      // What the work made of a deadlock, such as another error with it as the cause, must not hide it.
      throw scope.failure ?? error;
    }
    return result;
  } finally {
    await runner.release();
  }
}

/** A connection whose transaction cannot be ended is not given back: the next user would inherit it. */
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
