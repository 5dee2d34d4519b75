/** Runs and undoes migrations on either database, and compares the schema with the entities. */
import { MigrationExecutor } from "typeorm";
import type { OpenDatabase } from "./database.js";
import { MYSQL_COLLATION } from "./columns.js";
import { LeaseLostError } from "./migration-lease.js";
import { MysqlMigrationRunner } from "./mysql-migration-runner.js";
import type { GuardedMysqlQueryRunner } from "./mysql-query-runner.js";
import { QueuedSqliteQueryRunner } from "./sqlite-query-runner.js";

/**
 * Runs the pending migrations, oldest first, and returns their names. On SQLite, all of them run in one transaction. On
 * MySQL, each statement commits by itself, and only one replica at a time migrates. A start after a kill continues where the
 * previous start ended.
 * @throws what a migration throws; Error when a row would refer to a missing one (SQLite), or when another replica does not
 *   finish (MySQL)
 */
export function migrate(database: OpenDatabase): Promise<string[]> {
  return withExecutor(database, ({ runPending }) => runPending());
}

/** Undoes the last migration and returns its name; `null` if none has run. @internal */
export function undoLastMigration(database: OpenDatabase): Promise<string | null> {
  return withExecutor(database, async ({ executor }) => {
    const [last] = await executor.getExecutedMigrations();
    if (!last) return null;
    await executor.undoLastMigration();
    return last.name;
  });
}

/** The names of the migrations that have not been run, oldest first. */
export async function pendingMigrations({ dataSource }: OpenDatabase): Promise<string[]> {
  return (await new MigrationExecutor(dataSource).getPendingMigrations()).map(({ name }) => name);
}

/**
 * The statements that would change the schema into what the entities describe; empty if the migrations are complete. On
 * MySQL, they include one for every text column that is not compared byte for byte.
 * @internal
 */
export async function schemaDrift(database: OpenDatabase): Promise<string[]> {
  const { upQueries } = await database.dataSource.driver.createSchemaBuilder().log();
  const statements = upQueries.map(({ query }) => query);
  return database.dialect === "mysql" ? [...statements, ...(await findForeignCollations(database))] : statements;
}

async function findForeignCollations({ reader, dataSource }: OpenDatabase): Promise<string[]> {
  const tables = new Set(dataSource.entityMetadatas.map(({ tableName }) => tableName));
  const columns = await reader.rows<{ tableName: string; columnName: string; type: string }>(
    `SELECT TABLE_NAME AS tableName, COLUMN_NAME AS columnName, COLUMN_TYPE AS type FROM information_schema.COLUMNS
     WHERE TABLE_SCHEMA = DATABASE() AND COLLATION_NAME <> ? ORDER BY TABLE_NAME, COLUMN_NAME`,
    [MYSQL_COLLATION],
  );
  return columns
    .filter(({ tableName }) => tables.has(tableName))
    .map((c) => `ALTER TABLE \`${c.tableName}\` MODIFY \`${c.columnName}\` ${c.type} COLLATE ${MYSQL_COLLATION}`);
}

interface Migrating {
  readonly executor: MigrationExecutor;
  readonly runPending: () => Promise<string[]>;
}

async function withExecutor<T>(database: OpenDatabase, work: (migrating: Migrating) => Promise<T>): Promise<T> {
  const runner = database.dataSource.createQueryRunner();
  try {
    return runner instanceof QueuedSqliteQueryRunner
      ? await inOneTransaction(runner, () => work(migrateWith(database, runner)))
      : await underLease(database, runner as GuardedMysqlQueryRunner, work);
  } finally {
    await runner.release();
  }
}

function migrateWith({ dataSource }: OpenDatabase, runner: QueuedSqliteQueryRunner): Migrating {
  const executor = new MigrationExecutor(dataSource, runner);
  return {
    executor,
    runPending: async () => (await executor.executePendingMigrations()).map(({ name }) => name),
  };
}

/**
 * For most changes, SQLite needs a new table in place of the old one. When the old one is dropped, foreign keys would
 * delete the rows that refer to it. So foreign keys are off meanwhile, and are checked before the commit. SQLite switches
 * them only outside a transaction, so this function begins the transaction, and not TypeORM's executor.
 */
async function inOneTransaction<T>(runner: QueuedSqliteQueryRunner, work: () => Promise<T>): Promise<T> {
  await runner.hold();
  await runner.query("PRAGMA foreign_keys = OFF");
  try {
    await runner.startTransaction();
    const result = await work();
    const orphans = (await runner.query("PRAGMA foreign_key_check")) as { table: string; parent: string }[];
    const [orphan] = orphans;
    if (orphan) {
      throw new Error(
        `The migrations would leave ${orphans.length} rows that refer to nothing, such as one of ${orphan.table} to ${orphan.parent}.`,
      );
    }
    await runner.commitTransaction();
    return result;
  } finally {
    if (runner.isTransactionActive) await runner.rollbackTransaction();
    await runner.query("PRAGMA foreign_keys = ON");
  }
}

/** Uses no transaction, because MySQL commits at every change of the schema. */
async function underLease<T>(
  { dataSource }: OpenDatabase,
  { driver, scopes }: GuardedMysqlQueryRunner,
  work: (migrating: Migrating) => Promise<T>,
): Promise<T> {
  for (;;) {
    const runner = new MysqlMigrationRunner(driver, "master", scopes);
    // As `dataSource.createQueryRunner` does.
    Object.assign(runner, { manager: dataSource.createEntityManager(runner) });
    const executor = new MigrationExecutor(dataSource, runner);
    executor.transaction = "none";
    try {
      return await runner.underLease(() => work({ executor, runPending: () => runner.runPending(executor) }));
    } catch (error) {
      // Another replica continues the migrations. Some migrations may be left when that replica ends.
      if (!(error instanceof LeaseLostError)) throw error;
    } finally {
      await runner.release();
    }
  }
}
