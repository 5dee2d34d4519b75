/**
 * Turns a condition into SQL that means the same on every database. Every value is a parameter. Texts are compared by their
 * stored keys, whose columns compare byte for byte, so no database folds case or accents in its own way.
 */
import type { SqlValue } from "../../../platform/database/database.js";
import { placeholders } from "../../../platform/database/statements.js";
import type { Condition } from "../../../platform/graphql/keyset.js";
import type { ResourceCondition, ValueTest } from "./condition.js";

const OPERATORS = { EQ: "=", GT: ">", GE: ">=", LT: "<", LE: "<=" } as const;
const COLUMNS = { CREATED: "r.created_at", MODIFIED: "r.modified_at" } as const;

/** The condition on the table alias `r` of `directory_resource`. */
export function conditionToSql(condition: ResourceCondition, directoryId: string): Condition {
  return write(condition, { directoryId, element: null });
}

interface Place {
  readonly directoryId: string;
  /** The table alias of the list element that inner conditions are about; `null` outside a value path. */
  readonly element: string | null;
}

function write(condition: ResourceCondition, place: Place): Condition {
  switch (condition.kind) {
    case "AND":
    case "OR": {
      const parts = condition.conditions.map((each) => write(each, place));
      return {
        sql: `(${parts.map(({ sql }) => sql).join(` ${condition.kind} `)})`,
        parameters: parts.flatMap(({ parameters }) => parameters),
      };
    }
    case "NOT": {
      const { sql, parameters } = write(condition.condition, place);
      return { sql: `NOT ${sql}`, parameters };
    }
    case "VALUE": {
      const test = testText("v.value_key", condition.test, condition.key);
      return among(place, {
        sql: `v.attribute = ? AND ${test.sql}`,
        parameters: [condition.attribute, ...test.parameters],
      });
    }
    case "PRESENT":
      if (condition.attributes.length === 0) return { sql: "(1 = 0)", parameters: [] };
      return among(place, {
        sql: `v.attribute IN (${placeholders(condition.attributes)})`,
        parameters: condition.attributes,
      });
    case "ELEMENT": {
      const inner = write(condition.condition, { ...place, element: "e" });
      return {
        sql: `EXISTS (SELECT 1 FROM directory_value e
                WHERE e.resource_id = r.id AND e.attribute IN (${placeholders(condition.attributes)}) AND ${inner.sql})`,
        parameters: [...condition.attributes, ...inner.parameters],
      };
    }
    case "ID":
      return { sql: "(r.id = ?)", parameters: [condition.id] };
    case "TIME":
      return testTime(COLUMNS[condition.column], condition.test, condition.time);
    case "MEMBER":
      return {
        sql: `(r.group_id IN (SELECT m.group_id FROM directory_resource u
                 JOIN group_member m ON m.user_id = u.user_id AND m.source_kind = 'SCIM' AND m.source_id = u.directory_id
                WHERE u.id = ? AND u.directory_id = ?))`,
        parameters: [condition.id, place.directoryId],
      };
    case "IN_GROUP":
      return {
        sql: `(r.user_id IN (SELECT m.user_id FROM directory_resource g
                 JOIN group_member m ON m.group_id = g.group_id AND m.source_kind = 'SCIM' AND m.source_id = g.directory_id
                WHERE g.id = ? AND g.directory_id = ?))`,
        parameters: [condition.id, place.directoryId],
      };
  }
}

/** The resources, or the element, with a value that passes. */
function among({ directoryId, element }: Place, { sql, parameters }: Condition): Condition {
  if (element !== null)
    return {
      sql: `EXISTS (SELECT 1 FROM directory_value v
              WHERE v.resource_id = ${element}.resource_id AND v.element = ${element}.element AND ${sql})`,
      parameters,
    };
  return {
    sql: `(r.id IN (SELECT v.resource_id FROM directory_value v WHERE v.directory_id = ? AND ${sql}))`,
    parameters: [directoryId, ...parameters],
  };
}

/** SQLite's LIKE ignores the case of ASCII letters, so texts are searched with functions that do not. */
function testText(column: string, test: ValueTest, key: string): Condition {
  switch (test) {
    case "CONTAINS":
      return { sql: `instr(${column}, ?) > 0`, parameters: [key] };
    case "STARTS":
      return { sql: `instr(${column}, ?) = 1`, parameters: [key] };
    case "ENDS": {
      // Databases count characters as code points.
      const { length } = Array.from(key);
      if (length === 0) return { sql: "1 = 1", parameters: [] };
      return { sql: `substr(${column}, ${-length}) = ?`, parameters: [key] };
    }
    case "EQ":
    case "GT":
    case "GE":
    case "LT":
    case "LE":
      return { sql: `${column} ${OPERATORS[test]} ?`, parameters: [key] };
  }
}

function testTime(column: string, test: ValueTest, time: SqlValue): Condition {
  switch (test) {
    case "EQ":
    case "GT":
    case "GE":
    case "LT":
    case "LE":
      return { sql: `(${column} ${OPERATORS[test]} ?)`, parameters: [time] };
    case "CONTAINS":
    case "STARTS":
    case "ENDS":
      throw new TypeError("Times have an order, but no parts.");
  }
}
