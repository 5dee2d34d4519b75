/** What the rest of the house sees of a database: committed reads, and transactions. */
import type { DataSource, EntityManager } from "typeorm";

/** A value that can be bound to a `?`. Dates become what the dialect stores for `datetime(3)`. */
export type SqlValue = string | number | boolean | Date | null;

/** The two families of databases. MariaDB and MySQL differ in the driver alone. */
export type Dialect = "sqlite" | "mysql";

/** Reads by plain SQL with `?` placeholders, in the subset that all supported databases share. */
export interface Reader {
  readonly dialect: Dialect;
  /** Raw rows. Booleans arrive as 0 and 1, times as the dialect has them: read them with `toBoolean` and `toDate`. */
  readonly rows: <Row>(sql: string, parameters?: readonly SqlValue[]) => Promise<Row[]>;
  /** The first row, or `undefined`. */
  readonly row: <Row>(sql: string, parameters?: readonly SqlValue[]) => Promise<Row | undefined>;
}

/** An open transaction, a plain object whose functions need no `this`. Everything that is written goes through one. */
export interface Transaction extends Reader {
  /** TypeORM's manager on this transaction, for single-row writes. */
  readonly manager: EntityManager;
  /** Runs an `INSERT`, `UPDATE` or `DELETE` and answers the number of affected rows. */
  readonly execute: (sql: string, parameters?: readonly SqlValue[]) => Promise<number>;
}

/** How a transaction is committed. */
export interface TransactOptions {
  /**
   * Whether a power cut may undo it, as long as nothing was committed after it that may not be undone. On SQLite the commit
   * then does not wait for the disk; the end of the process alone undoes nothing. Elsewhere it has no effect.
   */
  readonly mayBeLost?: boolean;
}

export interface Database {
  readonly dialect: Dialect;
  /** Committed rows, outside any transaction. Using it inside one is an error: it would not see the changes. */
  readonly reader: Reader;
  /**
   * Runs `work` in one transaction: committed when it resolves, rolled back when it rejects. On MySQL and MariaDB the
   * whole work is repeated when the server reports a deadlock, a lock wait timeout or a changed record, so it must be
   * free of side effects beyond the transaction; no network and no hashing inside.
   */
  readonly transact: <T>(work: (transaction: Transaction) => Promise<T>, options?: TransactOptions) => Promise<T>;
  /** Fails when the database does not answer. */
  readonly ping: () => Promise<void>;
  readonly close: () => Promise<void>;
}

/** An open database with TypeORM's data source, for migrations and schema checks. Everything else uses `Database`. */
export interface OpenDatabase extends Database {
  readonly dataSource: DataSource;
}
