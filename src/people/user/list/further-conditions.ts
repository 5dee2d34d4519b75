/** Conditions of a list of users on identities, answers, managers, sign-ins, seats and break-glass accounts. */
import type { Dialect } from "../../../platform/database/database.js";
import { placeholders } from "../../../platform/database/statements.js";
import { atHome, exists, ifAny, type UserCondition } from "./condition.js";
import type { UserFilter } from "./user-filter.js";

/** The conditions of a filter, the most selective first. */
export function furtherConditionsOf(
  dialect: Dialect,
  organizationId: string,
  filter: UserFilter,
): readonly UserCondition[] {
  const { notSignedInSince, neverSignedIn, hasSeat, breakGlass } = filter;
  return [
    ...(breakGlass == null ? [] : [ofBreakGlass(organizationId, breakGlass)]),
    ...ifAny(filter.managerIds, (managerIds) => ofManagers(organizationId, managerIds)),
    ...ifAny(filter.answers, (answers) => ofAnswers(organizationId, answers)),
    ...ifAny(filter.connectionIds, (connectionIds) => ofConnections(organizationId, connectionIds)),
    ...(neverSignedIn == null ? [] : [ofSignIn(organizationId, neverSignedIn)]),
    ...(notSignedInSince == null ? [] : [notSince(dialect, organizationId, notSignedInSince)]),
    ...(hasSeat == null ? [] : [ofSeat(organizationId, hasSeat)]),
  ];
}

function ofManagers(organizationId: string, managerIds: readonly string[]): UserCondition {
  const among = `u.manager_user_id IN (${placeholders(managerIds)})`;
  return {
    ...atHome({ sql: among, parameters: managerIds }),
    source: {
      sql: `SELECT u.id AS user_id FROM app_user u WHERE u.home_organization_id = ? AND ${among}`,
      parameters: [organizationId, ...managerIds],
    },
  };
}

function ofAnswers(organizationId: string, answers: readonly string[]): UserCondition {
  const query = `SELECT ua.user_id FROM user_answer ua
    WHERE ua.organization_id = ? AND ua.answer_id IN (${placeholders(answers)})`;
  const parameters = [organizationId, ...answers];
  return {
    probe: { sql: exists(`${query} AND ua.user_id = m.user_id`), parameters },
    source: { sql: query, parameters },
    ofAccount: false,
  };
}

/** Retired identities do not count. */
function ofConnections(organizationId: string, connectionIds: readonly string[]): UserCondition {
  const query = `SELECT i.user_id FROM identity i JOIN sso_connection c ON c.id = i.connection_id
    WHERE c.organization_id = ? AND i.connection_id IN (${placeholders(connectionIds)}) AND i.retired_at IS NULL`;
  const parameters = [organizationId, ...connectionIds];
  return {
    probe: { sql: exists(`${query} AND i.user_id = m.user_id`), parameters },
    source: { sql: query, parameters },
    ofAccount: false,
  };
}

function ofSignIn(organizationId: string, never: boolean): UserCondition {
  const condition = `u.last_signed_in_at IS ${never ? "" : "NOT "}NULL`;
  return {
    ...atHome({ sql: condition, parameters: [] }),
    source: {
      sql: `SELECT u.id AS user_id FROM app_user u WHERE u.home_organization_id = ? AND ${condition}`,
      parameters: [organizationId],
    },
  };
}

/** MariaDB reads both parts as one range of the index, but would materialize a union. SQLite reads a union row by row. */
function notSince(dialect: Dialect, organizationId: string, moment: Date): UserCondition {
  const condition = "(u.last_signed_in_at IS NULL OR u.last_signed_in_at < ?)";
  const ofHome = "SELECT u.id AS user_id FROM app_user u WHERE u.home_organization_id = ? AND";
  return {
    ...atHome({ sql: condition, parameters: [moment] }),
    source:
      dialect === "sqlite"
        ? {
            sql: `${ofHome} u.last_signed_in_at IS NULL UNION ALL ${ofHome} u.last_signed_in_at < ?`,
            parameters: [organizationId, organizationId, moment],
          }
        : {
            sql: `SELECT u.id AS user_id FROM app_user u FORCE INDEX (ix_app_user_signed_in)
                   WHERE u.home_organization_id = ? AND ${condition}`,
            parameters: [organizationId, moment],
          },
  };
}

function ofSeat(organizationId: string, has: boolean): UserCondition {
  const query = "SELECT s.user_id FROM seat s WHERE s.organization_id = ? AND s.released_at IS NULL";
  const held = exists(`${query} AND s.user_id = m.user_id`);
  return {
    probe: { sql: has ? held : `NOT ${held}`, parameters: [organizationId] },
    source: has ? { sql: query, parameters: [organizationId] } : null,
    ofAccount: false,
  };
}

function ofBreakGlass(organizationId: string, is: boolean): UserCondition {
  return {
    ...atHome({ sql: "u.is_break_glass = ?", parameters: [is] }),
    source: {
      sql: "SELECT u.id AS user_id FROM app_user u WHERE u.home_organization_id = ? AND u.is_break_glass = ?",
      parameters: [organizationId, is],
    },
  };
}
