/** Reads groups of any organization by their ids. */
import type { Reader } from "../../platform/database/database.js";
import { placeholders } from "../../platform/database/statements.js";
import { GROUP_COLUMNS, groupFromRaw, type RawGroup } from "./group.repository.js";
import type { Group } from "./group.js";

/** The largest number of groups in one statement. */
const GROUPS_AT_ONCE = 500;

/** Several groups by id. The caller of this function checks the permission. */
export async function findGroups(reader: Reader, ids: readonly string[]): Promise<ReadonlyMap<string, Group>> {
  const groups = new Map<string, Group>();
  for (let start = 0; start < ids.length; start += GROUPS_AT_ONCE) {
    const some = ids.slice(start, start + GROUPS_AT_ONCE);
    const raws = await reader.rows<RawGroup>(
      `SELECT ${GROUP_COLUMNS} FROM user_group g WHERE g.id IN (${placeholders(some)})`,
      some,
    );
    for (const raw of raws) groups.set(raw.id, groupFromRaw(raw));
  }
  return groups;
}
