/**
 * Keyset pagination over plain SQL: the database seeks to the row after the cursor instead of skipping the rows before it.
 * The thousandth page costs as much as the first. Added or removed rows do not make other rows appear twice or go missing.
 */
import { createHash } from "node:crypto";
import type { Dialect, Reader, SqlValue } from "../database/database.js";
import { Failure, INVALID_INPUT } from "../errors/failure.js";
import { readPageRequest, type PageArgs, type PageRequest, type RowPage } from "./paging.js";
import { placeholders } from "../database/statements.js";

/**
 * One column by which a list is ordered. Its values are never null. The last column of an order is an id, so no two rows
 * have the same place.
 */
export interface KeysetColumn<Row> {
  /** As in SQL: `u.last_name_key`. It becomes part of the statement, so it must never come from a caller. */
  readonly column: string;
  readonly direction: "ASC" | "DESC";
  readonly kind: "text" | "number" | "time";
  /** The column's value in a row that was read: a string, a number, or a `Date` for `time`. */
  readonly read: (row: Row) => string | number | Date;
}

export interface KeysetQuery<Row> {
  readonly reader: Reader;
  /** The columns to read: `u.id, u.email`. */
  readonly select: string;
  /** Tables and joins: `user u`. */
  readonly from: string;
  readonly where: { readonly sql: string; readonly parameters: readonly SqlValue[] };
  readonly order: readonly [KeysetColumn<Row>, ...KeysetColumn<Row>[]];
  readonly args: PageArgs;
  /** Reads the rows in place of the statement over `from`, which then only counts them. */
  readonly readRows?: (seek: Seek) => Promise<Row[]>;
}

/** One read of a list: the first rows beyond a cursor, in an order. */
export interface Seek {
  /** `null` at the beginning of the list. */
  readonly beyond: Condition | null;
  /** The text after `ORDER BY`. */
  readonly orderBy: string;
  readonly limit: number;
}

/** A place in an order: the value of each column. */
export type Key = readonly (string | number | Date)[];
/** A piece of SQL with its parameters. */
export interface Condition {
  readonly sql: string;
  readonly parameters: readonly SqlValue[];
}

/**
 * Reads one page, and one row more to know whether another page follows. Looks for a page in the other direction only if
 * the query asks whether there is one. Counts the list only if the query asks for the total.
 *
 * @throws Failure INVALID_INPUT for contradicting arguments, and for a cursor that is broken or belongs to another order
 */
export async function pageByKeyset<Row>(query: KeysetQuery<Row>): Promise<RowPage<Row>> {
  const { reader, select, from, where, order } = query;
  const request = readPageRequest(query.args);
  const cursor = request.cursor === null ? null : readCursor(request, order);
  const beyondCursor = cursor === null ? null : beyondKey(reader.dialect, order, cursor, request.backward);

  const readRows =
    query.readRows ??
    (async ({ beyond, orderBy, limit }: Seek) => {
      const { sql, parameters } = beyond === null ? where : joinConditions(where, beyond);
      return await reader.rows<Row>(
        `SELECT ${select} FROM ${from} WHERE ${sql} ORDER BY ${orderBy} LIMIT ${limit}`,
        parameters,
      );
    });

  const found = await readRows({
    beyond: beyondCursor,
    orderBy: writeOrder(order, request.backward),
    limit: request.size + 1,
  });
  const hasMore = found.length > request.size;
  const inSeekOrder = found.slice(0, request.size);
  const boundary = inSeekOrder[0];

  const hasBehind = async (): Promise<boolean> => {
    if (beyondCursor === null) {
      return false;
    }
    const behind =
      boundary === undefined
        ? { sql: `NOT (${beyondCursor.sql})`, parameters: beyondCursor.parameters }
        : beyondKey(reader.dialect, order, readKey(order, boundary), !request.backward);
    if (query.readRows !== undefined) {
      const orderBy = writeOrder(order, !request.backward);
      return (await query.readRows({ beyond: behind, orderBy, limit: 1 })).length > 0;
    }
    const other = joinConditions(where, behind);
    return (
      (await reader.row(`SELECT 1 AS found FROM ${from} WHERE ${other.sql} LIMIT 1`, other.parameters)) !== undefined
    );
  };
  const hasAhead = () => hasMore;
  return {
    rows: request.backward ? inSeekOrder.toReversed() : inSeekOrder,
    hasNextPage: request.backward ? hasBehind : hasAhead,
    hasPreviousPage: request.backward ? hasAhead : hasBehind,
    cursorOf: (row) => writeCursor(order, readKey(order, row)),
    count: async () => {
      const counted = await reader.row<{ total: number | string }>(
        `SELECT COUNT(*) AS total FROM ${from} WHERE ${where.sql}`,
        where.parameters,
      );
      return Number(counted?.total ?? 0);
    },
  };
}

/**
 * Returns one page of `ids`, which must be in ascending order.
 * @throws Failure INVALID_INPUT for contradicting arguments, and for a cursor that is broken or belongs to another order
 */
