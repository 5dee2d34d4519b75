/** Sets up every connection of a MySQL pool before its first query, so that it does not depend on the server's settings. */
import type { Pool, PoolConnection } from "mysql2";

/** How long a statement waits for a row lock. Then the transaction is retried. */
const LOCK_WAIT_SECONDS = 10;

const SESSION = [
  // Strict: a value that is too long is an error. Without NO_BACKSLASH_ESCAPES, because the driver escapes by backslash.
  "sql_mode = 'STRICT_TRANS_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION'",
  "time_zone = '+00:00'",
  "SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED",
  `innodb_lock_wait_timeout = ${LOCK_WAIT_SECONDS}`,
];

export function prepareMysqlPool<P extends Pool>(pool: P): P {
  pool.on("connection", (connection: PoolConnection) => {
    for (const setting of SESSION) {
      // Runs before the first statement of the pool's user. A connection that cannot be set up must not be used.
      connection.query(`SET ${setting}`, (error: Error | null) => {
        if (error) connection.destroy();
      });
    }
  });
  return pool;
}
