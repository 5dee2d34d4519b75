/** Creates, updates and reads organizations for a caller. */
import { v7 as uuidv7 } from "uuid";
import { causeOf, requireOperator, requirePermission, scopeFor, type Caller } from "../../access/caller.js";
import type { Store } from "../../access/store.js";
import type { UnitOfWork } from "../../access/unit-of-work.js";
import { recordAudit } from "../../audit/record-audit.js";
import { startEventLog } from "../../events/append-event.js";
import { isDuplicateKey } from "../../platform/database/driver-errors.js";
import { Failure, NOT_FOUND } from "../../platform/errors/failure.js";
import { InputCheck } from "../../platform/errors/input.js";
import { requireVersion, SLUG_TAKEN } from "../failures.js";
import { chooseRoles, requireHoldingRoles } from "../role/choose-roles.js";
import { findRolesOf, insertBuiltInRoles } from "../role/role.repository.js";
import { endUnusedSeats } from "../seat/seat.changes.js";
import { isTimeZone, SLUG_PATTERN, type Organization } from "./organization.js";
import {
  findOrganization,
  findOrganizationBySlug,
  insertOrganization,
  lockOrganization,
  updateOrganizationRow,
} from "./organization.repository.js";
import {
  changeOrganizationPolicies,
  DEFAULT_ORGANIZATION_POLICIES,
  type OrganizationPoliciesChange,
} from "./policies.js";

export interface OrganizationChange {
  /** The version that the caller has read; absent to change any version. */
  readonly expectedVersion?: number | null;
  readonly name?: string | null;
  readonly slug?: string | null;
  readonly timeZone?: string | null;
  readonly landingUrl?: string | null;
  readonly supportContact?: string | null;
  readonly ssoAllowed?: boolean | null;
  readonly entitlements?: { readonly sso?: boolean | null; readonly scim?: boolean | null } | null;
  /** `null` for no limit. */
  readonly totalSeats?: number | null;
  readonly policies?: OrganizationPoliciesChange | null;
  /** How many people the policy `ssoEnforcement: REQUIRED` shuts out, as the caller has seen it. */
  readonly confirmAffectedUsers?: number | null;
}

/**
 * Refuses to require single sign-on while the organization is not ready for it. The module of connections provides this check.
 *
 * @param confirmed the number of people whom the policy shuts out, as the caller has seen it
 * @throws SSO_REQUIREMENT_NOT_MET, CONFIRMATION_REQUIRED
 */
export type RequireSso = (unit: UnitOfWork, organizationId: string, confirmed: number | null) => Promise<void>;

const SLUG_RULE = {
  longest: 63,
  pattern: SLUG_PATTERN,
  sentence: "must be lower-case letters, digits and hyphens, and must not begin or end with a hyphen",
};

/** A URL that is safe for a redirect: absolute, and of a scheme that does not run code. */
function checkLandingUrl(check: InputCheck, value: string | null): string | null {
  if (value === null) return null;
  if (URL.canParse(value) && /^https?:$/.test(new URL(value).protocol) && new URL(value).username === "") return value;
  check.add("landingUrl", "INVALID", "must be an absolute address such as https://app.example.com/");
  return null;
}

/** Creates an organization with its built-in roles and an empty event log. For the operator. */
export async function createOrganization(
  { begin }: Store,
  caller: Caller,
  input: { readonly name: string; readonly slug: string; readonly timeZone?: string | null },
): Promise<Organization> {
  requireOperator(caller);
  const check = new InputCheck();
  const name = check.text("name", input.name);
  const slug = check.text("slug", input.slug, SLUG_RULE);
  const timeZone = input.timeZone ?? "UTC";
  if (!isTimeZone(timeZone)) check.add("timeZone", "INVALID", "must be an IANA time zone such as Europe/Berlin");
  check.finish();

  return await begin(caller, causeOf(caller), async (unit) => {
    const organization: Organization = {
      id: uuidv7(),
      name,
      slug,
      timeZone,
      landingUrl: null,
      supportContact: null,
      ssoAllowed: true,
      ssoEntitled: true,
      scimEntitled: true,
      ownerUserId: null,
      totalSeats: null,
      policies: DEFAULT_ORGANIZATION_POLICIES,
      version: 1,
      createdAt: unit.now,
      updatedAt: unit.now,
    };
    await storeSlug(slug, () => insertOrganization(unit, organization));
    await insertBuiltInRoles(unit, organization.id);
    await startEventLog(unit, organization.id);
    await recordAudit(unit, {
      organizationId: organization.id,
      action: "organization.created",
      subject: { type: "organization", id: organization.id },
      after: { name, slug, timeZone },
    });
    return organization;
  });
}

/**
 * Changes the fields that the input names. Only the operator can change short name, SSO switch, entitlements and seats.
 *
 * @throws UNAUTHENTICATED, FORBIDDEN (also for policies that give permissions which the caller lacks), NOT_FOUND,
 *   INVALID_INPUT, VERSION_CONFLICT, SLUG_TAKEN, and what `requireSso` throws
 */
