/**
 * Operations on guests: members whose home is another organization.
 *
 * A membership shows the person's name and address to the joined organization. Therefore only an administrator of the
 * home organization or the operator can create it. The joined organization then gives the guest roles, groups and
 * training. Either organization and the person can end the membership.
 */
import { causeOf, holds, requirePermission, scopeFor, type Caller, type Cause } from "../../access/caller.js";
import type { Store } from "../../access/store.js";
import type { UnitOfWork } from "../../access/unit-of-work.js";
import { recordAudit } from "../../audit/record-audit.js";
import { Failure, FORBIDDEN, NOT_FOUND } from "../../platform/errors/failure.js";
import { InputCheck } from "../../platform/errors/input.js";
import { ALREADY_MEMBER, MEMBER_AT_HOME } from "../failures.js";
import { lockOrganization, updateOrganizationRow } from "../organization/organization.repository.js";
import type { Organization } from "../organization/organization.js";
import { requireNotOwner } from "../organization/organization.rules.js";
import { chooseRoles, requireHoldingRoles } from "../role/choose-roles.js";
import type { Role } from "../role/role.js";
import { findRolesOfUsers, type RoleSource } from "../role/role.repository.js";
import { findAccountToChange } from "../user/status/status.operations.js";
import { showMember } from "../user/user.access.js";
import { findUser } from "../user/user.repository.js";
import { updateUser } from "../user/user.operations.js";
import { isAdministrator, requireAnotherAdministrator } from "../user/user.rules.js";
import type { Member, User } from "../user/user.js";
import {
  changeRoles,
  joinOrganization,
  leaveOrganization,
  takeFreeSeat,
  type ChangedRoles,
} from "./membership.changes.js";
import { findActiveIdsByEmail, lockUser } from "./membership.repository.js";

/** The organization to join, and the person by either id or address. */
export interface NewMemberInput {
  readonly organizationId: string;
  readonly userId?: string | null;
  readonly email?: string | null;
  /** Absent or empty: the default role of the organization. */
  readonly roleKeys?: readonly string[] | null;
}

/**
 * Makes a person a guest of an organization. For administrators of the home organization, and for the operator.
 *
 * @returns the person as a member of the organization; for an administrator of the home organization, as a member there
 * @throws UNAUTHENTICATED, FORBIDDEN (also for a person whose home is not the caller's organization, and for roles or an
 *   address from a caller who is not the operator), NOT_FOUND, INVALID_INPUT, ALREADY_MEMBER, SEATS_FULL
 */
export async function addMember(store: Store, caller: Caller, input: NewMemberInput): Promise<Member> {
  const { organizationId } = input;
  const isOperator = caller.kind === "OPERATOR";
  const chosenKeys = input.roleKeys?.length ? input.roleKeys : null;
  scopeFor(caller, "USERS_WRITE");
  if (!isOperator && (input.email != null || chosenKeys !== null)) throw new Failure(FORBIDDEN, { permission: null });
  const userId = await chooseUser(store, input);
  if (!isOperator) await findAccountToChange(store, caller, userId);

  return await store.begin(caller, causeOf(caller), async (unit) => {
    const organization = await lockOrFail(unit, organizationId);
    const user = await lockCandidate(unit, userId);
    if ((await findUser(unit, organizationId, userId)) !== null) throw new Failure(ALREADY_MEMBER, {});
    const found = await chooseRoles(unit, organizationId, chosenKeys ?? [organization.policies.defaultRole]);
    // An administrator of the home organization has no permission in the joined one, so gives its default role only if
    // the role has no permissions.
    const roles = isOperator ? found : found.filter(({ permissions }) => permissions.length === 0);
    const source = chosenKeys === null ? "DEFAULT" : sourceOf(caller);
    const { after } = await joinOrganization(unit, organization, user, { roles, source, byHome: !isOperator });
    await audit(unit, "member.added", organizationId, userId, { after: { roles: after } });
    if (isOperator) return showMember(caller, user, organizationId);
    await audit(unit, "member.added", user.homeOrganizationId, userId, { after: { organizationId } });
    return showMember(caller, user, user.homeOrganizationId);
  });
}