export function pageOfIds(column: string, ids: readonly string[], args: PageArgs): RowPage<string> {
  const order = [{ column, direction: "ASC", kind: "text", read: (id: string) => id }] as const;
  const request = readPageRequest(args);
  const cursor = request.cursor === null ? null : String(readCursor(request, order)[0]);
  const isBeyond = (id: string) => cursor === null || (request.backward ? id < cursor : id > cursor);
  const beyond = ids.filter(isBeyond);
  const start = request.backward ? Math.max(0, beyond.length - request.size) : 0;
  const hasMore = () => beyond.length > request.size;
  const hasBehind = () => beyond.length < ids.length;
  return {
    rows: beyond.slice(start, start + request.size),
    hasNextPage: request.backward ? hasBehind : hasMore,
    hasPreviousPage: request.backward ? hasMore : hasBehind,
    cursorOf: (id) => writeCursor(order, [id]),
    count: async () => await Promise.resolve(ids.length),
  };
}

/** The text after `ORDER BY`. */
export function writeOrder<Row>(order: readonly KeysetColumn<Row>[], backward: boolean): string {
  return order
    .map(({ column, direction }) => `${column} ${(direction === "ASC") === backward ? "DESC" : "ASC"}`)
    .join(", ");
}

/** The place of a row. */
export function readKey<Row>(order: readonly KeysetColumn<Row>[], row: Row): Key {
  return order.map(({ read }) => read(row));
}

/**
 * A condition for the rows strictly beyond a key. If all columns have one direction, SQLite seeks by a comparison of row
 * values. MariaDB and MySQL cannot, so the condition compares column by column. Its first comparison adds nothing to the
 * meaning, but lets the database start at the key instead of at the first row.
 */
export function beyondKey<Row>(
  dialect: Dialect,
  order: readonly KeysetColumn<Row>[],
  key: Key,
  backward: boolean,
): Condition {
  const operators = order.map(({ direction }) => ((direction === "ASC") === backward ? "<" : ">"));
  const columns = order.map(({ column }) => column);
  if (dialect === "sqlite" && order.length > 1 && operators.every((operator) => operator === operators[0])) {
    return { sql: `(${columns.join(", ")}) ${operators[0]} (${placeholders(columns)})`, parameters: key };
  }
  const terms = order.map((_, index) => ({
    sql: `(${[...columns.slice(0, index).map((column) => `${column} = ?`), `${columns[index]} ${operators[index]} ?`].join(" AND ")})`,
    parameters: key.slice(0, index + 1),
  }));
  const expanded = {
    sql: terms.map(({ sql }) => sql).join(" OR "),
    parameters: terms.flatMap(({ parameters }) => parameters),
  };
  return order.length === 1
    ? expanded
    : joinConditions({ sql: `${columns[0]} ${operators[0]}= ?`, parameters: key.slice(0, 1) }, expanded);
}

/** A condition that is true when both conditions are. */
export function joinConditions(left: Condition, right: Condition): Condition {
  return { sql: `(${left.sql}) AND (${right.sql})`, parameters: [...left.parameters, ...right.parameters] };
}

/** Identifies an order. `pageByKeyset` refuses a cursor of a different order. */
function nameOrder<Row>(order: readonly KeysetColumn<Row>[]): string {
  const description = order.map(({ column, direction, kind }) => `${column} ${direction} ${kind}`).join(",");
  return createHash("sha256").update(description).digest("base64url").slice(0, 8);
}

function writeCursor<Row>(order: readonly KeysetColumn<Row>[], key: Key): string {
  return Buffer.from(JSON.stringify([nameOrder(order), ...key])).toString("base64url");
}

function readCursor<Row>({ cursor, backward }: PageRequest, order: readonly KeysetColumn<Row>[]): Key {
  const [name, ...values] = parseCursor(cursor ?? "");
  const key = parseKey(order, values);
  if (name !== nameOrder(order) || key === null) {
    throw new Failure(INVALID_INPUT, {
      fields: [
        {
          path: backward ? "before" : "after",
          code: "INVALID",
          message:
            "This is not a cursor of this list in this order. A cursor is valid only while the order stays the same.",
        },
      ],
    });
  }
  return key;
}

/** The place that the values of a cursor name; `null` if they do not fit the columns of this order. */
export function parseKey<Row>(order: readonly KeysetColumn<Row>[], values: readonly unknown[]): Key | null {
  const key = order.map(({ kind }, index) => readCursorValue(kind, values[index]));
  return values.length === order.length && key.every((value) => value !== null) ? key : null;
}

/** The values in a cursor; empty when the caller sent something else. */
export function parseCursor(cursor: string): unknown[] {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(cursor, "base64url").toString("utf8"));
    return Array.isArray(parsed) ? parsed : [];
  } catch {
    return [];
  }
}

function readCursorValue(kind: KeysetColumn<unknown>["kind"], value: unknown): string | number | Date | null {
  switch (kind) {
    case "text":
      return typeof value === "string" ? value : null;
    case "number":
      return typeof value === "number" && Number.isFinite(value) ? value : null;
    case "time": {
      const moment = typeof value === "string" ? new Date(value) : null;
      return moment === null || Number.isNaN(moment.getTime()) ? null : moment;
    }
  }
}
