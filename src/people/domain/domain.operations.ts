/** Adds, verifies and removes the e-mail domains of an organization for a caller. */
import { v7 as uuidv7 } from "uuid";
import { causeOf, holds, requirePermission, scopeFor, type Caller } from "../../access/caller.js";
import type { Store } from "../../access/store.js";
import type { UnitOfWork } from "../../access/unit-of-work.js";
import { recordAudit } from "../../audit/record-audit.js";
import { isDuplicateKey } from "../../platform/database/driver-errors.js";
import { Failure, NOT_FOUND } from "../../platform/errors/failure.js";
import { InputCheck } from "../../platform/errors/input.js";
import { DOMAIN_NOT_PROVED, DOMAIN_TAKEN } from "../failures.js";
import { lockOrganization } from "../organization/organization.repository.js";
import {
  canonicalDomain,
  findDomainMistake,
  issueDomainToken,
  MOST_DOMAINS,
  txtRecordOf,
  type Domain,
} from "./domain.js";
import {
  deleteDomainRow,
  findDomain,
  findDomainsOfOrganizations,
  insertDomain,
  markProved,
} from "./domain.repository.js";
import { abbreviate, findTxt, type ResolveTxt } from "./resolve-txt.js";

/**
 * Requires ORGANIZATION_WRITE or CONNECTIONS_READ to see an organization's domains. CONNECTIONS_READ is enough, because a
 * proved domain leads people to the organization's connections.
 *
 * @throws UNAUTHENTICATED, FORBIDDEN, NOT_FOUND
 */
export function requireSeeingDomains(caller: Caller, organizationId: string): void {
  if (!holds(caller, organizationId, "ORGANIZATION_WRITE"))
    requirePermission(caller, organizationId, "CONNECTIONS_READ");
}

/**
 * Claims a domain for an organization. If the organization has claimed it already, returns that claim. Does not show
 * whether another organization claims or has proved the domain.
 *
 * @throws UNAUTHENTICATED, FORBIDDEN, NOT_FOUND, INVALID_INPUT
 */
export async function addDomain(
  { begin }: Store,
  caller: Caller,
  input: { readonly organizationId: string; readonly domain: string },
): Promise<Domain> {
  const { organizationId } = input;
  requirePermission(caller, organizationId, "ORGANIZATION_WRITE");
  const check = new InputCheck();
  const entered = check.text("domain", input.domain, { longest: 253 });
  const name = canonicalDomain(entered);
  const mistake = entered === "" ? null : findDomainMistake(name);
  if (mistake !== null) check.add("domain", "INVALID", mistake);
  check.finish();

  return await begin(caller, causeOf(caller), async (unit) => {
    if ((await lockOrganization(unit, organizationId)) === null) throw new Failure(NOT_FOUND, { type: "organization" });
    const present = (await findDomainsOfOrganizations(unit, [organizationId])).get(organizationId) ?? [];
    const same = present.find((each) => each.domain === name);
    if (same !== undefined) return same;
    if (present.length >= MOST_DOMAINS)
      check.add("domain", "INVALID", `must be one of at most ${MOST_DOMAINS} domains`);
    check.finish();
    const domain: Domain = {
      id: uuidv7(),
      organizationId,
      domain: name,
      token: issueDomainToken(),
      verifiedAt: null,
      createdAt: unit.now,
    };
    await insertDomain(unit, domain);
    await audit(unit, "domain.added", domain, { after: { domain: name } });
    return domain;
  });
}

/**
 * Looks up the TXT record of a domain and marks the domain as proved. If it is proved already, looks up nothing.
 *
 * @param resolveTxt called before the unit of work, so that no lock waits for the DNS
 * @throws UNAUTHENTICATED, FORBIDDEN, NOT_FOUND, DOMAIN_NOT_PROVED, DOMAIN_TAKEN
 */
export async function verifyDomain(store: Store, resolveTxt: ResolveTxt, caller: Caller, id: string): Promise<Domain> {
  const found = await readDomainToChange(store, caller, id);
  if (found.verifiedAt !== null) return found;
  const record = txtRecordOf(found);
  const { values, problem } = await findTxt(resolveTxt, record.name);
  if (!values.some((value) => value.trim() === record.value))
    throw new Failure(DOMAIN_NOT_PROVED, {
      name: record.name,
      expected: record.value,
      found: abbreviate(values),
      problem,
    });

  return await store.begin(caller, causeOf(caller), async (unit) => {
    await lockOrganization(unit, found.organizationId);
    const domain = await findDomain(unit, found.organizationId, id);
    // If a caller has removed the domain and added it again, it has a different id and a different record.
    if (domain === null) throw new Failure(NOT_FOUND, { type: "domain" });
    if (domain.verifiedAt !== null) return domain;
    await storeProof(domain.domain, () => markProved(unit, domain));
    await audit(unit, "domain.verified", domain, { after: { domain: domain.domain } });
    return { ...domain, verifiedAt: unit.now };
  });
}

/**
 * Releases a domain, proved or not.
 *
 * @returns the domain before the release
 * @throws UNAUTHENTICATED, FORBIDDEN, NOT_FOUND
 */
export async function removeDomain(store: Store, caller: Caller, id: string): Promise<Domain> {
  const { organizationId } = await readDomainToChange(store, caller, id);
  return await store.begin(caller, causeOf(caller), async (unit) => {
    await lockOrganization(unit, organizationId);
    const domain = await findDomain(unit, organizationId, id);
    if (domain === null) throw new Failure(NOT_FOUND, { type: "domain" });
    await deleteDomainRow(unit, id);
    await audit(unit, "domain.removed", domain, {
      before: { domain: domain.domain, verifiedAt: domain.verifiedAt?.toISOString() ?? null },
    });
    return domain;
  });
}

async function readDomainToChange({ reader }: Store, caller: Caller, id: string): Promise<Domain> {
  const domain = await findDomain(reader, scopeFor(caller, "ORGANIZATION_WRITE"), id);
  if (domain === null) throw new Failure(NOT_FOUND, { type: "domain" });
  return domain;
}

/** Stores that a domain is proved. If two organizations prove the same domain, the unique index refuses the second. */
async function storeProof(domain: string, write: () => Promise<void>): Promise<void> {
  try {
    await write();
  } catch (error) {
    if (isDuplicateKey(error)) throw new Failure(DOMAIN_TAKEN, { domain });
    throw error;
  }
}

async function audit(
  unit: UnitOfWork,
  action: string,
  { id, organizationId }: Domain,
  values: { readonly before?: Record<string, unknown>; readonly after?: Record<string, unknown> },
): Promise<void> {
  await recordAudit(unit, { organizationId, action, subject: { type: "domain", id }, ...values });
}
