/** Pieces of SQL that several reads of this room are made of. */
import type { Dialect } from "../platform/database/database.js";
import { placeholders } from "../platform/database/statements.js";
import type { Condition } from "../platform/graphql/keyset.js";

/** That a column has one of these values. The column is written into the statement, so never from outside. */
export function among(column: string, values: readonly string[]): Condition {
  return values.length === 0
    ? { sql: `${column} IN (NULL)`, parameters: [] }
    : { sql: `${column} IN (${placeholders(values)})`, parameters: values };
}

/** Without statistics, or with those of all tenants' rows together, databases choose badly. */
export function useIndex(dialect: Dialect, index: string): string {
  return dialect === "sqlite" ? `INDEXED BY ${index}` : `FORCE INDEX (${index})`;
}
