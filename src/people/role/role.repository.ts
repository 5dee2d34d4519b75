/** Reads and writes roles, and the roles of users. */
import { v7 as uuidv7 } from "uuid";
import type { OrganizationScope } from "../../access/caller.js";
import { isPermission } from "../../access/permission.js";
import type { UnitOfWork } from "../../access/unit-of-work.js";
import type { Reader } from "../../platform/database/database.js";
import { placeholders } from "../../platform/database/statements.js";
import { toBoolean, toDate } from "../../platform/database/values.js";
import { BUILT_IN_ROLES, type Role, type RoleGrant, type RoleSource } from "./role.js";
import { RoleRow } from "./role.row.js";

export type { RoleGrant, RoleSource } from "./role.js";

/** A role as a query returns it. */
export interface RawRole {
  id: string;
  organization_id: string;
  role_key: string;
  name: string;
  role_rank: number;
  permissions: string;
  built_in: unknown;
}

/** The columns of a role as `roleFromRaw` reads them, over the alias `r`. */
export const ROLE_COLUMNS = "r.id, r.organization_id, r.role_key, r.name, r.role_rank, r.permissions, r.built_in";

export function roleFromRaw(raw: RawRole): Role {
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
  const raws = await reader.rows<RawRole>(
    `SELECT ${ROLE_COLUMNS} FROM role r WHERE r.organization_id = ? ORDER BY r.role_rank DESC, r.role_key`,
    [organizationId],
  );
  return raws.map(roleFromRaw);
}

/** All roles of several organizations, the highest first, by organization. */
export async function findRolesOfOrganizations(
  reader: Reader,
  organizationIds: readonly string[],
): Promise<Map<string, Role[]>> {
  const byOrganization = new Map<string, Role[]>(organizationIds.map((id) => [id, []]));
  if (organizationIds.length === 0) return byOrganization;
  const raws = await reader.rows<RawRole>(
    `SELECT ${ROLE_COLUMNS} FROM role r WHERE r.organization_id IN (${placeholders(organizationIds)})
      ORDER BY r.role_rank DESC, r.role_key`,
    organizationIds,
  );
  for (const raw of raws) byOrganization.get(raw.organization_id)?.push(roleFromRaw(raw));
  return byOrganization;
}

/** The roles of several users in one or several organizations, the highest first, by user. */
export async function findRolesOfUsers(
  reader: Reader,
  organizationIds: string | readonly string[],
  userIds: readonly string[],
): Promise<Map<string, Role[]>> {
  const byUser = new Map<string, Role[]>(userIds.map((id) => [id, []]));
  if (userIds.length === 0) return byUser;
  const organizations = [organizationIds].flat();
  const raws = await reader.rows<RawRole & { user_id: string }>(
    `SELECT m.user_id, ${ROLE_COLUMNS} FROM membership_role m JOIN role r ON r.id = m.role_id
      WHERE m.organization_id IN (${placeholders(organizations)}) AND m.user_id IN (${placeholders(userIds)})
      ORDER BY r.role_rank DESC, r.role_key`,
    [...organizations, ...userIds],
  );
  // Users share few roles, so each is parsed once.
  const known = new Map<string, Role>();
  for (const raw of raws) {
    const role = known.get(raw.id) ?? roleFromRaw(raw);
    known.set(raw.id, role);
    byUser.get(raw.user_id)?.push(role);
  }
  return byUser;
}

/** The sources of several users' roles in one or several organizations, the highest role first, by user. */
export async function findRoleGrantsOfUsers(
  reader: Reader,
  organizationIds: string | readonly string[],
  userIds: readonly string[],
): Promise<Map<string, RoleGrant[]>> {
  const byUser = new Map<string, RoleGrant[]>(userIds.map((id) => [id, []]));
  if (userIds.length === 0) return byUser;
  const organizations = [organizationIds].flat();
  const raws = await reader.rows<
    RawRole & {
      user_id: string;
      source_kind: string;
      source_id: string | null;
      connection_id: string | null;
      given_at: unknown;
    }
  >(
    `SELECT m.user_id, m.source_kind, m.source_id, m.connection_id, m.created_at AS given_at, ${ROLE_COLUMNS}
       FROM membership_role m JOIN role r ON r.id = m.role_id
      WHERE m.organization_id IN (${placeholders(organizations)}) AND m.user_id IN (${placeholders(userIds)})
      ORDER BY r.role_rank DESC, r.role_key`,
    [...organizations, ...userIds],
  );
  for (const raw of raws)
    byUser.get(raw.user_id)?.push({
      role: roleFromRaw(raw),
      source: raw.source_kind as RoleGrant["source"],
      sourceId: raw.source_id,
      connectionId: raw.connection_id,
      createdAt: toDate(raw.given_at),
    });
  return byUser;
}

