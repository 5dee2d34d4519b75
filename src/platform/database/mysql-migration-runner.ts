/**
 * TypeORM's query runner for migrations on MySQL and MariaDB, where each change of the schema commits by itself. It
 * notes each statement of a migration before and after, so that a start after a kill goes on where the last one ended.
 *
 * What this asks of migrations: their statements do not depend on rows that they change, and run one after another.
 */
import { createHash } from "node:crypto";
import type { Migration, MigrationExecutor } from "typeorm";
import { asksForRepetition, saysDoneAlready } from "./driver-errors.js";
import { takeMigrationTurn, type Execute, type MigrationTurn } from "./migration-turn.js";
import { GuardedMysqlQueryRunner } from "./mysql-query-runner.js";

/** How often changed rows are tried again when the server asks for it. */
const ATTEMPTS = 10;

/** The statements of one migration: those that an earlier start finished or began, and how often each came by. */
interface Steps {
  readonly migration: string;
  /** By hash: whether the statement is known to be finished. */
  readonly known: ReadonlyMap<string, boolean>;
  readonly occurrences: Map<string, number>;
}

export class MysqlMigrationRunner extends GuardedMysqlQueryRunner {
  #steps: Steps | null = null;
  #turn: MigrationTurn | null = null;

  /** Waits for the turn among all replicas, and does the work. */
  async inTurn<T>(work: () => Promise<T>): Promise<T> {
    this.#turn = await takeMigrationTurn(this.#execute);
    try {
      return await work();
    } finally {
      // Without a connection the turn ends by time.
      await this.#turn.leave().catch(() => {});
      this.#turn = null;
    }
  }

  /**
   * Runs the migrations that are pending, oldest first, and answers their names.
   * @throws TurnLostError when another replica goes on with them
   */
  async runPending(executor: MigrationExecutor): Promise<string[]> {
    // Protected, and the only place that knows the table of TypeORM's command line.
    await executor["createMigrationsTableIfNotExist"](this);
    await this.#execute(
      `CREATE TABLE IF NOT EXISTS migration_step
         (step_hash char(64) NOT NULL PRIMARY KEY, migration varchar(255) NOT NULL, finished tinyint NOT NULL)`,
    );
    const pending = await executor.getPendingMigrations();
    for (const migration of pending) await this.#run(executor, migration);
    return pending.map(({ name }) => name);
  }

  // `any` because TypeORM promises rows or a QueryResult by the value of an argument.
  override async query(sql: string, parameters?: unknown, useStructuredResult = false): Promise<any> {
    const steps = this.#steps;
    if (steps === null || !changesSomething(sql)) return await super.query(sql, parameters, useStructuredResult);
    const hash = nameStep(steps, sql, parameters);
    if (steps.known.get(hash) === true) return [];
    // The notes about a statement are no statements of the migration.
    this.#steps = null;
    try {
      return changesRows(sql)
        ? await this.#changeRows(steps.migration, hash, sql, parameters)
        : await this.#changeSchema(steps, hash, sql, parameters);
    } finally {
      this.#steps = steps;
    }
  }

  /** TypeORM looks for the index first, and refuses when an earlier start dropped it already. */
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
    await this.#turn?.renew();
    await this.#execute("INSERT IGNORE INTO migration_step (step_hash, migration, finished) VALUES (?, ?, 0)", [
      hash,
      steps.migration,
    ]);
    let result: unknown = [];
    try {
      result = await super.query(sql, parameters);
    } catch (error) {
      // An earlier start may have been killed between the statement and its note.
      if (!steps.known.has(hash) || !saysDoneAlready(error)) {
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

  /** One transaction that holds the turn, repeated when the server asks for it. */
  async #inTransaction<T>(work: () => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      await super.query("START TRANSACTION");
      try {
        await this.#turn?.renew();
        const result = await work();
        await super.query("COMMIT");
        return result;
      } catch (error) {
        await super.query("ROLLBACK").catch(() => {});
        if (!asksForRepetition(error) || attempt === ATTEMPTS) throw error;
      }
    }
  }
}

/**
 * A statement's name: the same at each start, and another one for each time that rows are changed in the same way. A
 * schema is changed in one way once in a migration; what TypeORM adds when it finds a part of it done is the same change.
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
