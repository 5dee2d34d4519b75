/**
 * Reads and writes the members of groups. Each reason for which a user is in a group is a row. Only the count of members
 * reads a whole group, so the cost of a change depends on the users that it names, not on the size of the group.
 */
import type { UnitOfWork } from "../../access/unit-of-work.js";
import type { Reader, SqlValue } from "../../platform/database/database.js";
import { insertRows, placeholders } from "../../platform/database/statements.js";
import type { MappingOwner, MembershipSource } from "./group.js";

/** The largest number of users in one statement. */
const USERS_AT_ONCE = 500;

/** The columns of a source. Together with the group and the user, they are the key of a reason. */
interface SourceKey {
  source_kind: string;
  source_id: string;
}

function keyOf(source: MembershipSource): SourceKey {
  return { source_kind: source.kind, source_id: source.kind === "MAPPING" ? source.mappingId : source.id };
}

/** The reasons for which these users are in a group, by user. The caller holds the organization's lock. */
export async function findReasons(
  reader: Reader,
  groupId: string,
  userIds: readonly string[],
): Promise<ReadonlyMap<string, readonly SourceKey[]>> {
  const byUser = new Map<string, SourceKey[]>();
  for (const some of chunk(userIds)) {
    const rows = await reader.rows<SourceKey & { user_id: string }>(
      `SELECT user_id, source_kind, source_id FROM group_member
        WHERE group_id = ? AND user_id IN (${placeholders(some)})`,
      [groupId, ...some],
    );
    for (const { user_id, ...key } of rows) {
      const reasons = byUser.get(user_id);
      if (reasons === undefined) byUser.set(user_id, [key]);
      else reasons.push(key);
    }
  }
  return byUser;
}

/** Whether a source is among the reasons. */
export function isAmong(reasons: readonly SourceKey[], source: MembershipSource): boolean {
  const { source_kind, source_id } = keyOf(source);
  return reasons.some((reason) => reason.source_kind === source_kind && reason.source_id === source_id);
}

/** Adds a reason for users who do not have it yet. */
export async function insertReasons(
  unit: UnitOfWork,
  groupId: string,
  userIds: readonly string[],
  source: MembershipSource,
): Promise<void> {
  const { source_kind, source_id } = keyOf(source);
  const connectionId = "connectionId" in source ? source.connectionId : null;
  const directoryId = "directoryId" in source ? source.directoryId : null;
  await insertRows(
    unit,
    "group_member",
    ["group_id", "user_id", "source_kind", "source_id", "connection_id", "directory_id", "created_at"],
    userIds.map((userId) => [groupId, userId, source_kind, source_id, connectionId, directoryId, unit.now]),
  );
}

/** Removes one reason of users, or all their reasons. */
export async function deleteReasons(
  unit: UnitOfWork,
  groupId: string,
  userIds: readonly string[],
  source: MembershipSource | null,
): Promise<void> {
  const key: readonly SqlValue[] = source === null ? [] : Object.values(keyOf(source));
  const ofSource = source === null ? "" : " AND source_kind = ? AND source_id = ?";
  for (const some of chunk(userIds))
    await unit.execute(
      `DELETE FROM group_member WHERE group_id = ? AND user_id IN (${placeholders(some)})${ofSource}`,
      [groupId, ...some, ...key],
    );
}

/** Stores the version of a group whose members changed. */
export async function updateGroupVersion(unit: UnitOfWork, groupId: string, version: number): Promise<void> {
  await unit.execute("UPDATE user_group SET version = ?, updated_at = ? WHERE id = ?", [version, unit.now, groupId]);
}

/** The number of members of several groups, by group. Leaves out groups without members. */
export async function countMembersOfGroups(
  reader: Reader,
  groupIds: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  if (groupIds.length === 0) return new Map();
  const rows = await reader.rows<{ group_id: string; members: number | string }>(
    `SELECT group_id, COUNT(DISTINCT user_id) AS members FROM group_member
      WHERE group_id IN (${placeholders(groupIds)}) GROUP BY group_id`,
    groupIds,
  );
  return new Map(rows.map((row) => [row.group_id, Number(row.members)]));
}

/** A membership that a mapping gave. */
export interface MappedMembership {
  readonly groupId: string;
  readonly mappingId: string;
}

/** The memberships that the mappings of one connection or directory gave several users, by user. */
export async function findMappedMembershipsOf(
  reader: Reader,
  userIds: readonly string[],
  owner: MappingOwner,
): Promise<ReadonlyMap<string, readonly MappedMembership[]>> {
  const byUser = new Map<string, MappedMembership[]>(userIds.map((id) => [id, []]));
  if (userIds.length === 0) return byUser;
  const [column, id] =
    "connectionId" in owner ? ["connection_id", owner.connectionId] : ["directory_id", owner.directoryId];
  const rows = await reader.rows<{ user_id: string; group_id: string; source_id: string }>(
    `SELECT user_id, group_id, source_id FROM group_member
      WHERE user_id IN (${placeholders(userIds)}) AND ${column} = ? AND source_kind = 'MAPPING'
      ORDER BY group_id, source_id`,
    [...userIds, id],
  );
  for (const row of rows) byUser.get(row.user_id)?.push({ groupId: row.group_id, mappingId: row.source_id });
  return byUser;
}

/** The groups that a user is in for one reason. */
export async function findGroupIdsOfSource(
  reader: Reader,
  userId: string,
  source: MembershipSource,
): Promise<readonly string[]> {
  const { source_kind, source_id } = keyOf(source);
  const rows = await reader.rows<{ group_id: string }>(
    "SELECT group_id FROM group_member WHERE user_id = ? AND source_kind = ? AND source_id = ? ORDER BY group_id",
    [userId, source_kind, source_id],
  );
  return rows.map((row) => row.group_id);
}

/** The users who are in a group for one reason. */
export async function findUserIdsOfSource(
  reader: Reader,
  groupId: string,
  source: MembershipSource,
): Promise<readonly string[]> {
  const { source_kind, source_id } = keyOf(source);
  const rows = await reader.rows<{ user_id: string }>(
    "SELECT user_id FROM group_member WHERE group_id = ? AND source_kind = ? AND source_id = ? ORDER BY user_id",
    [groupId, source_kind, source_id],
  );
  return rows.map((row) => row.user_id);
}

function* chunk(userIds: readonly string[]): Generator<readonly string[]> {
  for (let start = 0; start < userIds.length; start += USERS_AT_ONCE) yield userIds.slice(start, start + USERS_AT_ONCE);
}
