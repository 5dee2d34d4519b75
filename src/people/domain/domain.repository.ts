/** Reads and writes the e-mail domains of organizations. */
import type { OrganizationScope } from "../../access/caller.js";
import type { UnitOfWork } from "../../access/unit-of-work.js";
import type { Reader } from "../../platform/database/database.js";
import { placeholders } from "../../platform/database/statements.js";
import { toDate, toDateOrNull } from "../../platform/database/values.js";
import { domainOf, type Domain } from "./domain.js";
import { DomainRow } from "./domain.row.js";

interface Raw {
  id: string;
  organization_id: string;
  domain: string;
  token: string;
  verified_at: unknown;
  created_at: unknown;
}

const COLUMNS = "id, organization_id, domain, token, verified_at, created_at";

function fromRaw(raw: Raw): Domain {
  return {
    id: raw.id,
    organizationId: raw.organization_id,
    domain: raw.domain,
    token: raw.token,
    verifiedAt: toDateOrNull(raw.verified_at),
    createdAt: toDate(raw.created_at),
  };
}

/** Whether an organization has proved the domain of an address. */
export async function isDomainProved(reader: Reader, organizationId: string, email: string): Promise<boolean> {
  return (await findOrganizationByDomain(reader, domainOf(email))) === organizationId;
}

/** The organization that has proved a domain, or `null`. */
export async function findOrganizationByDomain(reader: Reader, domain: string): Promise<string | null> {
  if (domain === "") return null;
  const row = await reader.row<{ organization_id: string }>(
    "SELECT organization_id FROM organization_domain WHERE verified_domain = ?",
    [domain],
  );
  return row?.organization_id ?? null;
}

/** One domain by id; `null` if it does not exist or is outside the scope. */
export async function findDomain(reader: Reader, scope: OrganizationScope, id: string): Promise<Domain | null> {
  const raw =
    scope === null
      ? await reader.row<Raw>(`SELECT ${COLUMNS} FROM organization_domain WHERE id = ?`, [id])
      : await reader.row<Raw>(`SELECT ${COLUMNS} FROM organization_domain WHERE id = ? AND organization_id = ?`, [
          id,
          scope,
        ]);
  return raw ? fromRaw(raw) : null;
}

/** The domains of several organizations, proved or not, in the order of their names, by organization. */
export async function findDomainsOfOrganizations(
  reader: Reader,
  organizationIds: readonly string[],
): Promise<Map<string, Domain[]>> {
  const byOrganization = new Map<string, Domain[]>(organizationIds.map((id) => [id, []]));
  if (organizationIds.length === 0) return byOrganization;
  const raws = await reader.rows<Raw>(
    `SELECT ${COLUMNS} FROM organization_domain
      WHERE organization_id IN (${placeholders(organizationIds)}) ORDER BY domain`,
    organizationIds,
  );
  for (const raw of raws) byOrganization.get(raw.organization_id)?.push(fromRaw(raw));
  return byOrganization;
}

/** Stores a new domain, not proved yet. */
export async function insertDomain(unit: UnitOfWork, domain: Domain): Promise<void> {
  await unit.manager.insert(DomainRow, { ...domain, verifiedDomain: null });
}

/** Marks a domain as proved. Throws a duplicate-key error if another organization has proved it. */
export async function markProved(unit: UnitOfWork, { id, domain }: Domain): Promise<void> {
  await unit.execute("UPDATE organization_domain SET verified_domain = ?, verified_at = ? WHERE id = ?", [
    domain,
    unit.now,
    id,
  ]);
}

export async function deleteDomainRow(unit: UnitOfWork, id: string): Promise<void> {
  await unit.execute("DELETE FROM organization_domain WHERE id = ?", [id]);
}
