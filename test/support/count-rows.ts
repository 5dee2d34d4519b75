/** Counts the rows that a database reads, for tests of the cost of lists. */
import type { UnitOfWork } from "../../src/access/unit-of-work.js";
import type { SqlValue } from "../../src/platform/database/database.js";
import { loadSqlite } from "../../src/platform/database/sqlite-library.js";
import { bindValue } from "../../src/platform/database/values.js";
import { onMariaDb } from "./database.js";

const SqliteDatabase = await loadSqlite();

/** Runs statements and counts the rows that the database reads for them. */
export interface RowCount {
  readonly rows: <Row>(sql: string, parameters: readonly SqlValue[]) => Promise<Row[]>;
  /** Stops counting and returns the number. */
  readonly finish: () => Promise<number>;
}

/**
 * Starts to count.
 *
 * @param databaseUrl the database of the unit
 * @param touching adds `touch(id) = 1` to a statement. SQLite evaluates it for each row that it reads.
 */
export function countRowsLookedAt(unit: UnitOfWork, databaseUrl: string, touching: (sql: string) => string): RowCount {
  return onMariaDb ? countHandlers(unit) : countTouched(databaseUrl, touching);
}

/** MariaDB counts the rows that its engines read, for each connection. */
function countHandlers(unit: UnitOfWork): RowCount {
  const read = async () => {
    const rows = await unit.rows<{ Variable_name: string; Value: string }>("SHOW SESSION STATUS LIKE 'Handler_read%'");
    return rows.reduce((sum, { Value }) => sum + Number(Value), 0);
  };
  let before: number | undefined;
  return {
    rows: async <Row>(sql: string, parameters: readonly SqlValue[]): Promise<Row[]> => {
      before ??= await read();
      return await unit.rows<Row>(sql, parameters);
    },
    finish: async () => (await read()) - (before ?? 0),
  };
}

/** SQLite does not count rows, so it calls our function for each row. */
function countTouched(databaseUrl: string, touching: (sql: string) => string): RowCount {
  const handle = new SqliteDatabase(databaseUrl.replace("sqlite:", ""), { readonly: true });
  let examined = 0;
  // Usher's type declarations of the driver contain only what Usher uses.
  const { function: define } = handle as unknown as { function: (name: string, touch: (id: string) => number) => void };
  define.call(handle, "touch", (id) => {
    examined += id === "" ? 0 : 1;
    return 1;
  });
  return {
    rows: async <Row>(sql: string, parameters: readonly SqlValue[]): Promise<Row[]> => {
      const touched = touching(sql);
      const answered = handle.prepare(touched).all(...parameters.map(bindValue)) as Row[];
      // A statement that reads ids from an index reads only the rows of its result.
      if (touched === sql) examined += answered.length;
      return answered;
    },
    finish: async () => {
      handle.close();
      return examined;
    },
  };
}