export async function updateOrganization(
  { begin }: Store,
  caller: Caller,
  id: string,
  change: OrganizationChange,
  requireSso: RequireSso | null = null,
): Promise<Organization> {
  requirePermission(caller, id, "ORGANIZATION_WRITE");
  const { slug, ssoAllowed, entitlements, totalSeats } = change;
  // For the seats, null is a value: no limit.
  if (slug != null || ssoAllowed != null || entitlements != null || totalSeats !== undefined) requireOperator(caller);
  return await begin(caller, causeOf(caller), async (unit) => {
    const before = await lockOrganization(unit, id);
    if (before === null) throw new Failure(NOT_FOUND, { type: "organization" });
    requireVersion(change.expectedVersion, before.version);
    const changed = changeOrganization(before, change);
    await requireHoldingWhatPoliciesGive(unit, before, changed);
    const [was, is] = [auditView(before), auditView(changed)];
    if (JSON.stringify(was) === JSON.stringify(is)) return before;
    if (changed.policies.ssoEnforcement === "REQUIRED" && before.policies.ssoEnforcement !== "REQUIRED")
      await requireSso?.(unit, id, change.confirmAffectedUsers ?? null);
    const after = { ...changed, version: before.version + 1, updatedAt: unit.now };
    await storeSlug(after.slug, () => updateOrganizationRow(unit, after));
    if (before.policies.seatModel === "ACTIVE_USER" && after.policies.seatModel !== "ACTIVE_USER")
      await endUnusedSeats(unit, id);
    await recordAudit(unit, {
      organizationId: id,
      action: "organization.updated",
      subject: { type: "organization", id },
      before: was,
      after: is,
    });
    return after;
  });
}

/**
 * Refuses a caller who lacks a permission that people can get through the changed policies. `defaultRole` gives its role
 * to new members. A change to `roleAssignment: ALL`, or away from `manualRoleWins`, lets sign-ins give any role that a
 * mapping names.
 */
async function requireHoldingWhatPoliciesGive(
  unit: UnitOfWork,
  before: Organization,
  after: Organization,
): Promise<void> {
  const { id } = before;
  const [were, are] = [before.policies, after.policies];
  if (are.defaultRole !== were.defaultRole)
    requireHoldingRoles(unit, id, await chooseRoles(unit, id, [are.defaultRole], "policies.defaultRole"));
  const moreMatches = are.roleAssignment === "ALL" && were.roleAssignment !== "ALL";
  if (moreMatches || (were.manualRoleWins && !are.manualRoleWins))
    requireHoldingRoles(unit, id, await findRolesOf(unit, id));
}

function changeOrganization(before: Organization, change: OrganizationChange): Organization {
  const check = new InputCheck();
  const kept = <Value>(value: Value | null | undefined, present: Value) => value ?? present;
  const cleared = (path: string, value: string | null | undefined, present: string | null, longest: number) =>
    value === undefined ? present : check.optionalText(path, value, { longest });
  const after: Organization = {
    ...before,
    name: change.name == null ? before.name : check.text("name", change.name),
    slug: change.slug == null ? before.slug : check.text("slug", change.slug, SLUG_RULE),
    timeZone: kept(change.timeZone, before.timeZone),
    landingUrl: checkLandingUrl(check, cleared("landingUrl", change.landingUrl, before.landingUrl, 2000)),
    supportContact: cleared("supportContact", change.supportContact, before.supportContact, 500),
    ssoAllowed: kept(change.ssoAllowed, before.ssoAllowed),
    ssoEntitled: kept(change.entitlements?.sso, before.ssoEntitled),
    scimEntitled: kept(change.entitlements?.scim, before.scimEntitled),
    totalSeats: change.totalSeats === undefined ? before.totalSeats : change.totalSeats,
    policies: changeOrganizationPolicies(before.policies, change.policies, check),
  };
  if (after.totalSeats !== null && (!Number.isInteger(after.totalSeats) || after.totalSeats < 0))
    check.add("totalSeats", "INVALID", "must be a whole number, 0 or more, or null for no limit");
  if (!isTimeZone(after.timeZone)) check.add("timeZone", "INVALID", "must be an IANA time zone such as Europe/Berlin");
  check.finish();
  return after;
}

function auditView({
  id: _id,
  version: _version,
  createdAt: _createdAt,
  updatedAt: _updatedAt,
  ...rest
}: Organization) {
  return rest;
}

async function storeSlug(slug: string, write: () => Promise<void>): Promise<void> {
  try {
    await write();
  } catch (error) {
    if (isDuplicateKey(error)) throw new Failure(SLUG_TAKEN, { slug });
    throw error;
  }
}

/**
 * An organization by its short name or id, for its members, its keys and the operator.
 *
 * @throws UNAUTHENTICATED, NOT_FOUND for other callers, and INVALID_INPUT unless exactly one of the two is given
 */
export async function readOrganization(
  { reader }: Store,
  caller: Caller,
  by: { readonly slug?: string | null; readonly id?: string | null },
): Promise<Organization> {
  const scope = memberScope(caller);
  const check = new InputCheck();
  if (by.slug != null && by.id != null) check.add("id", "INVALID", "must not be given together with slug");
  else if (by.slug == null && by.id == null) check.add("slug", "REQUIRED", "is required unless id is given");
  check.finish();
  const organization =
    by.slug != null
      ? await findOrganizationBySlug(reader, by.slug)
      : await findOrganization(reader, scope, by.id ?? "");
  if (organization === null || (scope !== null && scope !== organization.id))
    throw new Failure(NOT_FOUND, { type: "organization" });
  return organization;
}

/** The organization that a person or an API key may read: their own. `null` for the operator, who may read all. */
function memberScope(caller: Caller) {
  if (caller.kind === "PERSON" || caller.kind === "API_KEY") return caller.organizationId;
  return scopeFor(caller, "ORGANIZATION_WRITE");
}
