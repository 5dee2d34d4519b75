/**
 * What can be done with members whose home is another organization, whatever door it comes through.
 *
 * Joining needs no consent of the person's own, so it gives an organization no more than its administrators could learn by
 * asking: the person's name and address, and nothing about the home organization. In exchange an administrator has to know
 * the user's id, which cannot be guessed, only the operator may name an address, and the person may leave at any time.
 */
import { causeOf, requirePermission, type Caller, type Cause } from "../../access/caller.js";
import type { Store } from "../../access/store.js";
import type { UnitOfWork } from "../../access/unit-of-work.js";
import { recordAudit } from "../../audit/record-audit.js";
import { Failure, FORBIDDEN, NOT_FOUND } from "../../platform/errors/failure.js";
import { InputCheck } from "../../platform/errors/input.js";
import { ALREADY_MEMBER, MEMBER_AT_HOME } from "../failures.js";
import { lockOrganization } from "../organization/organization.repository.js";
import type { Organization } from "../organization/organization.js";
import { requireNotOwner } from "../organization/organization.rules.js";
import { chooseRoles, requireHoldingRoles } from "../role/choose-roles.js";
import type { Role } from "../role/role.js";
import { findRolesOfUsers, type RoleSource } from "../role/role.repository.js";
import { findUser } from "../user/user.repository.js";
import { updateUser } from "../user/user.operations.js";
import { isAdministrator, requireAnotherAdministrator } from "../user/user.rules.js";
import type { Member, User } from "../user/user.js";
import { changeRoles, joinOrganization, leaveOrganization, type ChangedRoles } from "./membership.changes.js";
import { findActiveIdsByEmail, lockUser } from "./membership.repository.js";

/** Whom to add where: by id or by address, not both. */
export interface NewMemberInput {
  readonly organizationId: string;
  readonly userId?: string | null;
  readonly email?: string | null;
  /** Absent or empty: the default role of the organization. */
  readonly roleKeys?: readonly string[] | null;
}

/**
 * Makes somebody whose home is another organization a member.
 *
 * @throws UNAUTHENTICATED, FORBIDDEN (also for roles that grant what the caller does not hold, and for an address from
 *   anybody but the operator), NOT_FOUND, INVALID_INPUT, ALREADY_MEMBER, SEATS_FULL
 */
export async function addMember(store: Store, caller: Caller, input: NewMemberInput): Promise<Member> {
  const { organizationId } = input;
  requirePermission(caller, organizationId, "USERS_WRITE");
  const userId = await chooseUser(store, caller, input);

  return await store.begin(caller, causeOf(caller), async (unit) => {
    const organization = await lockOrFail(unit, organizationId);
    const user = await lockCandidate(unit, userId);
    if ((await findUser(unit, organizationId, userId)) !== null) throw new Failure(ALREADY_MEMBER, {});
    const isChosen = input.roleKeys != null && input.roleKeys.length > 0;
    const keys = isChosen ? input.roleKeys : [organization.policies.defaultRole];
    const roles = await chooseRoles(unit, organizationId, keys);
    // The default role is given by the organization's policy, not by whoever adds a person.
    if (isChosen) requireHoldingRoles(unit, organizationId, roles);
    const source = isChosen ? sourceOf(caller) : "DEFAULT";
    const { after } = await joinOrganization(unit, organization, user, { roles, source });
    await audit(unit, "member.added", organizationId, userId, { after: { roles: after } });
    return { ...user, organizationId };
  });
}

/** Whether an address belongs to an account is the operator's to know: everybody else could try out addresses. */
async function chooseUser({ reader }: Store, caller: Caller, input: NewMemberInput): Promise<string> {
  if (input.email != null && caller.kind !== "OPERATOR") throw new Failure(FORBIDDEN, { permission: null });
  const check = new InputCheck();
  if (input.userId != null && input.email != null)
    check.add("email", "INVALID", "must not be given together with userId");
  else if (input.userId == null && input.email == null) check.add("userId", "REQUIRED", "is required");
  const email = input.email == null ? null : check.email("email", input.email);
  check.finish();
  if (email === null) return input.userId ?? "";
  const [only, another] = await findActiveIdsByEmail(reader, email);
  if (only === undefined) throw new Failure(NOT_FOUND, { type: "user" });
  if (another !== undefined) check.add("email", "INVALID", "belongs to several active accounts: name one by userId");
  check.finish();
  return only;
}

/**
 * An account that may join. One that is not active, and one whose person runs the installation, is not found by anybody
 * but the operator.
 */
async function lockCandidate(unit: UnitOfWork, userId: string): Promise<User> {
  const candidate = await lockUser(unit, userId);
  const isOperator = unit.caller.kind === "OPERATOR";
  if (candidate === null || (!isOperator && (candidate.isOperator || candidate.user.status !== "ACTIVE")))
    throw new Failure(NOT_FOUND, { type: "user" });
  const check = new InputCheck();
  if (candidate.user.status !== "ACTIVE") check.add("userId", "INVALID", "must be an active account");
  check.finish();
  return candidate.user;
}