async function chooseUser({ reader }: Store, input: NewMemberInput): Promise<string> {
  const check = new InputCheck();
  if (input.userId != null && input.email != null)
    check.add("email", "INVALID", "must not be given together with userId");
  else if (input.userId == null && input.email == null) check.add("userId", "REQUIRED", "is required");
  const email = input.email == null ? null : check.email("email", input.email);
  check.finish();
  if (email === null) return input.userId ?? "";
  const [only, another] = await findActiveIdsByEmail(reader, email);
  if (only === undefined) throw new Failure(NOT_FOUND, { type: "user" });
  if (another !== undefined) check.add("email", "INVALID", "belongs to several active accounts; use userId");
  check.finish();
  return only;
}

/**
 * Locks the account that is to join.
 *
 * @throws NOT_FOUND, or INVALID_INPUT unless the account is active
 */
async function lockCandidate(unit: UnitOfWork, userId: string): Promise<User> {
  const user = await lockUser(unit, userId);
  if (user === null) throw new Failure(NOT_FOUND, { type: "user" });
  const check = new InputCheck();
  if (user.status !== "ACTIVE") check.add("userId", "INVALID", "must be an active account");
  check.finish();
  return user;
}

/** A member and the locked organization. */
interface LockedMember {
  readonly organization: Organization;
  readonly user: User;
  readonly roles: readonly Role[];
}

/** A user in an organization. */
interface MemberId {
  readonly organizationId: string;
  readonly userId: string;
}

/**
 * Ends the membership of a guest. Open to the person, and to callers who may write users in that organization or in the home
 * organization. The home organization can remove even the owner and the last administrator.
 *
 * @returns the member before the removal; for an administrator of the home organization, the person as a member there
 * @throws UNAUTHENTICATED, FORBIDDEN, NOT_FOUND, MEMBER_AT_HOME, OWNER_PROTECTED, LAST_ADMINISTRATOR
 */
export async function removeMember(store: Store, caller: Caller, input: MemberId): Promise<Member> {
  const { organizationId, userId } = input;
  const leaves = caller.kind === "PERSON" && caller.userId === userId;
  const byHome = !leaves && (await isOfHome(store, caller, input));
  if (!leaves && !byHome) requirePermission(caller, organizationId, "USERS_WRITE");
  const cause: Cause = leaves ? { kind: "PERSON", actor: userId } : causeOf(caller);

  return await store.begin(caller, cause, async (unit) => {
    const { organization, user, roles } = await lockMember(unit, organizationId, userId);
    if (user.homeOrganizationId === organizationId) throw new Failure(MEMBER_AT_HOME, {});
    if (!byHome) {
      await requireNotOwner(unit, organizationId, userId);
      await requireAnotherAdministrator(unit, organizationId, user, roles);
    } else if (organization.ownerUserId === userId)
      await updateOrganizationRow(unit, { ...organization, ownerUserId: null, version: organization.version + 1 });
    const { before } = await leaveOrganization(unit, organization, user);
    await audit(unit, "member.removed", organizationId, userId, { before: { roles: before } });
    if (!byHome) return showMember(caller, user, organizationId);
    await audit(unit, "member.removed", user.homeOrganizationId, userId, { before: { organizationId } });
    return showMember(caller, user, user.homeOrganizationId);
  });
}

/** Whether the caller may write users of a guest's home organization. */
async function isOfHome({ reader }: Store, caller: Caller, { organizationId, userId }: MemberId): Promise<boolean> {
  if (caller.kind !== "PERSON" && caller.kind !== "API_KEY") return false;
  const home = caller.organizationId;
  if (home === organizationId || !holds(caller, home, "USERS_WRITE")) return false;
  return (await findUser(reader, home, userId))?.homeOrganizationId === home;
}

/**
 * Replaces the roles of a member, in the home organization or as a guest.
 *
 * @throws UNAUTHENTICATED, FORBIDDEN (also for permissions that the caller does not hold), NOT_FOUND, INVALID_INPUT,
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
    await takeFreeSeat(unit, organization, user);
    const changed = await changeRoles(unit, organization, user, { roles, source: sourceOf(caller) });
    if (JSON.stringify(changed.before) !== JSON.stringify(changed.after))
      await auditRoles(unit, organizationId, userId, changed);
    return showMember(caller, user, organizationId);
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
