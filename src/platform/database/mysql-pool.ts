/** Prepares every connection of a MySQL pool before its first query, so that no server setting can change our meaning. */
import type { Pool, PoolConnection } from "mysql2";

/** How long a statement waits for another transaction's row, in seconds; the transaction is then repeated. */
const LOCK_WAIT_SECONDS = 10;

const SESSION = [
  // Strict: a value that is too long is an error and not cut. No NO_BACKSLASH_ESCAPES: the driver's escaping relies on it.
  "sql_mode = 'STRICT_TRANS_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION'",
  "time_zone = '+00:00'",
  "SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED",
  `innodb_lock_wait_timeout = ${LOCK_WAIT_SECONDS}`,
];

/** Makes every connection that the pool opens start with our session settings. */
export function prepareMysqlPool<P extends Pool>(pool: P): P {
  pool.on("connection", (connection: PoolConnection) => {
    for (const setting of SESSION) {
      // Queued before the first user's statement. A connection that cannot be set up must not be used.
      connection.query(`SET ${setting}`, (error: Error | null) => {
        if (error) connection.destroy();
      });
    }
  });
  return pool;
}
