/** Reads and writes organizations. */
import type { OrganizationScope } from "../../access/caller.js";
import type { UnitOfWork } from "../../access/unit-of-work.js";
import type { Reader } from "../../platform/database/database.js";
import { placeholders } from "../../platform/database/statements.js";
import { toBoolean, toDate } from "../../platform/database/values.js";
import type { Organization } from "./organization.js";
import { OrganizationRow } from "./organization.row.js";
import { readOrganizationPolicies } from "./policies.js";

/** An organization as a query returns it. */
export interface RawOrganization {
  id: string;
  name: string;
  slug: string;
  time_zone: string;
  landing_url: string | null;
  support_contact: string | null;
  sso_allowed: unknown;
  sso_entitled: unknown;
  scim_entitled: unknown;
  owner_user_id: string | null;
  total_seats: number | null;
  policies: string;
  version: number;
  created_at: unknown;
  updated_at: unknown;
}

/** The columns of `RawOrganization`. */
export const ORGANIZATION_COLUMNS = `id, name, slug, time_zone, landing_url, support_contact, sso_allowed,
  sso_entitled, scim_entitled, owner_user_id, total_seats, policies, version, created_at, updated_at`;

export function organizationFromRaw(raw: RawOrganization): Organization {
  return {
    id: raw.id,
    name: raw.name,
    slug: raw.slug,
    timeZone: raw.time_zone,
    landingUrl: raw.landing_url,
    supportContact: raw.support_contact,
    ssoAllowed: toBoolean(raw.sso_allowed),
    ssoEntitled: toBoolean(raw.sso_entitled),
    scimEntitled: toBoolean(raw.scim_entitled),
    ownerUserId: raw.owner_user_id,
    totalSeats: raw.total_seats,
    policies: readOrganizationPolicies(JSON.parse(raw.policies)),
    version: raw.version,
    createdAt: toDate(raw.created_at),
    updatedAt: toDate(raw.updated_at),
  };
}

/** One organization by id; `null` if it does not exist or is outside the scope. */
export async function findOrganization(
  reader: Reader,
  scope: OrganizationScope,
  id: string,
): Promise<Organization | null> {
  if (scope !== null && scope !== id) return null;
  const raw = await reader.row<RawOrganization>(`SELECT ${ORGANIZATION_COLUMNS} FROM organization WHERE id = ?`, [id]);
  return raw ? organizationFromRaw(raw) : null;
}

/** One organization by its short name. */
export async function findOrganizationBySlug(reader: Reader, slug: string): Promise<Organization | null> {
  const raw = await reader.row<RawOrganization>(`SELECT ${ORGANIZATION_COLUMNS} FROM organization WHERE slug = ?`, [
    slug,
  ]);
  return raw ? organizationFromRaw(raw) : null;
}

/** Several organizations by id, unordered. */
export async function findOrganizations(reader: Reader, ids: readonly string[]): Promise<Organization[]> {
  if (ids.length === 0) return [];
  const raws = await reader.rows<RawOrganization>(
    `SELECT ${ORGANIZATION_COLUMNS} FROM organization WHERE id IN (${placeholders(ids)})`,
    ids,
  );
  return raws.map(organizationFromRaw);
}

/**
 * Locks the organization's row for the rest of the unit of work. Called before any other read, so that units of work of one
 * organization are serial and do not deadlock. On SQLite, the unit of work itself is the lock.
 *
 * On MySQL and MariaDB, an UPDATE takes the lock, not a SELECT … FOR UPDATE. The nodes of a Galera cluster do not share locks.
 * They refuse the later of two transactions only if both wrote the same row.
 */
export async function lockOrganization(unit: UnitOfWork, id: string): Promise<Organization | null> {
  if (unit.dialect === "mysql")
    await unit.execute("UPDATE organization SET lock_count = (lock_count + 1) % 1000000 WHERE id = ?", [id]);
  const raw = await unit.row<RawOrganization>(`SELECT ${ORGANIZATION_COLUMNS} FROM organization WHERE id = ?`, [id]);
  return raw ? organizationFromRaw(raw) : null;
}

/** The row without the columns that other functions write. */
function toRow(
  organization: Organization,
): Omit<OrganizationRow, "seatsInUse" | "lockCount" | "breakGlassMissingSince"> {
  return { ...organization, policies: JSON.stringify(organization.policies) };
}

export async function insertOrganization(unit: UnitOfWork, organization: Organization): Promise<void> {
  await unit.manager.insert(OrganizationRow, toRow(organization));
}

export async function updateOrganizationRow(unit: UnitOfWork, organization: Organization): Promise<void> {
  await unit.manager.update(OrganizationRow, { id: organization.id }, toRow(organization));
}