/**
 * Replaces the roles of a user in an organization. A role that stays keeps its source, unless the old or the new source
 * is a mapping and the two differ.
 *
 * @param source the source of all roles, or a function that returns the source of each
 */
export async function replaceRoles(
  unit: UnitOfWork,
  member: { readonly organizationId: string; readonly userId: string },
  roles: readonly Role[],
  source: RoleSource | ((role: Role) => RoleSource),
): Promise<void> {
  const { organizationId, userId } = member;
  const present = await unit.rows<SourceColumns & { role_id: string }>(
    "SELECT role_id, source_kind, source_id, connection_id FROM membership_role WHERE organization_id = ? AND user_id = ?",
    [organizationId, userId],
  );
  const take = (roleId: string) =>
    unit.execute("DELETE FROM membership_role WHERE organization_id = ? AND user_id = ? AND role_id = ?", [
      organizationId,
      userId,
      roleId,
    ]);
  for (const { role_id } of present) if (!roles.some((role) => role.id === role_id)) await take(role_id);
  for (const role of roles) {
    const columns = toColumns(typeof source === "function" ? source(role) : source);
    const before = present.find(({ role_id }) => role_id === role.id);
    if (before !== undefined && keepsSource(before, columns)) continue;
    if (before !== undefined) await take(role.id);
    await unit.execute(
      `INSERT INTO membership_role (organization_id, user_id, role_id, source_kind, source_id, connection_id, created_at)
       VALUES (?, ?, ?, ?, ?, ?, ?)`,
      [organizationId, userId, role.id, columns.source_kind, columns.source_id, columns.connection_id, unit.now],
    );
  }
}

interface SourceColumns {
  source_kind: string;
  source_id: string | null;
  connection_id: string | null;
}

function toColumns(source: RoleSource): SourceColumns {
  return typeof source === "string"
    ? { source_kind: source, source_id: null, connection_id: null }
    : { source_kind: source.kind, source_id: source.mappingId, connection_id: source.connectionId };
}

/** If several sources other than mappings give a role, the first one stays its source. */
function keepsSource(before: SourceColumns, after: SourceColumns): boolean {
  if (before.source_kind !== "MAPPING" && after.source_kind !== "MAPPING") return true;
  return before.source_kind === after.source_kind && before.source_id === after.source_id;
}

/** One role by id; `null` if it does not exist or is outside the scope. */
export async function findRole(reader: Reader, scope: OrganizationScope, id: string): Promise<Role | null> {
  const raw =
    scope === null
      ? await reader.row<RawRole>(`SELECT ${ROLE_COLUMNS} FROM role r WHERE r.id = ?`, [id])
      : await reader.row<RawRole>(`SELECT ${ROLE_COLUMNS} FROM role r WHERE r.id = ? AND r.organization_id = ?`, [
          id,
          scope,
        ]);
  return raw ? roleFromRaw(raw) : null;
}

/** Stores a new role. A taken key causes a duplicate-key error. */
export async function insertRole(unit: UnitOfWork, role: Role): Promise<void> {
  await unit.manager.insert(RoleRow, { ...role, permissions: JSON.stringify(role.permissions) });
}

/** Stores a changed role. */
export async function updateRoleRow(unit: UnitOfWork, { id, name, rank, permissions }: Role): Promise<void> {
  await unit.manager.update(RoleRow, { id }, { name, rank, permissions: JSON.stringify(permissions) });
}

/** Deletes a role without users. */
export async function deleteRoleRow(unit: UnitOfWork, id: string): Promise<void> {
  await unit.execute("DELETE FROM role WHERE id = ?", [id]);
}

/** How many users have a role. */
export async function countHolders(reader: Reader, roleId: string): Promise<number> {
  const row = await reader.row<{ holders: number | string }>(
    "SELECT COUNT(*) AS holders FROM membership_role WHERE role_id = ?",
    [roleId],
  );
  return Number(row?.holders ?? 0);
}
