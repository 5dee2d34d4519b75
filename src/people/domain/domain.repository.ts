/** Reading the e-mail domains that organizations have proved. */
import type { Reader } from "../../platform/database/database.js";

/** The domain of an address, as it is stored: lower case. */
export function domainOf(email: string): string {
  return email.slice(email.lastIndexOf("@") + 1).toLowerCase();
}

/** Whether an organization has proved the domain of an address. */
export async function isDomainProved(reader: Reader, organizationId: string, email: string): Promise<boolean> {
  return (await findOrganizationByDomain(reader, domainOf(email))) === organizationId;
}

/** The organization that has proved a domain, or `null`. */
export async function findOrganizationByDomain(reader: Reader, domain: string): Promise<string | null> {
  const row = await reader.row<{ organization_id: string }>(
    "SELECT organization_id FROM organization_domain WHERE verified_domain = ?",
    [domain],
  );
  return row?.organization_id ?? null;
}
