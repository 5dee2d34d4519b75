/** Enables, disables, archives, restores, approves and rejects accounts by hand. */
import { causeOf, scopeFor, type Caller } from "../../../access/caller.js";
import type { Store } from "../../../access/store.js";
import type { UnitOfWork } from "../../../access/unit-of-work.js";
import { recordAudit } from "../../../audit/record-audit.js";
import { Failure, FORBIDDEN, NOT_FOUND } from "../../../platform/errors/failure.js";
import type { Organization } from "../../organization/organization.js";
import { lockOrganization } from "../../organization/organization.repository.js";
import { requireNotOwner } from "../../organization/organization.rules.js";
import { requireHoldingRoles } from "../../role/choose-roles.js";
import { findRolesOfUsers } from "../../role/role.repository.js";
import { requireAnotherBreakGlass } from "../break-glass/break-glass.rules.js";
import { changeStatus } from "./status.changes.js";
import { findTransition, type StatusAction } from "./user-status.js";
import { showMember } from "../user.access.js";
import { findUser } from "../user.repository.js";
import { requireAnotherAdministrator } from "../user.rules.js";
import { requireUserUnmanaged } from "../managed.js";
import type { Member, User } from "../user.js";

const AUDIT_ACTIONS: Readonly<Record<StatusAction, string>> = {
  ENABLE: "user.enabled",
  DISABLE: "user.disabled",
  ARCHIVE: "user.archived",
  RESTORE: "user.restored",
  APPROVE: "user.approved",
  REJECT: "user.rejected",
  ACCEPT: "user.enabled",
};

/**
 * Applies an action to an account of the caller's organization. An account that has the status already stays unchanged.
 *
 * @throws UNAUTHENTICATED, FORBIDDEN (also for restoring access to an account with permissions that the caller does not
 *   hold, and for members whose home is another organization), NOT_FOUND, USER_STATUS_CONFLICT, SEATS_FULL,
 *   LAST_ADMINISTRATOR, OWNER_PROTECTED, LAST_BREAK_GLASS
 */
export async function actOnUser(store: Store, caller: Caller, action: StatusAction, id: string): Promise<Member> {
  const { organizationId } = await findAccountToChange(store, caller, id);
  return await store.begin(caller, causeOf(caller), async (unit) => {
    const { organization, user } = await lockAccount(unit, organizationId, id);
    await requireAllowed(unit, organization, user, action);
    const changed = await changeStatus(unit, organization, user, action);
    if (changed !== null)
      await recordAudit(unit, {
        organizationId,
        action: AUDIT_ACTIONS[action],
        subject: { type: "user", id },
        before: { status: changed.before.status },
        after: { status: changed.after.status },
      });
    return showMember(caller, changed?.user ?? user, organizationId);
  });
}

/**
 * The home organization of an account that the caller may change.
 *
 * @throws UNAUTHENTICATED, FORBIDDEN (also for members whose home is another organization), NOT_FOUND
 */
export async function findAccountToChange(
  { reader }: Store,
  caller: Caller,
  id: string,
): Promise<{ readonly organizationId: string }> {
  const scope = scopeFor(caller, "USERS_WRITE");
  const found = await findUser(reader, scope, id);
  if (found === null) throw new Failure(NOT_FOUND, { type: "user" });
  const organizationId = found.homeOrganizationId;
  if (scope !== null && scope !== organizationId) throw new Failure(FORBIDDEN, { permission: null });
  return { organizationId };
}

/**
 * Locks an account's organization and reads the account again under the lock, to change it.
 *
 * @throws NOT_FOUND, MANAGED_BY_DIRECTORY
 */
export async function lockAccount(
  unit: UnitOfWork,
  organizationId: string,
  id: string,
): Promise<{ readonly organization: Organization; readonly user: User }> {
  const organization = await lockOrganization(unit, organizationId);
  const user = await findUser(unit, organizationId, id);
  if (organization === null || user === null) throw new Failure(NOT_FOUND, { type: "user" });
  await requireUserUnmanaged(unit, organizationId, id);
  return { organization, user };
}

/**
 * Refuses an action that would give the caller more than they hold, or leave the organization without an administrator.
 *
 * @throws FORBIDDEN, LAST_ADMINISTRATOR, OWNER_PROTECTED, LAST_BREAK_GLASS
 */
export async function requireAllowed(
  unit: UnitOfWork,
  organization: Organization,
  user: User,
  action: StatusAction,
): Promise<void> {
  const organizationId = user.homeOrganizationId;
  const transition = findTransition(user.status, action);
  if (transition.kind !== "TO") return;
  const roles = (await findRolesOfUsers(unit, organizationId, [user.id])).get(user.id) ?? [];
  if (transition.status === "ACTIVE") {
    // Restoring an account restores all its permissions, so the caller must hold them.
    requireHoldingRoles(unit, organizationId, roles);
    return;
  }
  await requireNotOwner(unit, organizationId, user.id);
  await requireAnotherAdministrator(unit, organizationId, user, roles);
  await requireAnotherBreakGlass(unit, organization, user);
}
