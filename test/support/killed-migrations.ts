/** Migrates a MySQL or MariaDB database. Kills each start, until one completes. */
import { MysqlQueryRunner } from "typeorm/driver/mysql/MysqlQueryRunner.js";
import type { DataSourceParts } from "../../src/platform/database/create-data-source.js";
import { migrate, pendingMigrations, schemaDrift } from "../../src/platform/database/migrations.js";
import { openTestDatabase } from "./database.js";

export interface Killed {
  /** The number of starts. */
  readonly starts: number;
  readonly drift: readonly string[];
  readonly pending: readonly string[];
}

/**
 * Migrates an empty database. Each start is killed after a statement that changes something: the server ran it, but the program
 * does not get the answer. Each start is killed at a different statement.
 *
 * @param every 1 kills at each statement, 5 at each fifth statement
 */
export async function killWhileMigrating(parts: DataSourceParts, every: number): Promise<Killed> {
  const places: Places = { seen: new Set(), every };
  let database = await openTestDatabase(parts);
  try {
    for (let starts = 1; ; starts += 1) {
      const life = beginLife(places);
      try {
        await migrate(database);
      } catch (error) {
        if (!life.over()) throw error;
      } finally {
        life.end();
      }
      if (!life.over())
        return { starts, drift: await schemaDrift(database), pending: await pendingMigrations(database) };
      // When its connections end, the server rolls back uncommitted changes.
      database = await database.reopen();
      // The lease of a killed process expires.
      await database.transact((t) => t.execute("UPDATE migration_turn SET expires_at = '1970-01-02'"));
    }
  } finally {
    await database.close();
  }
}

/** The statements reached so far, identified by text and values. */
interface Places {
  readonly seen: Set<string>;
  readonly every: number;
}

/** Kills at a new statement: the program can send no statement after it. */
function beginLife({ seen, every }: Places): { readonly over: () => boolean; readonly end: () => void } {
  // oxlint-disable-next-line typescript/unbound-method -- it is called with the runner as `this`
  const send = MysqlQueryRunner.prototype.query;
  let over = false;
  MysqlQueryRunner.prototype.query = async function (this: MysqlQueryRunner, sql: string, ...rest: unknown[]) {
    if (over) throw new Error("This process was killed.");
    const result: unknown = await Reflect.apply(send, this, [sql, ...rest]);
    // Each start has a different name as the holder of the lease.
    const place = sql.includes("migration_turn") ? sql : JSON.stringify([sql, rest[0]]);
    if (!/^\s*(SELECT|SHOW|START|ROLLBACK)/.test(sql) && !seen.has(place)) {
      seen.add(place);
      over = seen.size % every === 0;
    }
    if (over) {
      throw new Error("This process was killed.");
    }
    return result;
  };
  return {
    over: () => over,
    end: () => {
      MysqlQueryRunner.prototype.query = send;
    },
  };
}
