/** Reads and writes the managers of groups. */
import type { Caller } from "../../access/caller.js";
import type { UnitOfWork } from "../../access/unit-of-work.js";
import type { Reader } from "../../platform/database/database.js";
import { insertRows, placeholders } from "../../platform/database/statements.js";
import { showMember } from "../user/user.access.js";
import { USER_COLUMNS, userFromRaw, type RawUser } from "../user/user.repository.js";
import type { Member } from "../user/user.js";
import { GROUP_COLUMNS, groupFromRaw, type RawGroup } from "./group.repository.js";
import type { Group } from "./group.js";

/** The managers of several groups by group, the oldest accounts first, without the data that the caller may not see. */
export async function findManagersOfGroups(
  reader: Reader,
  caller: Caller,
  groupIds: readonly string[],
): Promise<ReadonlyMap<string, readonly Member[]>> {
  const byGroup = new Map<string, Member[]>(groupIds.map((id) => [id, []]));
  if (groupIds.length === 0) return byGroup;
  const raws = await reader.rows<RawUser & { group_id: string; organization_id: string }>(
    `SELECT gm.group_id, g.organization_id, ${USER_COLUMNS} FROM group_manager gm
       JOIN user_group g ON g.id = gm.group_id
       JOIN app_user u ON u.id = gm.user_id
      WHERE gm.group_id IN (${placeholders(groupIds)}) ORDER BY u.id`,
    groupIds,
  );
  for (const raw of raws) byGroup.get(raw.group_id)?.push(showMember(caller, userFromRaw(raw), raw.organization_id));
  return byGroup;
}

/** The groups that several users manage in one organization, by user, in the order of their names. */
export async function findManagedGroups(
  reader: Reader,
  organizationIds: readonly string[],
  userIds: readonly string[],
): Promise<ReadonlyMap<string, readonly Group[]>> {
  const byUser = new Map<string, Group[]>(userIds.map((id) => [id, []]));
  if (userIds.length === 0) return byUser;
  const raws = await reader.rows<RawGroup & { user_id: string }>(
    `SELECT gm.user_id, ${GROUP_COLUMNS} FROM group_manager gm JOIN user_group g ON g.id = gm.group_id
      WHERE gm.user_id IN (${placeholders(userIds)})
        AND g.organization_id IN (${placeholders(organizationIds)})
      ORDER BY g.name_key, g.id`,
    [...userIds, ...organizationIds],
  );
  for (const raw of raws) byUser.get(raw.user_id)?.push(groupFromRaw(raw));
  return byUser;
}

/** The ids of a group's managers. */
export async function findManagerIds(reader: Reader, groupId: string): Promise<readonly string[]> {
  const rows = await reader.rows<{ user_id: string }>(
    "SELECT user_id FROM group_manager WHERE group_id = ? ORDER BY user_id",
    [groupId],
  );
  return rows.map((row) => row.user_id);
}

/** Makes users managers of a group. Users who are managers already stay unchanged. */
export async function insertManagers(unit: UnitOfWork, groupId: string, userIds: readonly string[]): Promise<void> {
  await insertRows(
    unit,
    "group_manager",
    ["group_id", "user_id", "created_at"],
    userIds.map((userId) => [groupId, userId, unit.now]),
  );
}

/** Removes managers of a group. */
export async function deleteManagers(unit: UnitOfWork, groupId: string, userIds: readonly string[]): Promise<void> {
  if (userIds.length === 0) return;
  await unit.execute(`DELETE FROM group_manager WHERE group_id = ? AND user_id IN (${placeholders(userIds)})`, [
    groupId,
    ...userIds,
  ]);
}

/** Removes a user as manager of all groups of an organization. */
export async function deleteManagedGroups(unit: UnitOfWork, organizationId: string, userId: string): Promise<void> {
  await unit.execute(
    `DELETE FROM group_manager WHERE user_id = ?
        AND group_id IN (SELECT g.id FROM user_group g WHERE g.organization_id = ?)`,
    [userId, organizationId],
  );
}
