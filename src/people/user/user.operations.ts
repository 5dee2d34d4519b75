/** Reads, creates and updates users for a caller. */
import { causeOf, requirePermission, scopeFor, type Caller } from "../../access/caller.js";
import type { Store } from "../../access/store.js";
import type { UnitOfWork } from "../../access/unit-of-work.js";
import { recordAudit } from "../../audit/record-audit.js";
import { changesBetween } from "../../events/event-type.js";
import { Failure, FORBIDDEN, NOT_FOUND } from "../../platform/errors/failure.js";
import { InputCheck } from "../../platform/errors/input.js";
import { requireVersion } from "../failures.js";
import type { Organization } from "../organization/organization.js";
import { lockOrganization } from "../organization/organization.repository.js";
import { requireNotOwner } from "../organization/organization.rules.js";
import { chooseRoles, requireHoldingRoles } from "../role/choose-roles.js";
import type { Role } from "../role/role.js";
import { findRolesOfUsers, type RoleSource } from "../role/role.repository.js";
import { requireAnotherBreakGlass } from "./break-glass/break-glass.rules.js";
import { requireFreeEmail } from "./email-rule.js";
import type { FieldSource, FieldValues, GivenFields } from "./profile/field.js";
import { readPerson, readPersonChange, type PersonChange, type PersonInput } from "./profile/person-input.js";
import { requireUserUnmanaged } from "./managed.js";
import { changeAccount, createAccount, type ChangedAccount, type CreatedAccount } from "./user.changes.js";
import { requireSeat, takeSeats } from "../seat/seat-of-user.js";
import { showMember } from "./user.access.js";
import { findUser } from "./user.repository.js";
import { isAdministrator, requireAnotherAdministrator } from "./user.rules.js";
import type { AuthMethod, Member, User } from "./user.js";

/** An account to create. */
export interface NewUserInput extends PersonInput {
  readonly organizationId: string;
  /** Absent: SSO. */
  readonly authMethod?: AuthMethod | null;
  /** Absent or empty: the default role of the organization. */
  readonly roleKeys?: readonly string[] | null;
}

/** A change of an account. Absent fields stay unchanged. */
export interface UserChangeInput extends PersonChange {
  readonly id: string;
  /** The version that the caller has read; absent to change any version. */
  readonly expectedVersion?: number | null;
  /** The new roles in the home organization, which replace all present ones. */
  readonly roleKeys?: readonly string[] | null;
}

/**
 * One user as a member of the caller's organization; for the operator, as a member of the user's home organization.
 *
 * @throws UNAUTHENTICATED, FORBIDDEN, and NOT_FOUND for a user who is not a member of the caller's organization
 */
export async function readUser({ reader }: Store, caller: Caller, id: string): Promise<Member> {
  const scope = scopeFor(caller, "USERS_READ");
  const user = await findUser(reader, scope, id);
  if (user === null) throw new Failure(NOT_FOUND, { type: "user" });
  return showMember(caller, user, scope ?? user.homeOrganizationId);
}

/**
 * Creates an account before the person's first sign-in.
 *
 * @throws UNAUTHENTICATED, FORBIDDEN (also for roles with permissions that the caller does not hold), NOT_FOUND, INVALID_INPUT,
 *   EMAIL_TAKEN, SEATS_FULL
 */
export async function createUser({ begin }: Store, caller: Caller, input: NewUserInput): Promise<Member> {
  const { organizationId } = input;
  requirePermission(caller, organizationId, "USERS_WRITE");
  const check = new InputCheck();
  const values = readPerson(check, input);
  check.finish();

  return await begin(caller, causeOf(caller), async (unit) => {
    const organization = await lockOrganization(unit, organizationId);
    if (organization === null) throw new Failure(NOT_FOUND, { type: "organization" });
    const account = { values, authMethod: input.authMethod ?? "SSO", roleKeys: input.roleKeys } as const;
    const { user } = await createAccountByHand(unit, organization, { ...account, status: "ACTIVE" });
    await takeSeats(unit, organization, user.id);
    return showMember(caller, user, organizationId);
  });
}

/** An account that a caller creates, with checked fields. */
export interface AccountByHand {
  readonly values: FieldValues;
  readonly authMethod: AuthMethod;
  readonly status: "ACTIVE" | "INVITED";
  /** Absent or empty: the default role of the organization. */
  readonly roleKeys?: readonly string[] | null | undefined;
}

/**
 * Creates an account for the caller of the unit of work, and audits it. The organization is locked. The account takes no seat yet.
 *
 * @throws FORBIDDEN for roles with permissions that the caller does not hold, INVALID_INPUT, EMAIL_TAKEN, SEATS_FULL
 */
export async function createAccountByHand(
  unit: UnitOfWork,
  organization: Organization,
  { values, authMethod, status, roleKeys }: AccountByHand,
): Promise<CreatedAccount> {
  const { caller } = unit;
  const organizationId = organization.id;
  const isChosen = roleKeys != null && roleKeys.length > 0;
  const roles = await chooseRoles(unit, organizationId, isChosen ? roleKeys : [organization.policies.defaultRole]);
  // The caller need not hold the permissions of a default role, which the organization's policy gives. But the author of
  // an invitation could use its link to the account, so must hold them.
  if (isChosen || status === "INVITED") requireHoldingRoles(unit, organizationId, roles);
  const email = values.email ?? "";
  await requireFreeEmail(unit, { email, authMethod, homeOrganizationId: organizationId, firstSignedInAt: null });
  await requireSeat(unit, organization, { id: null, isNew: true });
  const roleSource = isChosen ? sourceOf(caller) : "DEFAULT";
  const given = giveFields(caller, values);
  const created = await createAccount(unit, organization, { given, authMethod, status, roles, roleSource });
  await recordAudit(unit, {
    organizationId,
    action: "user.created",
    subject: { type: "user", id: created.user.id },
    after: created.snapshot,
  });
  return created;
}

