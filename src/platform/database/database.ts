/** A database as the rest of `src` uses it: reads of committed rows, and transactions. */
import type { DataSource, EntityManager } from "typeorm";

/** A value for a `?`. A date is stored as `datetime(3)`. */
export type SqlValue = string | number | boolean | Date | null;

export type Dialect = "sqlite" | "mysql";

/** Reads by plain SQL with `?` placeholders, in the subset that all supported databases share. */
export interface Reader {
  readonly dialect: Dialect;
  /** Raw rows: read booleans with `toBoolean` and times with `toDate`. */
  readonly rows: <Row>(sql: string, parameters?: readonly SqlValue[]) => Promise<Row[]>;
  /** The first row, or `undefined`. */
  readonly row: <Row>(sql: string, parameters?: readonly SqlValue[]) => Promise<Row | undefined>;
}

/** An open transaction. All writes use one. Its functions need no `this`. */
export interface Transaction extends Reader {
  /** TypeORM's manager on this transaction, for single-row writes. */
  readonly manager: EntityManager;
  /** Runs an `INSERT`, `UPDATE` or `DELETE` and returns the number of affected rows. */
  readonly execute: (sql: string, parameters?: readonly SqlValue[]) => Promise<number>;
}

export interface TransactOptions {
  /**
   * Whether a power cut may undo the transaction, as long as no later transaction without this option has committed. On
   * SQLite, the commit then does not wait for the disk. A crash of the process undoes nothing. The option has no effect on
   * MySQL.
   */
  readonly mayBeLost?: boolean;
}

export interface Database {
  readonly dialect: Dialect;
  /**
   * Reads committed rows. Throws when it is called inside a transaction, because it would not see the changes of that
   * transaction.
   */
  readonly reader: Reader;
  /**
   * Runs `work` in one transaction, which commits when `work` resolves and rolls back when it rejects. On MySQL and
   * MariaDB, `work` runs again when the server reports a deadlock, a lock wait timeout or a changed record, so `work`
   * must not have side effects outside the transaction. `work` must not wait for the network or hash passwords, because
   * the transaction holds locks.
   */
  readonly transact: <T>(work: (transaction: Transaction) => Promise<T>, options?: TransactOptions) => Promise<T>;
  /** Fails when the database does not answer. */
  readonly ping: () => Promise<void>;
  readonly close: () => Promise<void>;
}

/** An open database with TypeORM's data source, for migrations and schema checks alone. */
export interface OpenDatabase extends Database {
  readonly dataSource: DataSource;
}
