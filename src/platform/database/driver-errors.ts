/** Classifies the errors of all drivers, also when TypeORM has wrapped them. */

const SQLITE_DUPLICATES: readonly unknown[] = ["SQLITE_CONSTRAINT_UNIQUE", "SQLITE_CONSTRAINT_PRIMARYKEY"];
const MYSQL_DUPLICATE = 1062;
/** Record has changed since last read; lock wait timeout; deadlock. */
const MYSQL_RETRYABLE: readonly unknown[] = [1020, 1205, 1213];
/** A table, column, index or key exists already, or was dropped or renamed already. */
const MYSQL_APPLIED_ALREADY: readonly unknown[] = [1050, 1051, 1054, 1060, 1061, 1068, 1091, 1146, 1826];
/** MariaDB's error for a foreign key that exists already. */
const MARIADB_DUPLICATE_FOREIGN_KEY = { errno: 1005, text: "errno: 121 " };

/** Codes of Node and mysql2 for a server that cannot be reached. */
const NETWORK_OUTAGES: readonly unknown[] = [
  "ECONNREFUSED",
  "ECONNRESET",
  "EPIPE",
  "ETIMEDOUT",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "PROTOCOL_CONNECTION_LOST",
  "PROTOCOL_SEQUENCE_TIMEOUT",
];
/**
 * Too many connections; a cluster's node that is not ready; a server that stops; a killed connection; network errors;
 * read-only servers.
 */
const MYSQL_OUTAGES: readonly unknown[] = [1040, 1047, 1053, 1158, 1159, 1160, 1161, 1203, 1290, 1836, 1927];
/** A full disk; a full table. */
const MYSQL_FULL: readonly unknown[] = [1021, 1114];
const SQLITE_FULL = "SQLITE_FULL";
const SQLITE_OUTAGE = /^SQLITE_(BUSY|CANTOPEN|IOERR|LOCKED)/;

interface DriverError {
  readonly code?: unknown;
  readonly errno?: unknown;
  readonly fatal?: unknown;
}

/** Whether a row with the same unique key exists already. */
export function isDuplicateKey(error: unknown): boolean {
  const { code, errno } = driverErrorOf(error);
  return SQLITE_DUPLICATES.includes(code) || errno === MYSQL_DUPLICATE;
}

/** Whether a MySQL or MariaDB server asks the client to retry the whole transaction. */
export function isRetryable(error: unknown): boolean {
  return MYSQL_RETRYABLE.includes(driverErrorOf(error).errno);
}

/** Whether a MySQL or MariaDB server refuses a change of the schema that was made already. */
export function isAppliedAlready(error: unknown): boolean {
  const { errno } = driverErrorOf(error);
  const { errno: cannotCreate, text } = MARIADB_DUPLICATE_FOREIGN_KEY;
  return (
    MYSQL_APPLIED_ALREADY.includes(errno) ||
    (errno === cannotCreate && error instanceof Error && error.message.includes(text))
  );
}

/** Whether the database cannot write because the disk is full. */
export function isDiskFull(error: unknown): boolean {
  const { code, errno } = driverErrorOf(error);
  return code === SQLITE_FULL || MYSQL_FULL.includes(errno);
}

/** Whether the database is unavailable, or a transaction has used up its retries. */
export function isOutage(error: unknown): boolean {
  const { code, errno, fatal } = driverErrorOf(error);
  return (
    isDiskFull(error) ||
    isRetryable(error) ||
    // mysql2 marks an error that breaks the connection.
    fatal === true ||
    NETWORK_OUTAGES.includes(code) ||
    MYSQL_OUTAGES.includes(errno) ||
    (typeof code === "string" && SQLITE_OUTAGE.test(code))
  );
}

/**
 * Removes the bound values from an error of MySQL's driver, in place, because errors are logged and values may be
 * secrets. mysql2's error has the whole statement with its values, and TypeORM's error has the parameters.
 */
export function withoutValues(error: unknown, sql: string): Error {
  if (!(error instanceof Error)) return new Error(String(error));
  for (const holder of [error, driverErrorOf(error)] as { sql?: string; parameters?: unknown }[]) {
    if ("sql" in holder) holder.sql = sql;
    if ("parameters" in holder) delete holder.parameters;
  }
  return error;
}

function driverErrorOf(error: unknown): DriverError {
  if (typeof error !== "object" || error === null) return {};
  const { driverError } = error as { driverError?: unknown };
  return typeof driverError === "object" && driverError !== null ? driverError : error;
}
