/**
 * TypeORM's query runner for SQLite, one for each caller. TypeORM itself shares a single one, which nests concurrent
 * transactions. Here, they wait for the lock of the one connection that writes.
 */
import { QueryResult } from "typeorm";
import { BetterSqlite3QueryRunner } from "typeorm/driver/better-sqlite3/BetterSqlite3QueryRunner.js";
import type { BetterSqlite3Driver } from "typeorm/driver/better-sqlite3/BetterSqlite3Driver.js";
import type { SqlValue } from "./database.js";
import type { Mutex } from "./mutex.js";
import type { SqliteConnection } from "./sqlite-connection.js";
import { assertUsable, type TransactionScope, type TransactionScopes } from "./transaction-scope.js";

/** The state that all query runners of one SQLite database share. */
export interface SqliteWriter {
  /** Opened by TypeORM's driver when the data source is initialized. */
  connection: SqliteConnection | null;
  readonly mutex: Mutex;
  readonly scopes: TransactionScopes;
}

export class QueuedSqliteQueryRunner extends BetterSqlite3QueryRunner {
  /** The transaction that runs on this runner, when `transact` made it. */
  scope: TransactionScope | null = null;
  #unlock: (() => void) | null = null;
  #holdsUntilReleased = false;
  #isSyncDeferred = false;

  constructor(
    driver: BetterSqlite3Driver,
    readonly writer: SqliteWriter,
  ) {
    super(driver);
  }

  /** Waits for the lock and keeps it until `release`, over several transactions, as migrations need. */
  async hold(): Promise<void> {
    await this.#acquire();
    this.#holdsUntilReleased = true;
  }

  /**
   * Waits for the lock. Until `release`, commits do not wait for the disk. A later commit of another caller brings these
   * commits to the disk, too, because SQLite writes its log in order.
   */
  async deferSync(): Promise<void> {
    await this.hold();
    this.#isSyncDeferred = true;
    this.writer.connection?.handle.pragma("synchronous = NORMAL");
  }

  override async startTransaction(): Promise<void> {
    await this.#acquire();
    try {
      await super.startTransaction();
    } catch (error) {
      this.isTransactionActive = this.transactionDepth > 0;
      this.#releaseAfterTransaction();
      throw error;
    }
  }

  override async commitTransaction(): Promise<void> {
    try {
      await super.commitTransaction();
    } finally {
      this.#releaseAfterTransaction();
    }
  }

  override async rollbackTransaction(): Promise<void> {
    try {
      await super.rollbackTransaction();
    } finally {
      this.#releaseAfterTransaction();
    }
  }

  // `any`, because the value of an argument decides whether TypeORM returns rows, a key or a QueryResult.
  override async query(sql: string, parameters?: unknown, useStructuredResult = false): Promise<any> {
    if (this.scope && !isTransactionControl(sql)) assertUsable(this.scope);
    if (this.isReleased)
      throw new Error("This query runner has been released: await every query before the work returns.");
    if (this.#unlock) return this.#run(sql, parameters, useStructuredResult);
    await this.#acquire();
    try {
      return this.#run(sql, parameters, useStructuredResult);
    } finally {
      this.#releaseAfterTransaction();
    }
  }

  /** Releases the lock, and rolls back an open transaction. */
  override async release(): Promise<void> {
    try {
      if (this.writer.connection?.handle.inTransaction && this.#unlock) this.writer.connection.handle.exec("ROLLBACK");
      // SQLite refuses this pragma inside a transaction.
      if (this.#isSyncDeferred) this.writer.connection?.handle.pragma("synchronous = FULL");
    } finally {
      this.#isSyncDeferred = false;
      this.isTransactionActive = false;
      this.transactionDepth = 0;
      this.#holdsUntilReleased = false;
      this.#releaseAfterTransaction();
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
      // IMMEDIATE takes the write lock at once, so that two transactions never block each other half-way.
      const answer = connection.run(sql === "BEGIN TRANSACTION" ? "BEGIN IMMEDIATE" : sql, parameters as SqlValue[]);
      if ("rows" in answer) {
        result.raw = answer.rows;
        result.records = answer.rows as Record<string, unknown>[];
      } else {
        result.raw = answer.lastInsertRowid;
        result.affected = answer.changes;
      }
    } catch (error) {
      // On a full or failing disk, SQLite rolls back by itself. Later statements would then commit one by one.
      if (this.scope && !connection.handle.inTransaction) this.scope.failure ??= error as Error;
      throw error;
    }
    return useStructuredResult ? result : result.raw;
  }

  async #acquire(): Promise<void> {
    if (this.#unlock) return;
    this.writer.scopes.refuseOutside(this, "A query outside it");
    this.#unlock = await this.writer.mutex.acquire();
  }

  #releaseAfterTransaction(): void {
    if (this.isTransactionActive || this.#holdsUntilReleased) return;
    const unlock = this.#unlock;
    this.#unlock = null;
    unlock?.();
  }
}

function isTransactionControl(sql: string): boolean {
  return sql === "BEGIN TRANSACTION" || sql === "COMMIT" || sql === "ROLLBACK";
}
