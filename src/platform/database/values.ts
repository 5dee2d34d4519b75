/** Converts values for statements and from raw rows, the same for every dialect. */
import { types } from "node:util";
import type { SqlValue } from "./database.js";

/** A value in a raw row: times are text on SQLite and `Date` on MySQL, booleans are 0 and 1. */
export type RawValue = unknown;

/**
 * The form in which a value is bound, as TypeORM stores it: 0 or 1 for a boolean, `YYYY-MM-DD HH:MM:SS.mmm` in UTC for a
 * time.
 * @throws TypeError for anything that is not a SqlValue: mysql2 would expand objects and lists into SQL
 */
export function bindValue(value: SqlValue): string | number | null {
  if (value === null || typeof value === "string") return value;
  if (typeof value === "number") {
    if (!Number.isFinite(value)) throw new TypeError("A number that is bound to a statement must be finite.");
    return value;
  }
  if (typeof value === "boolean") return value ? 1 : 0;
  if (types.isDate(value)) return formatTime(value);
  throw new TypeError(`A value of type ${typeof value} cannot be bound to a statement.`);
}

function formatTime(time: Date): string {
  return time.toISOString().replace("T", " ").replace("Z", "");
}

/**
 * Reads a `datetime(3)` of a raw row.
 * @throws TypeError when the value is not a time
 */
export function toDate(value: RawValue): Date {
  if (types.isDate(value)) return value;
  if (typeof value === "string") {
    const time = new Date(`${value.replace(" ", "T")}Z`);
    if (!Number.isNaN(time.getTime())) return time;
  }
  throw new TypeError(`Expected a time in a row, got a value of type ${typeof value}.`);
}

/** Reads a `datetime(3)` that may be absent. */
export function toDateOrNull(value: RawValue): Date | null {
  return value === null || value === undefined ? null : toDate(value);
}

/**
 * Reads a boolean of a raw row, from a column or a comparison.
 * @throws TypeError when the value is not a boolean
 */
export function toBoolean(value: RawValue): boolean {
  if (value === 1 || value === true) return true;
  if (value === 0 || value === false) return false;
  throw new TypeError(`Expected a boolean in a row, got a value of type ${typeof value}.`);
}

/**
 * Reads a JSON text column of a raw row.
 * @throws TypeError when it is not text, SyntaxError when it is not JSON
 */
export function toJson<Value>(text: RawValue): Value {
  if (typeof text !== "string") throw new TypeError(`Expected JSON text in a row, got a value of type ${typeof text}.`);
  return JSON.parse(text) as Value;
}
