/** Builds parts of statements. */
import type { Dialect, SqlValue, Transaction } from "./database.js";

/** Well below SQLite's 32,766 parameters and MySQL's 65,535. */
const PARAMETERS_AT_ONCE = 10_000;
/** Well below MySQL's smallest usual packet of 16 MiB. */
const CHARACTERS_AT_ONCE = 2_000_000;

/** The `?` of a list of values, as in `IN (?, ?, ?)`. The list must not be empty: `IN ()` is not SQL everywhere. */
export function placeholders(values: readonly unknown[]): string {
  return values.map(() => "?").join(", ");
}

/**
 * The SQL between an `INSERT` and its assignments, by which the insert becomes an update if a row with the key exists. `key`
 * must never be input.
 */
export function onDuplicateKey(dialect: Dialect, key: string): string {
  return dialect === "sqlite" ? `ON CONFLICT (${key}) DO UPDATE SET` : "ON DUPLICATE KEY UPDATE";
}

/**
 * Inserts many rows, several in a statement.
 * @param columns become part of the SQL, so they must never be input
 * @returns how many rows were inserted
 * @throws what the driver throws; `isDuplicateKey` recognises a key that exists already
 */
export async function insertRows(
  transaction: Transaction,
  table: string,
  columns: readonly string[],
  rows: readonly (readonly SqlValue[])[],
): Promise<number> {
  let inserted = 0;
  for (const chunk of chunkRows(rows, Math.max(1, Math.floor(PARAMETERS_AT_ONCE / columns.length)))) {
    const names = columns.map(quoteName).join(", ");
    const places = `(${placeholders(columns)})`;
    inserted += await transaction.execute(
      `INSERT INTO ${quoteName(table)} (${names}) VALUES ${chunk.map(() => places).join(", ")}`,
      chunk.flatMap((row) => {
        if (row.length !== columns.length) throw new TypeError(`A row for ${table} has ${row.length} values.`);
        return row;
      }),
    );
  }
  return inserted;
}

function* chunkRows(rows: readonly (readonly SqlValue[])[], rowsAtOnce: number): Generator<(readonly SqlValue[])[]> {
  let chunk: (readonly SqlValue[])[] = [];
  let characters = 0;
  for (const row of rows) {
    const size = row.reduce<number>((sum, value) => sum + (typeof value === "string" ? value.length : 0), 0);
    if (chunk.length === rowsAtOnce || (chunk.length > 0 && characters + size > CHARACTERS_AT_ONCE)) {
      yield chunk;
      chunk = [];
      characters = 0;
    }
    chunk.push(row);
    characters += size;
  }
  if (chunk.length > 0) yield chunk;
}

/** All supported databases understand backticks. */
function quoteName(name: string): string {
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) throw new TypeError(`${name} is not a plain name.`);
  return `\`${name}\``;
}
