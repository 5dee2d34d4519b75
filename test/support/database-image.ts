/** Reads the content of a database, to check that a refused request changed nothing. */
import { createHash } from "node:crypto";
import { loadSqlite } from "../../src/platform/database/sqlite-library.js";

const Database = await loadSqlite();

/** The number of rows and a hash of the content, by table. */
export type DatabaseImage = Readonly<Record<string, string>>;

/** Columns that workers write at any time, as `table.column`. */
export const WRITTEN_BY_UPKEEP: ReadonlySet<string> = new Set(
  ["upkeep_due_at", "upkeep_lease_id", "upkeep_failures", "failing_since", "failing_code", "expirations", "claims"]
    .concat("provider_read_at", "provider_failure")
    .map((column) => `connection_health.${column}`)
    // The use of a session or key is noted after its request was answered.
    .concat("user_session.last_used_at", "user_session.expires_at", "api_key.last_used_at"),
);

/**
 * Reads every table of a database of `testDatabaseUrl`, even while another process has it open.
 *
 * @param hidden columns that are left out, as `table.column`
 */
export async function readDatabaseImage(url: string, hidden: ReadonlySet<string> = new Set()): Promise<DatabaseImage> {
  const tables = url.startsWith("sqlite:") ? readSqlite(url.slice("sqlite:".length)) : await readServer(url);
  return Object.fromEntries(
    tables.map(([table, columns, rows]) => {
      // Every unit of work writes lock_count to lock its organization.
      const isShown = columns.map((column) => column !== "lock_count" && !hidden.has(`${table}.${column}`));
      const lines = rows.map((row) => JSON.stringify(row.filter((_, index) => isShown[index]))).toSorted();
      const fingerprint = createHash("sha256").update(lines.join("\n")).digest("hex");
      return [table, `${lines.length} rows ${fingerprint}`];
    }),
  );
}

type Tables = readonly (readonly [table: string, columns: readonly string[], rows: readonly (readonly unknown[])[]])[];

function readSqlite(file: string): Tables {
  const database = new Database(file, { readonly: true });
  try {
    const names = database.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").all() as { name: string }[];
    return names.map(({ name }) => {
      const columns = database.prepare(`PRAGMA table_info("${name}")`).all() as { name: string }[];
      const rows = database.prepare(`SELECT * FROM "${name}"`).raw().all() as unknown[][];
      return [name, columns.map((column) => column.name), rows];
    });
  } finally {
    database.close();
  }
}

async function readServer(url: string): Promise<Tables> {
  const { createConnection } = await import("mysql2/promise");
  const { hostname, port, username, password, pathname } = new URL(url);
  const connection = await createConnection({
    host: hostname,
    port: Number(port || 3306),
    user: decodeURIComponent(username),
    password: decodeURIComponent(password),
    database: pathname.slice(1),
    dateStrings: true,
    multipleStatements: true,
  });
  try {
    const [names] = await connection.query({ sql: "SHOW TABLES", rowsAsArray: true });
    const tables = (names as unknown as [string][]).map(([name]) => name);
    // One request for all tables, because the walk of refused requests reads them hundreds of times.
    const [rows, columns] = await connection.query({
      sql: tables.map((name) => `SELECT * FROM \`${name}\``).join(";"),
      rowsAsArray: true,
    });
    const rowsOf = rows as unknown as unknown[][][];
    const columnsOf = columns as unknown as readonly (readonly { name: string }[])[];
    return tables.map((name, index) => [name, columnsOf[index]!.map((column) => column.name), rowsOf[index]!]);
  } finally {
    await connection.end();
  }
}
