/** Reading and writing roles, and who has them. */
import { v7 as uuidv7 } from "uuid";
import { isPermission } from "../../access/permission.js";
import type { UnitOfWork } from "../../access/unit-of-work.js";
import type { Reader } from "../../platform/database/database.js";
import { toBoolean } from "../../platform/database/values.js";
import { BUILT_IN_ROLES, type Role } from "./role.js";
import { RoleRow } from "./role.row.js";

interface Raw {
  id: string;
  organization_id: string;
  role_key: string;
  name: string;
  role_rank: number;
  permissions: string;
  built_in: unknown;
}

const COLUMNS = "r.id, r.organization_id, r.role_key, r.name, r.role_rank, r.permissions, r.built_in";

function fromRaw(raw: Raw): Role {
  return {
    id: raw.id,
    organizationId: raw.organization_id,
    key: raw.role_key,
    name: raw.name,
    rank: raw.role_rank,
    permissions: (JSON.parse(raw.permissions) as string[]).filter(isPermission),
    builtIn: toBoolean(raw.built_in),
  };
}

/** Gives a new organization its built-in roles. */
export async function insertBuiltInRoles(unit: UnitOfWork, organizationId: string): Promise<void> {
  await unit.manager.insert(
    RoleRow,
    BUILT_IN_ROLES.map((role) => ({
      ...role,
      id: uuidv7(),
      organizationId,
      permissions: JSON.stringify(role.permissions),
    })),
  );
}

/** All roles of an organization, the highest first. */
export async function findRolesOf(reader: Reader, organizationId: string): Promise<Role[]> {
  const raws = await reader.rows<Raw>(
    `SELECT ${COLUMNS} FROM role r WHERE r.organization_id = ? ORDER BY r.role_rank DESC, r.role_key`,
    [organizationId],
  );
  return raws.map(fromRaw);
}

/** All roles of several organizations, the highest first, by organization. */
export async function findRolesOfOrganizations(
  reader: Reader,
  organizationIds: readonly string[],
): Promise<Map<string, Role[]>> {
  const byOrganization = new Map<string, Role[]>(organizationIds.map((id) => [id, []]));
  if (organizationIds.length === 0) return byOrganization;
  const raws = await reader.rows<Raw>(
    `SELECT ${COLUMNS} FROM role r WHERE r.organization_id IN (${organizationIds.map(() => "?").join(", ")})
      ORDER BY r.role_rank DESC, r.role_key`,
    organizationIds,
  );
  for (const raw of raws) byOrganization.get(raw.organization_id)?.push(fromRaw(raw));
  return byOrganization;
}

/** The roles of several users in one organization, the highest first, by user. */
export async function findRolesOfUsers(
  reader: Reader,
  organizationId: string,
  userIds: readonly string[],
): Promise<Map<string, Role[]>> {
  const byUser = new Map<string, Role[]>(userIds.map((id) => [id, []]));
  if (userIds.length === 0) return byUser;
  const raws = await reader.rows<Raw & { user_id: string }>(
    `SELECT m.user_id, ${COLUMNS} FROM membership_role m JOIN role r ON r.id = m.role_id
      WHERE m.organization_id = ? AND m.user_id IN (${userIds.map(() => "?").join(", ")})
      ORDER BY r.role_rank DESC, r.role_key`,
    [organizationId, ...userIds],
  );
  for (const raw of raws) byUser.get(raw.user_id)?.push(fromRaw(raw));
  return byUser;
}

/** What gave a role to somebody. */
export type RoleSource = "DEFAULT" | "ADMIN" | "API";

/** Makes `roles` the roles of a user in an organization. Roles that stay keep what gave them. */
export async function replaceRoles(
  unit: UnitOfWork,
  member: { readonly organizationId: string; readonly userId: string },
  roles: readonly Role[],
  source: RoleSource,
): Promise<void> {
  const { organizationId, userId } = member;
  const present = await unit.rows<{ role_id: string }>(
    "SELECT role_id FROM membership_role WHERE organization_id = ? AND user_id = ?",
    [organizationId, userId],
  );
  for (const { role_id } of present)
    if (!roles.some((role) => role.id === role_id))
      await unit.execute("DELETE FROM membership_role WHERE organization_id = ? AND user_id = ? AND role_id = ?", [
        organizationId,
        userId,
        role_id,
      ]);
  for (const role of roles)
    if (!present.some(({ role_id }) => role_id === role.id))
      await unit.execute(
        `INSERT INTO membership_role (organization_id, user_id, role_id, source_kind, created_at)
         VALUES (?, ?, ?, ?, ?)`,
        [organizationId, userId, role.id, source, unit.now],
      );
}
