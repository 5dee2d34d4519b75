/**
 * The conditions of a list of users, in two forms. A *source* reads the ids that a condition lets through from an index of
 * its own; a *probe* asks of one member at a time whether it is let through. A condition that few pass is read from its
 * source, one that many pass is probed along the list's order until the page is full: neither looks at everybody.
 */
import type { Dialect, Reader } from "../../../platform/database/database.js";
import { placeholders } from "../../../platform/database/statements.js";
import { atHome, exists, ifAny, type Condition, type UserCondition } from "./condition.js";
import { FIELD_SOURCES, orderSources, type FieldSource } from "../profile/field.js";
import { furtherConditionsOf } from "./further-conditions.js";
import { rangeOf, splitSearch } from "./search-terms.js";
import type { MissingField, UserFilter } from "./user-filter.js";

/** Ids that a source may answer for the list to be read by them: more are left to probes. */
const MOST_IDS = 1000;

/**
 * The ids of the first condition that few members pass, and the conditions that are left; `null` where many pass each.
 *
 * @param conditions those that are likely to let few through come first
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

/** The conditions that a filter names, those that usually let few through first. */
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

/** Makes a database use an index: SQLite has no statistics here, and MariaDB's mislead it for tables of all tenants. */
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

/** Fields that have a column of the account. */
const COLUMNS: Readonly<Partial<Record<MissingField, string>>> = {
  username: "u.username",
  employeeId: "u.employee_id",
};

/** Who lacks is in no index: lists of what most people have look at many to find few. */
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

/** What the strongest source says of a field: an empty word of a strong one hides what a weaker one says. */
function writeShownValue(precedence: readonly FieldSource[]): string {
  // Only names that the code knows are written into the statement, whatever a stored policy holds.
  const order = orderSources(precedence).filter((source) => FIELD_SOURCES.includes(source));
  const ranks = order.map((source, rank) => `WHEN '${source}' THEN ${rank}`).join(" ");
  return `SELECT f.value FROM user_field f WHERE f.user_id = m.user_id AND f.field = ?
           ORDER BY CASE f.source ${ranks} ELSE ${order.length} END LIMIT 1`;
}
