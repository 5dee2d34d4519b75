/** Reads what directories say of people: their documents and their groups. */
import type { Reader } from "../../../platform/database/database.js";
import { placeholders } from "../../../platform/database/statements.js";
import { toJson } from "../../../platform/database/values.js";
import type { ResourceDocument } from "../resource/resource.js";
import { claimsOf, groupValuesOf, type Said } from "./claims.js";

/** A group of a directory, with the values by which rules know the group. */
export interface SaidGroup {
  /** The id of the group's resource. */
  readonly id: string;
  readonly values: readonly string[];
}

/** Whether a directory has any group. If not, its provider sends no groups, and the groups of its users are unknown. */
export async function hasGroups(reader: Reader, directoryId: string): Promise<boolean> {
  const row = await reader.row("SELECT id FROM directory_resource WHERE directory_id = ? AND kind = 'GROUP' LIMIT 1", [
    directoryId,
  ]);
  return row !== undefined;
}

/** The groups of a directory that several users are in, by user. Reads each group once. */
export async function findSaidGroups(
  reader: Reader,
  directoryId: string,
  userIds: readonly string[],
): Promise<ReadonlyMap<string, readonly SaidGroup[]>> {
  const byUser = new Map<string, SaidGroup[]>();
  if (userIds.length === 0) return byUser;
  const memberships = await reader.rows<{ user_id: string; id: string }>(
    `SELECT m.user_id, r.id FROM group_member m
       JOIN directory_resource r ON r.group_id = m.group_id AND r.directory_id = m.source_id
      WHERE m.user_id IN (${placeholders(userIds)}) AND m.source_kind = 'SCIM' AND m.source_id = ?`,
    [...userIds, directoryId],
  );
  const documents = await findDocuments(reader, "id", [...new Set(memberships.map(({ id }) => id))]);
  for (const { user_id, id } of memberships) {
    const group = { id, values: groupValuesOf(documents.get(id) ?? {}) };
    const groups = byUser.get(user_id);
    if (groups === undefined) byUser.set(user_id, [group]);
    else groups.push(group);
  }
  return byUser;
}

const DOCUMENTS_AT_ONCE = 500;

/** Documents by the id of the resource, or of its account. */
export async function findDocuments(
  reader: Reader,
  column: "id" | "user_id",
  ids: readonly string[],
): Promise<ReadonlyMap<string, ResourceDocument>> {
  const documents = new Map<string, ResourceDocument>();
  for (let start = 0; start < ids.length; start += DOCUMENTS_AT_ONCE) {
    const some = ids.slice(start, start + DOCUMENTS_AT_ONCE);
    const raws = await reader.rows<{ key_id: string; document: string }>(
      `SELECT ${column} AS key_id, document FROM directory_resource WHERE ${column} IN (${placeholders(some)})`,
      some,
    );
    for (const raw of raws) documents.set(raw.key_id, toJson<ResourceDocument>(raw.document));
  }
  return documents;
}

/** What the directories that are linked to a connection say of these accounts, by account. */
export async function findSaid(
  reader: Reader,
  connectionId: string,
  userIds: readonly string[],
): Promise<ReadonlyMap<string, Said>> {
  const said = new Map<string, Said>();
  if (userIds.length === 0) return said;
  const rows = await reader.rows<{ user_id: string; directory_id: string; document: string }>(
    `SELECT r.user_id, r.directory_id, r.document FROM directory_resource r
       JOIN provisioning_directory d ON d.id = r.directory_id
      WHERE r.user_id IN (${placeholders(userIds)}) AND d.connection_id = ?`,
    [...userIds, connectionId],
  );
  for (const { user_id, directory_id, document } of rows) {
    const groups = (await findSaidGroups(reader, directory_id, [user_id])).get(user_id) ?? [];
    said.set(user_id, {
      claims: claimsOf(toJson<ResourceDocument>(document)),
      groups: groups.flatMap(({ values }) => values),
    });
  }
  return said;
}
