/** Counts the resources of directories when they are shown. The counts are not stored, so they are always right. */
import type { Reader } from "../../../platform/database/database.js";
import { placeholders } from "../../../platform/database/statements.js";

/** How many users and groups a directory provides. */
export interface ResourceCounts {
  /** Users whose account is active. */
  readonly activeUsers: number;
  readonly inactiveUsers: number;
  readonly groups: number;
}

/** The counts of several directories, in one statement. */
export async function countResources(
  reader: Reader,
  directoryIds: readonly string[],
): Promise<ReadonlyMap<string, ResourceCounts>> {
  const rows = await reader.rows<Record<"active" | "users" | "resources", number | string> & { directory_id: string }>(
    `SELECT r.directory_id AS directory_id, COUNT(*) AS resources, COUNT(r.user_id) AS users,
            SUM(CASE WHEN u.status = 'ACTIVE' THEN 1 ELSE 0 END) AS active
       FROM directory_resource r LEFT JOIN app_user u ON u.id = r.user_id
      WHERE r.directory_id IN (${placeholders(directoryIds)}) GROUP BY r.directory_id`,
    directoryIds,
  );
  return new Map(
    rows.map(({ directory_id, active, users, resources }) => [
      directory_id,
      {
        activeUsers: Number(active),
        inactiveUsers: Number(users) - Number(active),
        groups: Number(resources) - Number(users),
      },
    ]),
  );
}
