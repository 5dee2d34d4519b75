/** Reads and writes groups. */
import type { OrganizationScope } from "../../access/caller.js";
import type { UnitOfWork } from "../../access/unit-of-work.js";
import { sha256Hex } from "../../platform/crypto/tokens.js";
import type { Reader } from "../../platform/database/database.js";
import { placeholders } from "../../platform/database/statements.js";
import { toDate } from "../../platform/database/values.js";
import { foldCase, foldForSearch } from "../../platform/text.js";
import { rewriteKeysOf } from "../installation/rewrite-search-keys.js";
import type { Group } from "./group.js";
import { GroupRow } from "./group.row.js";

/** A group as a query returns it. */
export interface RawGroup {
  id: string;
  organization_id: string;
  name: string;
  description: string | null;
  version: number;
  created_at: unknown;
  updated_at: unknown;
}

/** The columns of `RawGroup`, of the table alias `g`. */
export const GROUP_COLUMNS = "g.id, g.organization_id, g.name, g.description, g.version, g.created_at, g.updated_at";

export function groupFromRaw(raw: RawGroup): Group {
  return {
    id: raw.id,
    organizationId: raw.organization_id,
    name: raw.name,
    description: raw.description,
    version: raw.version,
    createdAt: toDate(raw.created_at),
    updatedAt: toDate(raw.updated_at),
  };
}

/** One group by id; `null` if it does not exist or is outside the scope. */
export async function findGroup(reader: Reader, scope: OrganizationScope, id: string): Promise<Group | null> {
  const raw =
    scope === null
      ? await reader.row<RawGroup>(`SELECT ${GROUP_COLUMNS} FROM user_group g WHERE g.id = ?`, [id])
      : await reader.row<RawGroup>(
          `SELECT ${GROUP_COLUMNS} FROM user_group g WHERE g.id = ? AND g.organization_id = ?`,
          [id, scope],
        );
  return raw ? groupFromRaw(raw) : null;
}

/**
 * The groups of several users in one or several organizations, in the order of their names, by user. Reads each group once
 * and the members from an index: a join would repeat and sort the columns of a group for each member.
 */
export async function findGroupsOfUsers(
  reader: Reader,
  organizationIds: string | readonly string[],
  userIds: readonly string[],
): Promise<Map<string, Group[]>> {
  const byUser = new Map<string, Group[]>(userIds.map((id) => [id, []]));
  if (userIds.length === 0) return byUser;
  const organizations = [organizationIds].flat();
  const places = placeholders(userIds);
  const memberships = await reader.rows<{ group_id: string; user_id: string }>(
    `SELECT DISTINCT m.group_id, m.user_id FROM group_member m WHERE m.user_id IN (${places})`,
    userIds,
  );
  const usersOf = new Map<string, string[]>(memberships.map(({ group_id }) => [group_id, []]));
  for (const { group_id, user_id } of memberships) usersOf.get(group_id)?.push(user_id);
  const raws = await reader.rows<RawGroup>(
    `SELECT ${GROUP_COLUMNS} FROM user_group g
      WHERE g.organization_id IN (${placeholders(organizations)})
        AND g.id IN (SELECT m.group_id FROM group_member m WHERE m.user_id IN (${places}))
      ORDER BY g.name_key, g.id`,
    [...organizations, ...userIds],
  );
  for (const raw of raws) {
    const group = groupFromRaw(raw);
    for (const userId of usersOf.get(raw.id) ?? []) byUser.get(userId)?.push(group);
  }
  return byUser;
}

/** The width of the sort column. Folding to one case can make a text longer. */
const LONGEST_NAME_KEY = 200;

function toRow(group: Group): GroupRow {
  return { ...group, nameHash: sha256Hex(foldCase(group.name)), nameKey: nameKeyOf(group.name) };
}

function nameKeyOf(name: string): string {
  return foldForSearch(name).slice(0, LONGEST_NAME_KEY);
}

/** Stores a new group. A taken name causes a duplicate-key error. */
export async function insertGroup(unit: UnitOfWork, group: Group): Promise<void> {
  await unit.manager.insert(GroupRow, toRow(group));
}

/** Stores a changed group. A taken name causes a duplicate-key error. */
export async function updateGroupRow(unit: UnitOfWork, group: Group): Promise<void> {
  await unit.manager.update(GroupRow, { id: group.id }, toRow(group));
}

/** Deletes a group. Foreign keys delete its memberships. */
export async function deleteGroupRow(unit: UnitOfWork, id: string): Promise<void> {
  await unit.execute("DELETE FROM user_group WHERE id = ?", [id]);
}

/** Rewrites the keys that groups are sorted and searched by. */
export const rewriteNameKeys = rewriteKeysOf({ table: "user_group", text: "name", key: "name_key" }, nameKeyOf);
