/**
 * The conditions of a list of users, in two forms. A *source* reads the ids of all matching members from an index; a
 * *probe* checks one member. If few members match, the list reads the source. If many match, it probes members in the
 * list's order until the page is full. Neither way reads all members.
 */
import type { Dialect, Reader } from "../../../platform/database/database.js";
import { placeholders } from "../../../platform/database/statements.js";
import { atHome, exists, ifAny, type Condition, type UserCondition } from "./condition.js";
import { FIELD_SOURCES, orderSources, type FieldSource } from "../profile/field.js";
import { furtherConditionsOf } from "./further-conditions.js";
import { rangeOf, splitSearch } from "./search-terms.js";
import type { MissingField, UserFilter } from "./user-filter.js";

/** The list uses a source with at most this many ids, and probes if there are more. */
const MOST_IDS = 1000;

/**
 * The ids of the first condition with few matching members, and the other conditions; `null` if every condition has many.
 *
 * @param conditions the most selective first
 */
export async function narrow(
  reader: Reader,
  conditions: readonly UserCondition[],
): Promise<{ readonly ids: readonly string[]; readonly rest: readonly UserCondition[] } | null> {
  for (const condition of conditions) {
    if (condition.source === null) continue;
    const { sql, parameters } = condition.source;
    const rows = await reader.rows<{ user_id: string }>(`${sql} LIMIT ${MOST_IDS + 1}`, parameters);
    if (rows.length <= MOST_IDS)
      return {
        ids: [...new Set(rows.map((row) => row.user_id))],
        rest: conditions.filter((other) => other !== condition),
      };
  }
  return null;
}

/** The conditions of a filter, the most selective first. */
export function conditionsOf(
  dialect: Dialect,
  organizationId: string,
  filter: UserFilter,
  precedence: readonly FieldSource[],
): readonly UserCondition[] {
  const { authMethod } = filter;
  return [
    ...splitSearch(filter.search ?? "").map((word) => ofWord(dialect, organizationId, word)),
    ...furtherConditionsOf(dialect, organizationId, filter),
    ...ifAny(filter.groupIds, (groupIds) => ofGroups(organizationId, groupIds)),
    ...ifAny(filter.roleKeys, (roleKeys) => ofRoles(organizationId, roleKeys)),
    ...ifAny(filter.status, (status) => ofStatus(organizationId, status)),
    ...ifAny(filter.missing, (fields) => lacking(fields, precedence)),
    ...(authMethod == null ? [] : [atHome({ sql: "u.auth_method = ?", parameters: [authMethod] })]),
  ];
}

/** Forces an index. SQLite has no statistics, and MariaDB's statistics of all tenants are wrong for a single tenant. */
export function useIndex(dialect: Dialect, index: string): string {
  return dialect === "sqlite" ? `INDEXED BY ${index}` : `FORCE INDEX (${index})`;
}

function ofWord(dialect: Dialect, organizationId: string, word: string): UserCondition {
  const range = rangeOf(word);
  const ofUser = useIndex(dialect, "ix_membership_term_user");
  return {
    probe: {
      sql: exists(`SELECT t.user_id FROM membership_term t ${ofUser}
                    WHERE t.user_id = m.user_id AND t.organization_id = m.organization_id AND t.term >= ? AND t.term < ?`),
      parameters: range,
    },
    source: {
      sql: "SELECT t.user_id FROM membership_term t WHERE t.organization_id = ? AND t.term >= ? AND t.term < ?",
      parameters: [organizationId, ...range],
    },
    ofAccount: false,
  };
}

function ofGroups(organizationId: string, groupIds: readonly string[]): UserCondition {
  const among = `g.id IN (${placeholders(groupIds)})`;
  return {
    probe: {
      sql: exists(`SELECT gm.user_id FROM group_member gm JOIN user_group g ON g.id = gm.group_id
                    WHERE gm.user_id = m.user_id AND g.organization_id = m.organization_id AND ${among}`),
      parameters: groupIds,
    },
    source: {
      sql: `SELECT gm.user_id FROM group_member gm JOIN user_group g ON g.id = gm.group_id
             WHERE g.organization_id = ? AND ${among}`,
      parameters: [organizationId, ...groupIds],
    },
    ofAccount: false,
  };
}

function ofRoles(organizationId: string, roleKeys: readonly string[]): UserCondition {
  const among = `r.role_key IN (${placeholders(roleKeys)})`;
  return {
    probe: {
      sql: exists(`SELECT mr.user_id FROM membership_role mr JOIN role r ON r.id = mr.role_id
                    WHERE mr.organization_id = m.organization_id AND mr.user_id = m.user_id AND ${among}`),
      parameters: roleKeys,
    },
    source: {
      sql: `SELECT mr.user_id FROM role r JOIN membership_role mr ON mr.role_id = r.id
             WHERE r.organization_id = ? AND ${among}`,
      parameters: [organizationId, ...roleKeys],
    },
    ofAccount: false,
  };
}

function ofStatus(organizationId: string, status: readonly string[]): UserCondition {
  const among = `m.status IN (${placeholders(status)})`;
  return {
    probe: { sql: among, parameters: status },
    source: {
      sql: `SELECT m.user_id FROM membership m WHERE m.organization_id = ? AND ${among}`,
      parameters: [organizationId, ...status],
    },
    ofAccount: false,
  };
}

/** The fields that are columns of the account. */
const COLUMNS: Readonly<Partial<Record<MissingField, string>>> = {
  username: "u.username",
  employeeId: "u.employee_id",
};

/**
 * The condition that one of the fields has no value. It has no source, because no index contains missing values. If most
 * members have the field, the list reads many members to fill a page.
 */
function lacking(fields: readonly MissingField[], precedence: readonly FieldSource[]): UserCondition {
  const terms = fields.map((field): Condition => {
    const column = COLUMNS[field];
    return column === undefined
      ? { sql: `COALESCE((${writeShownValue(precedence)}), '') = ''`, parameters: [field] }
      : { sql: `${column} IS NULL`, parameters: [] };
  });
  return atHome({
    sql: `(${terms.map(({ sql }) => sql).join(" OR ")})`,
    parameters: terms.flatMap(({ parameters }) => parameters),
  });
}

/** The value of the source with the highest precedence, even if it is empty. */
function writeShownValue(precedence: readonly FieldSource[]): string {
  // A stored policy could hold any text, so only known names go into the statement.
  const order = orderSources(precedence).filter((source) => FIELD_SOURCES.includes(source));
  const ranks = order.map((source, rank) => `WHEN '${source}' THEN ${rank}`).join(" ");
  return `SELECT f.value FROM user_field f WHERE f.user_id = m.user_id AND f.field = ?
           ORDER BY CASE f.source ${ranks} ELSE ${order.length} END LIMIT 1`;
}
