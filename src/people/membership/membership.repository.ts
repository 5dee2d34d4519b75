/** Reads and writes memberships of guests, and the sessions in them. */
import type { Caller } from "../../access/caller.js";
import type { UnitOfWork } from "../../access/unit-of-work.js";
import type { Reader } from "../../platform/database/database.js";
import { placeholders } from "../../platform/database/statements.js";
import { toDate } from "../../platform/database/values.js";
import { foldCase } from "../../platform/text.js";
import type { Member, User } from "../user/user.js";
import { accountsIn, showMember, type AccountScope } from "../user/user.access.js";
import { USER_COLUMNS, userFromRaw, type RawUser } from "../user/user.repository.js";

/**
 * Locks an account's row for the rest of the unit of work, so that the columns copied into a membership stay the same. The
 * caller locks the organization first.
 */
export async function lockUser(unit: UnitOfWork, id: string): Promise<User | null> {
  const raw = await unit.row<RawUser>(
    `SELECT ${USER_COLUMNS} FROM app_user u WHERE u.id = ?${unit.dialect === "mysql" ? " FOR UPDATE" : ""}`,
    [id],
  );
  return raw ? userFromRaw(raw) : null;
}

/** Ids of the active accounts of the installation with an address. At most two, because two are already ambiguous. */
export async function findActiveIdsByEmail(reader: Reader, email: string): Promise<readonly string[]> {
  const rows = await reader.rows<{ id: string }>(
    "SELECT id FROM app_user WHERE email_key = ? AND status = 'ACTIVE' ORDER BY id LIMIT 2",
    [foldCase(email)],
  );
  return rows.map(({ id }) => id);
}

/** One user in an organization. */
export interface MemberId {
  readonly organizationId: string;
  readonly userId: string;
}

/** Reads several users, each in an organization, in one query. Leaves out non-members, and data that the caller may not see. */
export async function findMembers(reader: Reader, caller: Caller, ids: readonly MemberId[]): Promise<Member[]> {
  const usersByOrganization = new Map<string, string[]>();
  for (const { organizationId, userId } of ids) {
    const users = usersByOrganization.get(organizationId);
    if (users === undefined) usersByOrganization.set(organizationId, [userId]);
    else users.push(userId);
  }
  const groups = [...usersByOrganization];
  if (groups.length === 0) return [];
  const conditions = groups.map(([, userIds]) => `(m.organization_id = ? AND m.user_id IN (${placeholders(userIds)}))`);
  const raws = await reader.rows<RawUser & { organization_id: string }>(
    `SELECT ${USER_COLUMNS}, m.organization_id FROM membership m JOIN app_user u ON u.id = m.user_id
      WHERE ${conditions.join(" OR ")}`,
    groups.flatMap(([organizationId, userIds]) => [organizationId, ...userIds]),
  );
  return raws.map((raw) => showMember(caller, userFromRaw(raw), raw.organization_id));
}

/** A guest's membership. */
export interface GuestMembership {
  readonly organizationId: string;
  readonly organizationName: string;
  readonly joinedAt: Date;
}

/** The guest memberships of the users whose accounts are in the scope, the oldest first, by user. */
export async function findGuestMembershipsOfUsers(
  reader: Reader,
  scope: AccountScope,
  userIds: readonly string[],
): Promise<ReadonlyMap<string, readonly GuestMembership[]>> {
  const byUser = new Map<string, GuestMembership[]>(userIds.map((id) => [id, []]));
  if (userIds.length === 0) return byUser;
  const accounts = accountsIn(scope);
  const raws = await reader.rows<{ user_id: string; organization_id: string; name: string; created_at: unknown }>(
    `SELECT m.user_id, m.organization_id, o.name, m.created_at FROM membership m
       JOIN app_user u ON u.id = m.user_id AND u.home_organization_id <> m.organization_id
       JOIN organization o ON o.id = m.organization_id
      WHERE m.user_id IN (${placeholders(userIds)}) AND ${accounts.sql}
      ORDER BY m.created_at, m.organization_id`,
    [...userIds, ...accounts.parameters],
  );
  for (const { user_id: userId, organization_id: organizationId, name, created_at: createdAt } of raws)
    byUser.get(userId)?.push({ organizationId, organizationName: name, joinedAt: toDate(createdAt) });
  return byUser;
}

/** Ends a membership with its roles and sessions. `withdrawMemberships` ends its groups. */
export async function deleteMembership(unit: UnitOfWork, organizationId: string, userId: string): Promise<void> {
  for (const table of ["user_session", "membership_role", "membership_term", "membership"])
    await unit.execute(`DELETE FROM ${table} WHERE organization_id = ? AND user_id = ?`, [organizationId, userId]);
}

/** A session that moves into another organization, with a new id and a new token. */
export interface MovedSession {
  readonly sessionId: string;
  readonly userId: string;
  readonly organizationId: string;
  readonly newSessionId: string;
  readonly newTokenHash: string;
}

/** Moves a session. Returns `false` if it has ended, or if a concurrent request has moved it. */
export async function moveSession(unit: UnitOfWork, moved: MovedSession): Promise<boolean> {
  const changed = await unit.execute(
    "UPDATE user_session SET id = ?, token_hash = ?, organization_id = ? WHERE id = ? AND user_id = ? AND expires_at > ?",
    [moved.newSessionId, moved.newTokenHash, moved.organizationId, moved.sessionId, moved.userId, unit.now],
  );
  return changed === 1;
}