/** A member and the organization, which is locked. */
interface LockedMember {
  readonly organization: Organization;
  readonly user: User;
  readonly roles: readonly Role[];
}

/**
 * Ends a membership beyond the home organization. For who may write users there, and for the person, who leaves.
 *
 * @returns the member as they were
 * @throws UNAUTHENTICATED, FORBIDDEN, NOT_FOUND, MEMBER_AT_HOME, OWNER_PROTECTED, LAST_ADMINISTRATOR
 */
export async function removeMember(
  { begin }: Store,
  caller: Caller,
  input: { readonly organizationId: string; readonly userId: string },
): Promise<Member> {
  const { organizationId, userId } = input;
  const leaves = caller.kind === "PERSON" && caller.userId === userId;
  if (!leaves) requirePermission(caller, organizationId, "USERS_WRITE");
  const cause: Cause = leaves ? { kind: "PERSON", actor: userId } : causeOf(caller);

  return await begin(caller, cause, async (unit) => {
    const { organization, user, roles } = await lockMember(unit, organizationId, userId);
    if (user.homeOrganizationId === organizationId) throw new Failure(MEMBER_AT_HOME, {});
    await requireNotOwner(unit, organizationId, userId);
    await requireAnotherAdministrator(unit, organizationId, user, roles);
    const { before } = await leaveOrganization(unit, organization, user);
    await audit(unit, "member.removed", organizationId, userId, { before: { roles: before } });
    return { ...user, organizationId };
  });
}

/**
 * Makes these roles the roles of a member, at home or beyond.
 *
 * @throws UNAUTHENTICATED, FORBIDDEN (also for giving what the caller does not hold), NOT_FOUND, INVALID_INPUT,
 *   OWNER_PROTECTED, LAST_ADMINISTRATOR
 */
export async function setMemberRoles(
  store: Store,
  caller: Caller,
  input: { readonly organizationId: string; readonly userId: string; readonly roleKeys: readonly string[] },
): Promise<Member> {
  const { organizationId, userId, roleKeys } = input;
  requirePermission(caller, organizationId, "USERS_WRITE");
  const found = await findUser(store.reader, organizationId, userId);
  if (found === null) throw new Failure(NOT_FOUND, { type: "user" });
  if (found.homeOrganizationId === organizationId) return await updateUser(store, caller, { id: userId, roleKeys });
  const check = new InputCheck();
  if (roleKeys.length === 0) check.add("roleKeys", "REQUIRED", "must name at least one role");
  check.finish();

  return await store.begin(caller, causeOf(caller), async (unit) => {
    const { organization, user, roles: before } = await lockMember(unit, organizationId, userId);
    const roles = await chooseRoles(unit, organizationId, roleKeys);
    requireHoldingRoles(
      unit,
      organizationId,
      roles.filter(({ id }) => !before.some((role) => role.id === id)),
    );
    if (isAdministrator(before) && !isAdministrator(roles)) {
      await requireNotOwner(unit, organizationId, userId);
      await requireAnotherAdministrator(unit, organizationId, user, before);
    }
    const changed = await changeRoles(unit, organization, user, { roles, source: sourceOf(caller) });
    if (JSON.stringify(changed.before) !== JSON.stringify(changed.after))
      await auditRoles(unit, organizationId, userId, changed);
    return { ...user, organizationId };
  });
}

async function lockOrFail(unit: UnitOfWork, organizationId: string): Promise<Organization> {
  const organization = await lockOrganization(unit, organizationId);
  if (organization === null) throw new Failure(NOT_FOUND, { type: "organization" });
  return organization;
}

async function lockMember(unit: UnitOfWork, organizationId: string, userId: string): Promise<LockedMember> {
  const organization = await lockOrganization(unit, organizationId);
  const user = await findUser(unit, organizationId, userId);
  if (organization === null || user === null) throw new Failure(NOT_FOUND, { type: "user" });
  const roles = (await findRolesOfUsers(unit, organizationId, [userId])).get(userId) ?? [];
  return { organization, user, roles };
}

async function auditRoles(unit: UnitOfWork, organizationId: string, userId: string, changed: ChangedRoles) {
  await audit(unit, "user.role_changed", organizationId, userId, {
    before: { roles: changed.before },
    after: { roles: changed.after },
  });
}

async function audit(
  unit: UnitOfWork,
  action: string,
  organizationId: string,
  userId: string,
  values: { readonly before?: Record<string, unknown>; readonly after?: Record<string, unknown> },
): Promise<void> {
  await recordAudit(unit, { organizationId, action, subject: { type: "user", id: userId }, ...values });
}

function sourceOf(caller: Caller): RoleSource {
  return caller.kind === "API_KEY" ? "API" : "ADMIN";
}
