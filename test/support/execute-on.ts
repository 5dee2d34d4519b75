/** Executes a statement on the database of a running installation, to make a state that no caller can make. */
import { loadSqlite } from "../../src/platform/database/sqlite-library.js";

const Database = await loadSqlite();

/**
 * Executes one statement on a database of `testDatabaseUrl`, even while an installation has it open.
 *
 * @returns the rows of a `SELECT`
 */
export async function executeOn(
  url: string,
  sql: string,
  parameters: readonly (string | number | null)[] = [],
): Promise<readonly Readonly<Record<string, unknown>>[]> {
  if (url.startsWith("sqlite:")) {
    const database = new Database(url.slice("sqlite:".length), { timeout: 5_000 });
    try {
      const statement = database.prepare(sql);
      if (statement.reader) return statement.all(...parameters) as Readonly<Record<string, unknown>>[];
      statement.run(...parameters);
      return [];
    } finally {
      database.close();
    }
  }
  const { createConnection } = await import("mysql2/promise");
  const connection = await createConnection(url.replace(/^mariadb:/, "mysql:"));
  try {
    const [rows] = await connection.query(sql, [...parameters]);
    return Array.isArray(rows) ? (rows as Readonly<Record<string, unknown>>[]) : [];
  } finally {
    await connection.end();
  }
}
