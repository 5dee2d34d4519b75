/**
 * TypeORM's query runner for SQLite, one for each caller. TypeORM itself shares a single one, so that concurrent
 * transactions end up inside each other; here they wait for their turn at the one connection that writes.
 */
import { QueryResult } from "typeorm";
import { BetterSqlite3QueryRunner } from "typeorm/driver/better-sqlite3/BetterSqlite3QueryRunner.js";
import type { BetterSqlite3Driver } from "typeorm/driver/better-sqlite3/BetterSqlite3Driver.js";
import type { SqlValue } from "./database.js";
import type { Queue } from "./queue.js";
import type { SqliteConnection } from "./sqlite-connection.js";
import { assertUsable, type TransactionScope, type TransactionScopes } from "./transaction-scope.js";

/** What all query runners of one SQLite database share. */
export interface SqliteWriter {
  /** Opened by TypeORM's driver when the data source is initialized. */
  connection: SqliteConnection | null;
  /** Whose turn it is at the connection. */
  readonly queue: Queue;
  readonly scopes: TransactionScopes;
}

export class QueuedSqliteQueryRunner extends BetterSqlite3QueryRunner {
  /** The transaction that runs on this runner, when `transact` made it. */
  scope: TransactionScope | null = null;
  #leave: (() => void) | null = null;
  #holdsUntilReleased = false;
  #isRelaxed = false;

  constructor(
    driver: BetterSqlite3Driver,
    readonly writer: SqliteWriter,
  ) {
    super(driver);
  }

  /** Waits for the turn and keeps it until `release`, over several transactions. Migrations need that. */
  async hold(): Promise<void> {
    await this.#enter();
    this.#holdsUntilReleased = true;
  }

  /**
   * Waits for the turn, and lets commits not wait for the disk until `release`. The next commit of somebody else does, and
   * with it everything before: the log is written in order.
   */
  async relax(): Promise<void> {
    await this.hold();
    this.#isRelaxed = true;
    this.writer.connection?.handle.pragma("synchronous = NORMAL");
  }

  override async startTransaction(): Promise<void> {
    await this.#enter();
    try {
      await super.startTransaction();
    } catch (error) {
      this.isTransactionActive = this.transactionDepth > 0;
      this.#leaveAfterTransaction();
      throw error;
    }
  }

  override async commitTransaction(): Promise<void> {
    try {
      await super.commitTransaction();
    } finally {
      this.#leaveAfterTransaction();
    }
  }

  override async rollbackTransaction(): Promise<void> {
    try {
      await super.rollbackTransaction();
    } finally {
      this.#leaveAfterTransaction();
    }
  }

  // `any` because TypeORM promises rows, a key or a QueryResult by the value of an argument.
  override async query(sql: string, parameters?: unknown, useStructuredResult = false): Promise<any> {
    if (this.scope && !isTransactionControl(sql)) assertUsable(this.scope);
    if (this.isReleased)
      throw new Error("This query runner has been released: await every query before the work returns.");
    if (this.#leave) return this.#run(sql, parameters, useStructuredResult);
    await this.#enter();
    try {
      return this.#run(sql, parameters, useStructuredResult);
    } finally {
      this.#leaveAfterTransaction();
    }
  }

  /** Gives the turn back, whatever state the transaction is in. */
  override async release(): Promise<void> {
    try {
      if (this.writer.connection?.handle.inTransaction && this.#leave) this.writer.connection.handle.exec("ROLLBACK");
      // Within a transaction it would be refused, so it comes after.
      if (this.#isRelaxed) this.writer.connection?.handle.pragma("synchronous = FULL");
    } finally {
      this.#isRelaxed = false;
      this.isTransactionActive = false;
      this.transactionDepth = 0;
      this.#holdsUntilReleased = false;
      this.#leaveAfterTransaction();
      await super.release();
      this.isReleased = true;
    }
  }

  #run(sql: string, parameters: unknown, useStructuredResult: boolean): unknown {
    if (parameters !== undefined && !Array.isArray(parameters))
      throw new TypeError("Parameters are bound by position.");
    const { connection } = this.writer;
    if (!connection) throw new Error("The database is not open.");
    const result = new QueryResult();
    try {
      // Before anything is written the turn is taken for writing, so that two can never block each other half-way.
      const answer = connection.run(sql === "BEGIN TRANSACTION" ? "BEGIN IMMEDIATE" : sql, parameters as SqlValue[]);
      if ("rows" in answer) {
        result.raw = answer.rows;
        result.records = answer.rows as Record<string, unknown>[];
      } else {
        result.raw = answer.lastInsertRowid;
        result.affected = answer.changes;
      }
    } catch (error) {
      // A full disk or a failing one makes SQLite roll back by itself; later statements would then commit one by one.
      if (this.scope && !connection.handle.inTransaction) this.scope.failure ??= error as Error;
      throw error;
    }
    return useStructuredResult ? result : result.raw;
  }

  async #enter(): Promise<void> {
    if (this.#leave) return;
    this.writer.scopes.refuseAround(this, "A query outside it");
    this.#leave = await this.writer.queue.enter();
  }

  #leaveAfterTransaction(): void {
    if (this.isTransactionActive || this.#holdsUntilReleased) return;
    const leave = this.#leave;
    this.#leave = null;
    leave?.();
  }
}

function isTransactionControl(sql: string): boolean {
  return sql === "BEGIN TRANSACTION" || sql === "COMMIT" || sql === "ROLLBACK";
}
