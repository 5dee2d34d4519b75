/** Reads and writes roles, and the roles of users. */
import { v7 as uuidv7 } from "uuid";
import type { OrganizationScope } from "../../access/caller.js";
import { isPermission } from "../../access/permission.js";
import type { UnitOfWork } from "../../access/unit-of-work.js";
import type { Reader, SqlValue } from "../../platform/database/database.js";
import { insertRows, placeholders } from "../../platform/database/statements.js";
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
  // Users share few roles, so each role is parsed once.
  const known = new Map<string, Role>();
  for (const raw of raws) {
    const role = known.get(raw.id) ?? roleFromRaw(raw);
    known.set(raw.id, role);
    byUser.get(raw.user_id)?.push(role);
  }
  return byUser;
}

/** The roles of several users in one or several organizations, each with its source, the highest first, by user. */
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
      directory_id: string | null;
      given_at: unknown;
    }
  >(
    `SELECT m.user_id, m.source_kind, m.source_id, m.connection_id, m.directory_id, m.created_at AS given_at, ${ROLE_COLUMNS}
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
      directoryId: raw.directory_id,
      createdAt: toDate(raw.given_at),
    });
  return byUser;
}

/** The new roles of a user, which replace all present ones. */
export interface NewRoles {
  readonly userId: string;
  readonly roles: readonly Role[];
  /** The source of all roles, or a function that returns the source of each. */
  readonly source: RoleSource | ((role: Role) => RoleSource);
}

/**
 * Replaces the roles of a user in an organization. A role that stays keeps its source, unless the old or the new source
 * is a mapping or a directory and the two differ.
 *
 * @param source the source of all roles, or a function that returns the source of each
 */
export async function replaceRoles(
  unit: UnitOfWork,
  { organizationId, userId }: { readonly organizationId: string; readonly userId: string },
  roles: readonly Role[],
  source: NewRoles["source"],
): Promise<void> {
  await replaceRolesOfMany(unit, organizationId, [{ userId, roles, source }]);
}

/** Replaces the roles of at most 500 users. The number of statements does not depend on the number of users. */
export async function replaceRolesOfMany(
  unit: UnitOfWork,
  organizationId: string,
  changes: readonly NewRoles[],
): Promise<void> {
  if (changes.length === 0) return;
  const present = await unit.rows<SourceColumns & { user_id: string; role_id: string; created_at: unknown }>(
    `SELECT user_id, role_id, source_kind, source_id, connection_id, directory_id, created_at FROM membership_role
      WHERE organization_id = ? AND user_id IN (${placeholders(changes)})`,
    [organizationId, ...changes.map(({ userId }) => userId)],
  );
  const byUser = new Map<string, typeof present>();
  for (const row of present) byUser.set(row.user_id, [...(byUser.get(row.user_id) ?? []), row]);
  const changed = changes.flatMap(({ userId, roles, source }) => {
    const had = byUser.get(userId) ?? [];
    let isSame = had.length === roles.length;
    const rows = roles.map((role): readonly SqlValue[] => {
      const before = had.find(({ role_id }) => role_id === role.id);
      const columns = toColumns(typeof source === "function" ? source(role) : source, before);
      const keeps = before !== undefined && keepsSource(before, columns);
      isSame &&= keeps;
      const givenAt = keeps ? toDate(before.created_at) : unit.now;
      return [organizationId, userId, role.id, ...valuesOf(keeps ? before : columns), givenAt];
    });
    return isSame ? [] : [{ userId, rows }];
  });
  if (changed.length === 0) return;
  await unit.execute(
    `DELETE FROM membership_role WHERE organization_id = ? AND user_id IN (${placeholders(changed)})`,
    [organizationId, ...changed.map(({ userId }) => userId)],
  );
  await insertRows(
    unit,
    "membership_role",
    [
      "organization_id",
      "user_id",
      "role_id",
      "source_kind",
      "source_id",
      "connection_id",
      "directory_id",
      "created_at",
    ],
    changed.flatMap(({ rows }) => rows),
  );
}

interface SourceColumns {
  source_kind: string;
  source_id: string | null;
  connection_id: string | null;
  directory_id: string | null;
}

function toColumns(source: RoleSource, present: SourceColumns | undefined): SourceColumns {
  const none = { source_id: null, connection_id: null, directory_id: null };
  if (source === "PRESENT") return present ?? { ...none, source_kind: "DEFAULT" };
  if (typeof source === "string") return { ...none, source_kind: source };
  return {
    source_kind: source.kind,
    source_id: source.kind === "MAPPING" ? source.mappingId : null,
    connection_id: "connectionId" in source ? source.connectionId : null,
    directory_id: "directoryId" in source ? source.directoryId : null,
  };
}

function valuesOf({ source_kind, source_id, connection_id, directory_id }: SourceColumns) {
  return [source_kind, source_id, connection_id, directory_id] as const;
}

/** Whether a role that stays keeps its source: if neither source is a mapping or a directory, or if both are the same. */
function keepsSource(before: SourceColumns, after: SourceColumns): boolean {
  const isGiven = ({ source_kind }: SourceColumns) => source_kind === "MAPPING" || source_kind === "SCIM";
  if (!isGiven(before) && !isGiven(after)) return true;
  return valuesOf(before).every((value, place) => value === valuesOf(after)[place]);
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
