/** One open SQLite file handle with its prepared statements. better-sqlite3 is synchronous, so calls do not overlap. */
import type SqliteHandle from "better-sqlite3";
import type { Statement } from "better-sqlite3";
import { QueryFailedError } from "typeorm";
import type { SqlValue } from "./database.js";
import { recordStatement } from "./query-count.js";
import { bindValue } from "./values.js";

/**
 * Enough for every statement in the code. The least recently used are dropped first, so generated ones cannot fill the
 * memory.
 */
const STATEMENTS_KEPT = 500;

/** The result of a statement: rows, or what it changed. */
export type SqliteAnswer =
  { readonly rows: unknown[] } | { readonly changes: number; readonly lastInsertRowid: number | bigint };

export class SqliteConnection {
  readonly #statements = new Map<string, Statement>();

  constructor(readonly handle: SqliteHandle) {}

  /**
   * Runs one statement.
   * @throws QueryFailedError without the bound values, as TypeORM's queries do on every dialect
   */
  run(sql: string, parameters: readonly SqlValue[] = []): SqliteAnswer {
    recordStatement(sql);
    const values = parameters.map(bindValue);
    try {
      const statement = this.#prepare(sql);
      return statement.reader ? { rows: statement.all(...values) } : statement.run(...values);
    } catch (error) {
      throw new QueryFailedError(sql, undefined, error as Error);
    }
  }

  close(): void {
    this.#statements.clear();
    this.handle.close();
  }

  #prepare(sql: string): Statement {
    let statement = this.#statements.get(sql);
    if (statement) {
      this.#statements.delete(sql);
    } else {
      statement = this.handle.prepare(sql);
      if (this.#statements.size >= STATEMENTS_KEPT) {
        const oldest = this.#statements.keys().next();
        if (!oldest.done) this.#statements.delete(oldest.value);
      }
    }
    this.#statements.set(sql, statement);
    return statement;
  }
}
