/**
 * Reads which users of a directory are in which of its groups. A membership is a row of `group_member` whose source is the
 * directory, so a change of one member reads and writes one row, whatever the size of the group.
 */
import type { Reader } from "../../../platform/database/database.js";
import { placeholders } from "../../../platform/database/statements.js";

/** One membership, by the ids of both resources. */
export interface DirectoryMembership {
  readonly groupId: string;
  readonly userId: string;
}

/**
 * The members that the directory gave several groups, in a stable order.
 *
 * @param most how many an answer may have; one more is read, so that the caller sees that there are more
 */
export async function findMembersOf(
  reader: Reader,
  directoryId: string,
  groupResourceIds: readonly string[],
  most: number | null = null,
): Promise<readonly DirectoryMembership[]> {
  if (groupResourceIds.length === 0) return [];
  return await reader.rows<{ groupId: string; userId: string }>(
    `SELECT g.id AS groupId, u.id AS userId
       FROM directory_resource g
       JOIN group_member m ON m.group_id = g.group_id AND m.source_kind = 'SCIM' AND m.source_id = g.directory_id
       JOIN directory_resource u ON u.user_id = m.user_id AND u.directory_id = g.directory_id
      WHERE g.directory_id = ? AND g.id IN (${placeholders(groupResourceIds)}) ORDER BY g.id, u.id${most === null ? "" : ` LIMIT ${most + 1}`}`,
    [directoryId, ...groupResourceIds],
  );
}

/** A group of a directory, as its members show it. */
export interface NamedGroup {
  readonly id: string;
  readonly name: string;
}

/** The groups that the directory gave several users, by the id of the user's resource. */
export async function findDirectoryGroupsOf(
  reader: Reader,
  directoryId: string,
  userResourceIds: readonly string[],
): Promise<ReadonlyMap<string, readonly NamedGroup[]>> {
  const byUser = new Map<string, NamedGroup[]>();
  if (userResourceIds.length === 0) return byUser;
  const rows = await reader.rows<{ user_id: string; id: string; name: string }>(
    `SELECT u.id AS user_id, r.id AS id, g.name AS name
       FROM directory_resource u
       JOIN group_member m ON m.user_id = u.user_id AND m.source_kind = 'SCIM' AND m.source_id = u.directory_id
       JOIN directory_resource r ON r.group_id = m.group_id AND r.directory_id = u.directory_id
       JOIN user_group g ON g.id = m.group_id
      WHERE u.directory_id = ? AND u.id IN (${placeholders(userResourceIds)}) ORDER BY r.id`,
    [directoryId, ...userResourceIds],
  );
  for (const { user_id, id, name } of rows) {
    const groups = byUser.get(user_id);
    if (groups === undefined) byUser.set(user_id, [{ id, name }]);
    else groups.push({ id, name });
  }
  return byUser;
}
