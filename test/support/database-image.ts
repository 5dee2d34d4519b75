/** Reads the content of a database, to check that a refused request changed nothing. */
import { createHash } from "node:crypto";
import { loadSqlite } from "../../src/platform/database/sqlite-library.js";

const Database = await loadSqlite();

/** The number of rows and a hash of the content, by table. */
export type DatabaseImage = Readonly<Record<string, string>>;

/** Reads every table of a database of `testDatabaseUrl`, even while another process has it open. */
export async function readDatabaseImage(url: string): Promise<DatabaseImage> {
  const tables = url.startsWith("sqlite:") ? readSqlite(url.slice("sqlite:".length)) : await readServer(url);
  return Object.fromEntries(
    tables.map(([table, rows]) => {
      const lines = rows.map((row) => JSON.stringify(row)).toSorted();
      const fingerprint = createHash("sha256").update(lines.join("\n")).digest("hex");
      return [table, `${lines.length} rows ${fingerprint}`];
    }),
  );
}

type Tables = readonly (readonly [table: string, rows: readonly unknown[]])[];

function readSqlite(file: string): Tables {
  const database = new Database(file, { readonly: true });
  try {
    const names = database.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").all() as { name: string }[];
    return names.map(({ name }) => [name, database.prepare(`SELECT * FROM "${name}"`).raw().all()]);
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
  });
  try {
    const [names] = await connection.query({ sql: "SHOW TABLES", rowsAsArray: true });
    const tables: (readonly [string, readonly unknown[]])[] = [];
    for (const [name] of names as unknown as [string][]) {
      const [rows, columns] = await connection.query({ sql: `SELECT * FROM \`${name}\``, rowsAsArray: true });
      // Every unit of work writes this column to lock its organization.
      const lock = columns.findIndex((column) => column.name === "lock_count");
      tables.push([name, (rows as unknown as unknown[][]).map((row) => row.filter((_, index) => index !== lock))]);
    }
    return tables;
  } finally {
    await connection.end();
  }
}
