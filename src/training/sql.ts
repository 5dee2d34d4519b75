/** SQL that several reads of training share. */
import type { Dialect } from "../platform/database/database.js";
import { placeholders } from "../platform/database/statements.js";
import type { Condition } from "../platform/graphql/keyset.js";

/** The condition that a column has one of these values. The column becomes part of the SQL, so it must never be input. */
export function among(column: string, values: readonly string[]): Condition {
  return values.length === 0
    ? { sql: `${column} IN (NULL)`, parameters: [] }
    : { sql: `${column} IN (${placeholders(values)})`, parameters: values };
}

/** Names the index to use. Statistics cover the rows of all tenants, so the database's own choice can be slow. */
export function useIndex(dialect: Dialect, index: string): string {
  return dialect === "sqlite" ? `INDEXED BY ${index}` : `FORCE INDEX (${index})`;
}
