/** Counts how many rows a database looks at, for tests of what lists cost. */
import type { UnitOfWork } from "../../src/access/unit-of-work.js";
import type { SqlValue } from "../../src/platform/database/database.js";
import { loadSqlite } from "../../src/platform/database/sqlite-library.js";
import { bindValue } from "../../src/platform/database/values.js";
import { onMariaDb } from "./database.js";

const SqliteDatabase = await loadSqlite();

/** Runs statements and counts the rows that the database looks at for them. */
export interface RowCount {
  readonly rows: <Row>(sql: string, parameters: readonly SqlValue[]) => Promise<Row[]>;
  /** Ends the counting, and answers the number. */
  readonly finish: () => Promise<number>;
}

/**
 * Begins to count.
 *
 * @param databaseUrl the database of the unit
 * @param touching adds `touch(id) = 1` to a statement, which SQLite evaluates for each row that it looks at
 */
export function countRowsLookedAt(unit: UnitOfWork, databaseUrl: string, touching: (sql: string) => string): RowCount {
  return onMariaDb ? countHandlers(unit) : countTouched(databaseUrl, touching);
}

/** MariaDB counts what its engines are asked for, connection by connection. */
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

/** SQLite counts nothing, so it calls a function of ours for each row. */
function countTouched(databaseUrl: string, touching: (sql: string) => string): RowCount {
  const handle = new SqliteDatabase(databaseUrl.replace("sqlite:", ""), { readonly: true });
  let examined = 0;
  // The declarations that the house has of the driver name what the house uses, and no more.
  const { function: define } = handle as unknown as { function: (name: string, touch: (id: string) => number) => void };
  define.call(handle, "touch", (id) => {
    examined += id === "" ? 0 : 1;
    return 1;
  });
  return {
    rows: async <Row>(sql: string, parameters: readonly SqlValue[]): Promise<Row[]> => {
      const touched = touching(sql);
      const answered = handle.prepare(touched).all(...parameters.map(bindValue)) as Row[];
      // A statement that reads ids from an index looks at no more rows than it answers.
      if (touched === sql) examined += answered.length;
      return answered;
    },
    finish: async () => {
      handle.close();
      return examined;
    },
  };
}
