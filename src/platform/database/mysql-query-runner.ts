/** TypeORM's query runner for MySQL and MariaDB, with the same guards as on SQLite. */
import type { ReplicationMode } from "typeorm";
import { MysqlQueryRunner } from "typeorm/driver/mysql/MysqlQueryRunner.js";
import type { MysqlDriver } from "typeorm/driver/mysql/MysqlDriver.js";
import type { SqlValue } from "./database.js";
import { isRetryable, withoutValues } from "./driver-errors.js";
import { recordStatement } from "./query-count.js";
import { assertUsable, type TransactionScope, type TransactionScopes } from "./transaction-scope.js";
import { bindValue } from "./values.js";

export class GuardedMysqlQueryRunner extends MysqlQueryRunner {
  /** The transaction that runs on this runner, when `transact` made it. */
  scope: TransactionScope | null = null;

  constructor(
    driver: MysqlDriver,
    mode: ReplicationMode,
    readonly scopes: TransactionScopes,
  ) {
    super(driver, mode);
  }

  override async query(sql: string, parameters?: unknown, useStructuredResult = false): Promise<unknown> {
    if (parameters !== undefined && !Array.isArray(parameters))
      throw new TypeError("Parameters are bound by position.");
    this.scopes.refuseOutside(this, "A query outside it");
    if (this.scope && !isTransactionControl(sql)) assertUsable(this.scope);
    recordStatement(sql);
    try {
      return await super.query(sql, (parameters as SqlValue[] | undefined)?.map(bindValue), useStructuredResult);
    } catch (error) {
      const failure = withoutValues(error, sql);
      // The server has rolled back after a deadlock: the transaction must not continue, even if the work catches the error.
      if (this.scope && isRetryable(failure)) this.scope.failure ??= failure;
      throw failure;
    }
  }
}

function isTransactionControl(sql: string): boolean {
  return sql === "START TRANSACTION" || sql === "COMMIT" || sql === "ROLLBACK";
}