/**
 * Changes an account of the caller's organization, as an administrator.
 *
 * @throws UNAUTHENTICATED, FORBIDDEN (also for permissions that the caller does not hold, and for members whose home is
 *   another organization), NOT_FOUND, INVALID_INPUT, VERSION_CONFLICT, EMAIL_TAKEN, FIELD_OVERRULED,
 *   LAST_ADMINISTRATOR, OWNER_PROTECTED, LAST_BREAK_GLASS, MANAGED_BY_DIRECTORY
 */
export async function updateUser({ reader, begin }: Store, caller: Caller, input: UserChangeInput): Promise<Member> {
  const scope = scopeFor(caller, "USERS_WRITE");
  const found = await findUser(reader, scope, input.id);
  if (found === null) throw new Failure(NOT_FOUND, { type: "user" });
  const organizationId = found.homeOrganizationId;
  if (scope !== null && scope !== organizationId) throw new Failure(FORBIDDEN, { permission: null });

  return await begin(caller, causeOf(caller), async (unit) => {
    const organization = await lockOrganization(unit, organizationId);
    const before = await findUser(unit, organizationId, input.id);
    if (organization === null || before === null) throw new Failure(NOT_FOUND, { type: "user" });
    await requireUserUnmanaged(unit, organizationId, before.id);
    requireVersion(input.expectedVersion, before.version);
    const check = new InputCheck();
    const values = readPersonChange(check, input);
    if (input.roleKeys?.length === 0) check.add("roleKeys", "REQUIRED", "must name at least one role");
    check.finish();

    const rolesBefore = (await findRolesOfUsers(unit, organizationId, [before.id])).get(before.id) ?? [];
    const roles = input.roleKeys == null ? rolesBefore : await chooseRoles(unit, organizationId, input.roleKeys);
    await requireAllowedChange(unit, organization, before, { values, rolesBefore, roles });
    const changed = await changeAccount(unit, organization, before, {
      given: giveFields(caller, values),
      mustBeShown: true,
      ...(input.roleKeys == null ? {} : { roles: { values: roles, source: sourceOf(caller) } }),
    });
    await auditChange(unit, changed);
    return showMember(caller, changed.user, organizationId);
  });
}

/** The values with the caller as their source: an API key or an administrator. */
function giveFields(caller: Caller, values: FieldValues): GivenFields {
  const source: FieldSource = caller.kind === "PERSON" ? "ADMIN" : "API";
  return { source, sourceId: causeOf(caller).actor, values };
}

/** The new values and the roles of an account before and after a change. */
interface PlannedChange {
  readonly values: FieldValues;
  readonly rolesBefore: readonly Role[];
  readonly roles: readonly Role[];
}

async function requireAllowedChange(
  unit: UnitOfWork,
  organization: Organization,
  before: User,
  planned: PlannedChange,
): Promise<void> {
  const { values, rolesBefore, roles } = planned;
  const organizationId = before.homeOrganizationId;
  const had = new Set(rolesBefore.map((role) => role.id));
  requireHoldingRoles(
    unit,
    organizationId,
    roles.filter((role) => !had.has(role.id)),
  );
  // Sign-ins find their account by these fields. So a change can give the account and its permissions to a different
  // person.
  if (SIGN_IN_FIELDS.some((name) => values[name] !== undefined && values[name] !== before[name]))
    requireHoldingRoles(unit, organizationId, rolesBefore);
  if (values.email != null && values.email !== before.email)
    await requireFreeEmail(unit, { ...before, email: values.email });
  if (isAdministrator(rolesBefore) && !isAdministrator(roles)) {
    await requireNotOwner(unit, organizationId, before.id);
    await requireAnotherAdministrator(unit, organizationId, before, rolesBefore);
    await requireAnotherBreakGlass(unit, organization, before);
  }
}

const SIGN_IN_FIELDS = ["email", "username", "employeeId"] as const;

/** Audits fields and roles separately, so that a review of given roles needs `user.role_changed` only. */
async function auditChange(unit: UnitOfWork, { user, before, after }: ChangedAccount): Promise<void> {
  const { roles: wereRoles, ...were } = before;
  const { roles: areRoles, ...are } = after;
  const subject = { type: "user", id: user.id };
  const organizationId = user.homeOrganizationId;
  if (changesBetween(were, are) !== null)
    await recordAudit(unit, { organizationId, action: "user.updated", subject, before: were, after: are });
  if (changesBetween({ roles: wereRoles }, { roles: areRoles }) !== null)
    await recordAudit(unit, {
      organizationId,
      action: "user.role_changed",
      subject,
      before: { roles: wereRoles },
      after: { roles: areRoles },
    });
}

function sourceOf(caller: Caller): RoleSource {
  return caller.kind === "API_KEY" ? "API" : "ADMIN";
}
