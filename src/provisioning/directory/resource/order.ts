/** Orders of the resources of a directory (RFC 7644, section 3.4.2.3), as SQL that means the same on every database. */
import { toDate } from "../../../platform/database/values.js";
import type { Condition, KeysetColumn } from "../../../platform/graphql/keyset.js";

/** What resources are sorted by, in the form that is stored. */
export interface ResourceSort {
  readonly by:
    | { readonly kind: "ID" | "KIND" | "CREATED" | "MODIFIED" }
    /** A value of a document. Of a list, it is the value of the primary element, or else of the first one. */
    | { readonly kind: "VALUE"; readonly attribute: string; readonly list: string | null };
  readonly isDescending: boolean;
}

/** The columns of a row that an order reads. */
export interface OrderedRow {
  readonly id: string;
  readonly kind: string;
  readonly created_at: unknown;
  readonly modified_at: unknown;
  readonly sort_missing?: number | string;
  readonly sort_key?: string;
}

type OrderColumns = readonly [KeysetColumn<OrderedRow>, ...KeysetColumn<OrderedRow>[]];

/** The parts of a statement about the table alias `r` of `directory_resource`. */
export interface ResourceOrder {
  readonly columns: OrderColumns;
  /** Columns to select beside those of the table. */
  readonly select: string;
  readonly join: Condition;
}

const MISSING = "CASE WHEN s.value_key IS NULL THEN 1 ELSE 0 END";
const KEY = "COALESCE(s.value_key, '')";

/** The id is always the last column, so that pages are stable. `null` sorts by the id. */
export function orderToSql(sort: ResourceSort | null): ResourceOrder {
  const direction = sort?.isDescending === true ? "DESC" : "ASC";
  const id = { column: "r.id", direction, kind: "text", read: (row: OrderedRow) => row.id } as const;
  const plain = (...columns: OrderColumns) => ({ columns, select: "", join: { sql: "", parameters: [] } });
  switch (sort?.by.kind) {
    case undefined:
    case "ID":
      return plain(id);
    case "KIND":
      return plain({ column: "r.kind", direction, kind: "text", read: (row) => row.kind }, id);
    case "CREATED":
      return plain({ column: "r.created_at", direction, kind: "time", read: (row) => toDate(row.created_at) }, id);
    case "MODIFIED":
      return plain({ column: "r.modified_at", direction, kind: "time", read: (row) => toDate(row.modified_at) }, id);
    case "VALUE": {
      const { attribute, list } = sort.by;
      return {
        // Resources without the value come last, and first in descending order.
        columns: [
          { column: MISSING, direction, kind: "number", read: (row) => Number(row.sort_missing) },
          { column: KEY, direction, kind: "text", read: (row) => String(row.sort_key) },
          id,
        ],
        select: `, ${MISSING} AS sort_missing, ${KEY} AS sort_key`,
        join:
          list === null
            ? { sql: ` LEFT JOIN directory_value s ON ${VALUE_OF_RESOURCE} AND s.element = 0`, parameters: [attribute] }
            : {
                sql: ` LEFT JOIN directory_value s ON ${VALUE_OF_RESOURCE} AND s.element = ${CHOSEN_ELEMENT}`,
                parameters: [attribute, `${list}.primary`, attribute],
              },
      };
    }
  }
}

const VALUE_OF_RESOURCE = "s.resource_id = r.id AND s.attribute = ?";
const CHOSEN_ELEMENT = `COALESCE(
    (SELECT MIN(p.element) FROM directory_value p
      WHERE p.resource_id = r.id AND p.attribute = ? AND p.value_key = 'true'),
    (SELECT MIN(f.element) FROM directory_value f WHERE f.resource_id = r.id AND f.attribute = ?))`;
