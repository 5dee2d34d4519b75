/**
 * Refuses changes of people and groups that a provisioning directory manages alone (`lockManaged`). The operator is never
 * refused. Neither are sign-ins and directories, which act as the system.
 */
import type { UnitOfWork } from "../../access/unit-of-work.js";
import { placeholders } from "../../platform/database/statements.js";
import { Failure } from "../../platform/errors/failure.js";
import { MANAGED_BY_DIRECTORY } from "../failures.js";

/** The directory that manages a user or a group alone. */
interface LockingDirectory {
  readonly directoryId: string;
  readonly name: string;
}

/**
 * The users whom a directory of the organization manages alone, each with the directory. Empty for a caller who may change
 * such users.
 */
export async function findManagedUsers(
  unit: UnitOfWork,
  organizationId: string,
  userIds: readonly string[],
): Promise<ReadonlyMap<string, LockingDirectory>> {
  return await findManaged(unit, "user_id", organizationId, userIds);
}

/**
 * Keeps the roles and memberships that rules of a directory gave, and forgets the directory, so that later sign-ins
 * decide about them. Call this function when the directory ends, or no longer provides the user.
 *
 * @param userId `null` for every user
 */
export async function forgetDirectory(unit: UnitOfWork, directoryId: string, userId: string | null): Promise<void> {
  for (const table of ["membership_role", "group_member"])
    await unit.execute(
      `UPDATE ${table} SET directory_id = NULL WHERE directory_id = ?${userId === null ? "" : " AND user_id = ?"}`,
      userId === null ? [directoryId] : [directoryId, userId],
    );
}

/** @throws MANAGED_BY_DIRECTORY */
export async function requireUserUnmanaged(unit: UnitOfWork, organizationId: string, userId: string): Promise<void> {
  refuse("user", (await findManaged(unit, "user_id", organizationId, [userId])).get(userId));
}

/** @throws MANAGED_BY_DIRECTORY */
export async function requireGroupUnmanaged(unit: UnitOfWork, organizationId: string, groupId: string): Promise<void> {
  refuse("group", (await findManaged(unit, "group_id", organizationId, [groupId])).get(groupId));
}

function refuse(type: "user" | "group", directory: LockingDirectory | undefined): void {
  if (directory !== undefined) throw new Failure(MANAGED_BY_DIRECTORY, { type, ...directory });
}

async function findManaged(
  unit: UnitOfWork,
  column: "user_id" | "group_id",
  organizationId: string,
  ids: readonly string[],
): Promise<ReadonlyMap<string, LockingDirectory>> {
  const { kind } = unit.caller;
  if (kind === "OPERATOR" || kind === "SYSTEM" || ids.length === 0) return new Map();
  const rows = await unit.rows<{ id: string; directoryId: string; name: string }>(
    `SELECT r.${column} AS id, d.id AS directoryId, d.name FROM directory_resource r
       JOIN provisioning_directory d ON d.id = r.directory_id
      WHERE r.${column} IN (${placeholders(ids)}) AND d.organization_id = ? AND d.lock_managed = ?`,
    [...ids, organizationId, true],
  );
  return new Map(rows.map(({ id, directoryId, name }) => [id, { directoryId, name }]));
}
