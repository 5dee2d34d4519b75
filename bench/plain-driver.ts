/** A database through its plain driver, for the baseline of a measurement. */
import type { TestDatabase } from "../test/support/database.js";
import { loadSqlite } from "../src/platform/database/sqlite-library.js";

const SqliteDatabase = await loadSqlite();

/** A value as drivers bind it. */
export type PlainValue = string | number | null;

export interface PlainConnection {
  readonly run: <Row>(sql: string, parameters: readonly PlainValue[]) => Promise<Row[]>;
  readonly close: () => Promise<void>;
}

/** Opens a connection beside Usher's own. */
export async function openPlainDriver({ dialect, url }: TestDatabase): Promise<PlainConnection> {
  return dialect === "sqlite" ? openSqlite(url) : await openMysql(url);
}

function openSqlite(url: string): PlainConnection {
  const handle = new SqliteDatabase(url.replace("sqlite:", ""), { readonly: true });
  // Prepared once, as Usher does.
  const statements = new Map<string, ReturnType<typeof handle.prepare>>();
  return {
    run: async <Row>(sql: string, parameters: readonly PlainValue[]) => {
      const statement = statements.get(sql) ?? handle.prepare(sql);
      statements.set(sql, statement);
      return statement.all(...parameters) as Row[];
    },
    close: async () => void handle.close(),
  };
}

async function openMysql(url: string): Promise<PlainConnection> {
  const { createConnection } = await import("mysql2/promise");
  const connection = await createConnection(url.replace(/^mariadb:/, "mysql:"));
  return {
    run: async <Row>(sql: string, parameters: readonly PlainValue[]) => {
      const [rows] = await connection.query(sql, [...parameters]);
      return rows as unknown as Row[];
    },
    close: () => connection.end(),
  };
}
