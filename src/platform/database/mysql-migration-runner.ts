/**
 * TypeORM's query runner for migrations on MySQL and MariaDB, where each change of the schema commits at once. It records
 * when each statement of a migration begins and ends. If a start is killed, the next start continues at the statement
 * that had not ended.
 *
 * The statements of a migration must not depend on rows that they change, and must run one after another.
 */
import { createHash } from "node:crypto";
import type { Migration, MigrationExecutor } from "typeorm";
import { isRetryable, isAppliedAlready } from "./driver-errors.js";
import { acquireMigrationLease, type Execute, type MigrationLease } from "./migration-lease.js";
import { GuardedMysqlQueryRunner } from "./mysql-query-runner.js";

/** How often a transaction is tried when the server asks to repeat it. */
const ATTEMPTS = 10;

/** The statements of one migration. */
interface Steps {
  readonly migration: string;
  /** The statements that an earlier start began, by hash. The value says whether it recorded their end. */
  readonly known: ReadonlyMap<string, boolean>;
  /** How often this start ran each statement, by statement and parameters. */
  readonly occurrences: Map<string, number>;
}

export class MysqlMigrationRunner extends GuardedMysqlQueryRunner {
  #steps: Steps | null = null;
  #lease: MigrationLease | null = null;

  /** Waits for the lease of migrations, does the work while it holds the lease, and releases it. */
  async underLease<T>(work: () => Promise<T>): Promise<T> {
    this.#lease = await acquireMigrationLease(this.#execute);
    try {
      return await work();
    } finally {
      // Without a connection, the lease expires.
      await this.#lease.release().catch(() => {});
      this.#lease = null;
    }
  }

  /**
   * Runs the migrations that are pending, oldest first, and returns their names.
   * @throws LeaseLostError when another replica has taken the lease and continues
   */
  async runPending(executor: MigrationExecutor): Promise<string[]> {
    // This method is protected. TypeORM has no public method that creates the table for its command line.
    await executor["createMigrationsTableIfNotExist"](this);
    await this.#execute(
      `CREATE TABLE IF NOT EXISTS migration_step
         (step_hash char(64) NOT NULL PRIMARY KEY, migration varchar(255) NOT NULL, finished tinyint NOT NULL)`,
    );
    const pending = await executor.getPendingMigrations();
    for (const migration of pending) await this.#run(executor, migration);
    return pending.map(({ name }) => name);
  }

  // `any`, because the value of an argument decides whether TypeORM returns rows or a QueryResult.
  override async query(sql: string, parameters?: unknown, useStructuredResult = false): Promise<any> {
    const steps = this.#steps;
    if (steps === null || !changesSomething(sql)) return await super.query(sql, parameters, useStructuredResult);
    const hash = nameStep(steps, sql, parameters);
    if (steps.known.get(hash) === true) return [];
    // While it is `null`, this function does not record the statements that write the record.
    this.#steps = null;
    try {
      return changesRows(sql)
        ? await this.#changeRows(steps.migration, hash, sql, parameters)
        : await this.#changeSchema(steps, hash, sql, parameters);
    } finally {
      this.#steps = steps;
    }
  }

  /** TypeORM's own method looks for the index first, and would throw if an earlier start has dropped it. */
  override async dropIndex(table: string, index: string): Promise<void> {
    await this.query(`DROP INDEX ${this.driver.escape(index)} ON ${this.driver.escape(table)}`);
    this.loadedTables = [];
  }

  /** As `dropIndex`. */
  override async dropColumn(table: string, column: string): Promise<void> {
    await this.query(`ALTER TABLE ${this.driver.escape(table)} DROP COLUMN ${this.driver.escape(column)}`);
    this.loadedTables = [];
  }

  /** As `dropIndex`. */
  override async dropForeignKey(table: string, key: string): Promise<void> {
    await this.query(`ALTER TABLE ${this.driver.escape(table)} DROP FOREIGN KEY ${this.driver.escape(key)}`);
    this.loadedTables = [];
  }

  readonly #execute: Execute = async (sql, parameters = []) =>
    ((await super.query(sql, [...parameters])) as { affectedRows?: number }).affectedRows ?? 0;

  async #run(executor: MigrationExecutor, migration: Migration): Promise<void> {
    const { name } = migration;
    const rows = (await super.query("SELECT step_hash, finished FROM migration_step WHERE migration = ?", [name])) as {
      step_hash: string;
      finished: number;
    }[];
    this.#steps = {
      migration: name,
      known: new Map(rows.map(({ step_hash, finished }) => [step_hash, finished === 1])),
      occurrences: new Map(),
    };
    try {
      await migration.instance?.up(this);
    } finally {
      this.#steps = null;
    }
    await this.#inTransaction(async () => {
      await executor.insertMigration(migration);
      await this.#execute("DELETE FROM migration_step WHERE migration = ?", [name]);
    });
  }

  async #changeSchema(steps: Steps, hash: string, sql: string, parameters: unknown): Promise<unknown> {
    await this.#lease?.renew();
    await this.#execute("INSERT IGNORE INTO migration_step (step_hash, migration, finished) VALUES (?, ?, 0)", [
      hash,
      steps.migration,
    ]);
    let result: unknown = [];
    try {
      result = await super.query(sql, parameters);
    } catch (error) {
      // An earlier start may have been killed between the statement and its record.
      if (!steps.known.has(hash) || !isAppliedAlready(error)) {
        await this.#execute("DELETE FROM migration_step WHERE step_hash = ?", [hash]).catch(() => {});
        throw error;
      }
    }
    await this.#execute("UPDATE migration_step SET finished = 1 WHERE step_hash = ?", [hash]);
    return result;
  }

  async #changeRows(migration: string, hash: string, sql: string, parameters: unknown): Promise<unknown> {
    return await this.#inTransaction(async () => {
      await this.#execute("INSERT INTO migration_step (step_hash, migration, finished) VALUES (?, ?, 1)", [
        hash,
        migration,
      ]);
      return await super.query(sql, parameters);
    });
  }

  /** Does the work in a transaction that also renews the lease. Repeats it when the server asks for that. */
  async #inTransaction<T>(work: () => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      await super.query("START TRANSACTION");
      try {
        await this.#lease?.renew();
        const result = await work();
        await super.query("COMMIT");
        return result;
      } catch (error) {
        await super.query("ROLLBACK").catch(() => {});
        if (!isRetryable(error) || attempt === ATTEMPTS) throw error;
      }
    }
  }
}

/**
 * A statement's key, the same at each start. A migration may change rows twice by the same statement, so each occurrence gets
 * its own key. A statement that changes the schema runs only once, so all its occurrences have one key. TypeORM repeats it
 * only if it finds a part of the change done.
 */
function nameStep({ migration, occurrences }: Steps, sql: string, parameters: unknown): string {
  const text = JSON.stringify([migration, sql, parameters ?? []]);
  const occurrence = changesRows(sql) ? (occurrences.get(text) ?? 0) + 1 : 1;
  occurrences.set(text, occurrence);
  return createHash("sha256").update(`${text}${occurrence}`).digest("hex");
}

function changesSomething(sql: string): boolean {
  return !/^\s*(SELECT|SHOW|SET|EXPLAIN)\b/i.test(sql);
}

function changesRows(sql: string): boolean {
  return /^\s*(INSERT|UPDATE|DELETE|REPLACE)\b/i.test(sql);
}
