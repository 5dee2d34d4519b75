/** Tells the drivers' errors apart, on every dialect, whether TypeORM wrapped them or not. */

const SQLITE_DUPLICATES: readonly unknown[] = ["SQLITE_CONSTRAINT_UNIQUE", "SQLITE_CONSTRAINT_PRIMARYKEY"];
const MYSQL_DUPLICATE = 1062;
/** Record has changed since last read; lock wait timeout; deadlock. */
const MYSQL_REPEATABLE: readonly unknown[] = [1020, 1205, 1213];
/** A table, column, index or key is there already, or was dropped or renamed already. */
const MYSQL_DONE_ALREADY: readonly unknown[] = [1050, 1051, 1054, 1060, 1061, 1068, 1091, 1146, 1826];
/** MariaDB's word for a foreign key that is there already. */
const MARIADB_DUPLICATE_FOREIGN_KEY = { errno: 1005, text: "errno: 121 " };

/** Node's words for a server that cannot be reached, and mysql2's. */
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
/** No room on the disk; a full table. */
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

/** Whether a MySQL or MariaDB server asks for the whole transaction to be repeated. */
export function asksForRepetition(error: unknown): boolean {
  return MYSQL_REPEATABLE.includes(driverErrorOf(error).errno);
}

/** Whether a MySQL or MariaDB server refuses a change of the schema because an earlier one did the same. */
export function saysDoneAlready(error: unknown): boolean {
  const { errno } = driverErrorOf(error);
  const { errno: cannotCreate, text } = MARIADB_DUPLICATE_FOREIGN_KEY;
  return (
    MYSQL_DONE_ALREADY.includes(errno) ||
    (errno === cannotCreate && error instanceof Error && error.message.includes(text))
  );
}

/** Whether the database cannot write because the disk is full. */
export function isDiskFull(error: unknown): boolean {
  const { code, errno } = driverErrorOf(error);
  return code === SQLITE_FULL || MYSQL_FULL.includes(errno);
}

/** Whether the database cannot work at the moment, whatever it is asked for; a transaction that used up its repeats, too. */
export function isOutage(error: unknown): boolean {
  const { code, errno, fatal } = driverErrorOf(error);
  return (
    isDiskFull(error) ||
    asksForRepetition(error) ||
    // mysql2 marks an error after which the connection is of no use.
    fatal === true ||
    NETWORK_OUTAGES.includes(code) ||
    MYSQL_OUTAGES.includes(errno) ||
    (typeof code === "string" && SQLITE_OUTAGE.test(code))
  );
}

/**
 * Takes the bound values out of an error of MySQL's driver, in place: errors end in logs, and values may be secrets.
 * mysql2 keeps the whole interpolated statement, TypeORM the parameters.
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
